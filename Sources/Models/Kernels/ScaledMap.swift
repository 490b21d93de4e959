import MicroKernels

/// A feature map before its normalisation, and what this makes of it: activation(factor · x + offset), by image and channel.
///
/// A convolution that rounds its input anyway does both at once; `tensor` is the normalised map for all others.
public struct ScaledMap: Sendable {
  /// `[n, ..., c]`
  let source: Tensor
  /// Factors and offsets, `[n, 2, c]`.
  let factors: Tensor
  let activation: Activation

  /// What it stands for, `[n, ..., c]`.
  public var tensor: Tensor { Kernels.scaled(self) }
}

/// The same for kernels: factors and offsets of an image after those of the other.
struct Scaling {
  let factors: UnsafePointer<Float>
  let activation: Activation

  /// For the time of a call; nil of nil.
  static func with(_ map: ScaledMap?, _ body: (Scaling?) -> Void) {
    guard let map else { return body(nil) }
    map.factors.withUnsafe { body(Scaling(factors: $0, activation: map.activation)) }
  }
}
