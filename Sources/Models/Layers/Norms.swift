/// Group normalisation over pixels and the channels of a group: `[n, ..., c]` to the same shape.
package struct GroupNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let groups: Int
  private let eps: Float

  package init(_ loader: WeightLoader, groups: Int, channels: Int, eps: Float) {
    weight = loader.parameter("weight", [channels]).widened()
    bias = loader.parameter("bias", [channels]).widened()
    self.groups = groups
    self.eps = eps
  }

  package func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    Kernels.groupNorm(x, groups: groups, weight: weight, bias: bias, eps: eps, activation: activation)
  }
}

/// Normalisation of every innermost row: `[..., c]` to the same shape.
package struct LayerNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let eps: Float

  package init(_ loader: WeightLoader, _ size: Int, eps: Float = 1e-5) {
    weight = loader.parameter("weight", [size]).widened()
    bias = loader.parameter("bias", [size]).widened()
    self.eps = eps
  }

  package func callAsFunction(_ x: Tensor) -> Tensor { Kernels.layerNorm(x, weight: weight, bias: bias, eps: eps) }
}

/// Batch normalisation with the statistics of training, folded into one factor and one offset a channel.
package struct BatchNorm2d: Sendable {
  private let factors: Tensor
  private let offsets: Tensor

  package init(_ loader: WeightLoader, channels: Int, eps: Float = 1e-5) {
    let weight = loader.parameter("weight", [channels]).widened().values
    let bias = loader.parameter("bias", [channels]).widened().values
    let mean = loader.parameter("running_mean", [channels]).widened().values
    let variance = loader.parameter("running_var", [channels]).widened().values
    let scale = zip(weight, variance).map { $0 / ($1 + eps).squareRoot() }
    factors = Tensor(scale, shape: [scale.count])
    offsets = Tensor(zip(bias, zip(mean, scale)).map { $0 - $1.0 * $1.1 }, shape: [scale.count])
  }

  package func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    Kernels.scaleChannels(x, by: factors, offsets: offsets, activation: activation)
  }
}
