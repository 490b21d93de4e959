/// `x · weightᵀ + bias` over the last dimension: `[..., in]` to `[..., out]`.
public struct Linear: Sendable {
  let weight: PackedMatrix
  let bias: Tensor?
  private let layer: LayerWatch.Layer

  public init(_ loader: WeightLoader, in inputs: Int, out outputs: Int, bias: Bool = true) {
    weight = PackedMatrix(loader.parameter("weight", [outputs, inputs]), columns: outputs, depth: inputs, precision: loader.precision)
    self.bias = bias ? loader.parameter("bias", [outputs]).widened() : nil
    layer = loader.layer
  }

  /// - Parameter residual: of the output's shape, added before the activation.
  public func callAsFunction(_ x: Tensor, residual: Tensor? = nil, activation: Activation = .none) -> Tensor {
    layer.shown(
      Kernels.linear(x, weight, bias: bias, residual: residual, activation: activation), of: x,
      isSound: weight.isFinite && bias.map(Kernels.isFinite) ?? true)
  }
}
