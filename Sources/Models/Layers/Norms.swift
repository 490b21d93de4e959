/// Group normalisation over pixels and the channels of a group: `[n, ..., c]` to the same shape.
public struct GroupNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let groups: Int
  private let eps: Float

  public init(_ loader: WeightLoader, groups: Int, channels: Int, eps: Float) {
    weight = loader.parameter("weight", [channels]).widened()
    bias = loader.parameter("bias", [channels]).widened()
    self.groups = groups
    self.eps = eps
  }

  public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    Kernels.groupNorm(x, groups: groups, weight: weight, bias: bias, eps: eps, activation: activation)
  }
}

/// Normalisation of every innermost row: `[..., c]` to the same shape.
public struct LayerNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let eps: Float

  public init(_ loader: WeightLoader, _ size: Int, eps: Float = 1e-5) {
    weight = loader.parameter("weight", [size]).widened()
    bias = loader.parameter("bias", [size]).widened()
    self.eps = eps
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { Kernels.layerNorm(x, weight: weight, bias: bias, eps: eps) }
}
