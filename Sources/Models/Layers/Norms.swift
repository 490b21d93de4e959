/// Group normalisation over pixels and the channels of a group: `[n, ..., c]` to the same shape.
public struct GroupNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let groups: Int
  private let eps: Float
  private let layer: LayerWatch.Layer

  public init(_ loader: WeightLoader, groups: Int, channels: Int, eps: Float) {
    weight = loader.parameter("weight", [channels]).widened()
    bias = loader.parameter("bias", [channels]).widened()
    self.groups = groups
    self.eps = eps
    layer = loader.layer
  }

  public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    layer.shown(
      Kernels.groupNorm(x, groups: groups, weight: weight, bias: bias, eps: eps, activation: activation), of: x,
      isSound: Kernels.isFinite(weight) && Kernels.isFinite(bias))
  }

  /// The same for a convolution, which may do it while it reads.
  func scaling(_ x: Tensor, activation: Activation = .none) -> ScaledMap {
    // A watch is shown what this layer gives.
    if LayerWatch.isOn { _ = self(x, activation: activation) }
    return Kernels.groupScaling(x, groups: groups, weight: weight, bias: bias, eps: eps, activation: activation)
  }
}

/// Normalisation of every innermost row: `[..., c]` to the same shape.
public struct LayerNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let eps: Float
  private let layer: LayerWatch.Layer

  public init(_ loader: WeightLoader, _ size: Int, eps: Float = 1e-5) {
    weight = loader.parameter("weight", [size]).widened()
    bias = loader.parameter("bias", [size]).widened()
    self.eps = eps
    layer = loader.layer
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    layer.shown(
      Kernels.layerNorm(x, weight: weight, bias: bias, eps: eps), of: x,
      isSound: Kernels.isFinite(weight) && Kernels.isFinite(bias))
  }

  /// The same for products in a precision.
  func callAsFunction(_ x: Tensor, for precision: Precision) -> Operand {
    layer.shown(
      Kernels.layerNorm(x, weight: weight, bias: bias, eps: eps, for: precision), of: x,
      isSound: Kernels.isFinite(weight) && Kernels.isFinite(bias))
  }
}
