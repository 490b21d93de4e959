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
}
