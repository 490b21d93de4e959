import Core

/// The numbers that products of linear layers, convolutions and attention are made of. Their sums, and everything between them, are Float32.
public enum Precision: String, Sendable, CaseIterable, Codable, Comparable {
  case float32
  /// Weights and activations are rounded to bfloat16 (8 bits of mantissa, to nearest, ties to even) before they are multiplied. A 3x3
  /// convolution that goes through Winograd's transforms has rounded weights alone: its products stay Float32, and are fewer.
  case bfloat16

  /// The one that the processor multiplies fastest.
  public static var fastest: Precision { KernelSet.current.hasBFloat16 ? .bfloat16 : .float32 }

  /// Throws `ModelError.badSetting` where the processor has no instructions for it.
  func check() throws {
    guard self > .fastest else { return }
    throw ModelError.badSetting(
      name: "precision", value: rawValue, allowed: "this processor multiplies float32 alone (\(KernelSet.current))")
  }

  public static func < (left: Precision, right: Precision) -> Bool { left == .float32 && right == .bfloat16 }

  /// Elements of four bytes that so many numbers take: themselves, or pairs of them.
  func units(_ count: Int) -> Int { self == .float32 ? count : (count + 1) / 2 }
}
