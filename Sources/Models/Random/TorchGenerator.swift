import Foundation

/// `torch.Generator('cpu')`: the same numbers, bit for bit, from the same seed and the same order of requests.
///
/// A value: a copy goes on from the same place by itself.
public struct TorchGenerator: Sendable {
  private var words: MersenneTwister
  /// The sine half of the last Box-Muller pair of the scalar path; torch keeps it across requests.
  private var keptSine: Double?

  /// `manual_seed(seed)`: torch uses the low 32 bits.
  public init(seed: UInt64) {
    words = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
  }

  /// `torch.empty((), dtype=torch.int64).random_()`: 0 ..< 2^63.
  public mutating func int64() -> Int64 { Int64(bits64() & 0x7FFF_FFFF_FFFF_FFFF) }

  /// `torch.randn(count)` in float32.
  public mutating func randn(_ count: Int) -> [Float] {
    guard count >= Self.block else { return (0..<count).map { _ in Float(normal()) } }
    var values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for i in 0..<count { buffer[i] = uniform24() }
      filled = count
    }
    for start in stride(from: 0, through: count - Self.block, by: Self.block) { values.boxMuller(at: start) }
    if count % Self.block != 0 {
      let tail = count - Self.block
      for i in tail..<count { values[i] = uniform24() }
      values.boxMuller(at: tail)
    }
    return values
  }

  /// Standard normal noise `[n, h, w, c]`, drawn in the order `torch.randn(n, c, h, w)` draws it.
  public mutating func noise(_ shape: [Int]) -> Tensor {
    precondition(shape.count == 4, "noise is made for [n, h, w, c], not \(shape)")
    return Tensor(randn(shape.reduce(1, *)), shape: [shape[0], shape[3], shape[1], shape[2]]).nhwc()
  }

  private static let block = 16

  private mutating func bits64() -> UInt64 {
    let high = UInt64(words.next())
    return high << 32 | UInt64(words.next())
  }

  private mutating func uniform24() -> Float { Float(words.next() & 0xFF_FFFF) * 0x1p-24 }

  private mutating func uniform53() -> Double { Double(bits64() & ((1 << 53) - 1)) * 0x1p-53 }

  /// One value of the scalar path.
  private mutating func normal() -> Double {
    if let sine = keptSine {
      keptSine = nil
      return sine
    }
    let angle = 2 * Double.pi * uniform53()
    let radius = (-2 * log1p(-uniform53())).squareRoot()
    keptSine = radius * sin(angle)
    return radius * cos(angle)
  }
}

// Not `2 * Float.pi`: Swift rounds that constant towards zero.
private let twoPi = Float(2 * Double.pi)

extension [Float] {
  /// Turns 16 uniform values into normal ones: element j and j + 8 make the pair (radius, angle).
  fileprivate mutating func boxMuller(at start: Int) {
    for j in start..<start + 8 {
      let radius = (-2 * Cephes.log(1 - self[j])).squareRoot()
      let (sine, cosine) = Cephes.sincos(twoPi * self[j + 8])
      self[j] = radius * cosine
      self[j + 8] = radius * sine
    }
  }
}
