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

  /// The same of rows that may have been rounded.
  func callAsFunction(_ x: Operand, residual: Tensor? = nil) -> Tensor {
    layer.shown(
      Kernels.linear(x, weight, bias: bias, residual: residual), of: x.tensor,
      isSound: weight.isFinite && bias.map(Kernels.isFinite) ?? true)
  }

  /// In which its products are made.
  var precision: Precision { weight.precision }
}

/// A linear layer whose output is gated, the first half times GELU of the second: `[..., in]` to `[..., out]` (GEGLU, Shazeer 2020).
struct GatedLinear: Sendable {
  private enum Weight: Sendable {
    case both(GatedWeight)
    case linear(Linear)
  }

  private let weight: Weight
  private let layer: LayerWatch.Layer

  init(_ loader: WeightLoader, in inputs: Int, out outputs: Int) {
    let (parameter, bias) = (loader.parameter("weight", [2 * outputs, inputs]), loader.parameter("bias", [2 * outputs]))
    weight =
      GatedWeight(parameter, bias: bias, columns: outputs, depth: inputs, precision: loader.precision).map(Weight.both)
      ?? .linear(Linear(loader, in: inputs, out: 2 * outputs))
    layer = loader.layer
  }

  func callAsFunction(_ x: Operand) -> Operand {
    switch weight {
    case .both(let both):
      layer.shown(Kernels.gatedLinear(x, both), of: x.tensor, isSound: both.matrix.isFinite && Kernels.isFinite(both.bias))
    case .linear(let linear): Operand(Kernels.geglu(linear(x)))
    }
  }
}
