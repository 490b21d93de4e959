/// A function of one element, applied by itself or at the end of another kernel.
public enum Activation: Sendable, CaseIterable {
  case none
  case relu
  case sigmoid
  /// x * sigmoid(x)
  case silu
  /// The exact one: x * (1 + erf(x / sqrt 2)) / 2
  case gelu
  /// x * sigmoid(1.702 x), of the CLIP text encoder
  case quickGelu

  @inline(__always)
  func callAsFunction(_ x: F8) -> F8 {
    switch self {
    case .none: x
    case .relu: x.replacing(with: F8.zero, where: x .< F8.zero)
    case .sigmoid: VectorMath.sigmoid(x)
    case .silu: x * VectorMath.sigmoid(x)
    case .gelu: x * 0.5 * (VectorMath.erf(x * 0.707_106_78) + 1)
    case .quickGelu: x * VectorMath.sigmoid(x * 1.702)
    }
  }
}
