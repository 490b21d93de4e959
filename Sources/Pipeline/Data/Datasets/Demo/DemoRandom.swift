/// SplitMix64 (Steele, Lea, Flood 2014): the only source of chance in the drawn data set, the same on every machine.
public struct DemoRandom: Sendable {
  private var state: UInt64

  /// A generator for scene `index` of the set `seed`; neighbouring indices are unrelated.
  public init(seed: UInt64, index: UInt64) {
    state = Self.mix(seed &* 0xD6E8_FEB8_6659_FD93 &+ Self.mix(index &+ 0x9E37_79B9_7F4A_7C15))
  }

  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func bits() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// Uniform in 0..<1, a multiple of 2^-53.
  mutating func unit() -> Double { Double(bits() >> 11) * 0x1p-53 }

  /// Uniform between two ends.
  mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

  /// Symmetric about 0, most often small: the mean of two uniform draws in ±`range`.
  mutating func around(_ range: Double) -> Double { (unit() + unit() - 1) * range }

  /// Uniform integer in the closed range.
  mutating func integer(_ low: Int, _ high: Int) -> Int { low + Int(bits() % UInt64(high - low + 1)) }

  mutating func chance(_ probability: Double) -> Bool { unit() < probability }
}

/// Sine and cosine from additions and products alone: libm's last bit differs between machines, and images must not.
enum DemoMath {
  static let pi = 3.141592653589793

  static func sin(_ angle: Double) -> Double {
    var x = angle - 2 * pi * (angle / (2 * pi)).rounded()
    if x > pi / 2 { x = pi - x } else if x < -pi / 2 { x = -pi - x }
    let s = x * x
    // Taylor to x^13: within 1e-9 on ±π/2.
    var sum = 1.0 - s / 156
    sum = 1.0 - s / 110 * sum
    sum = 1.0 - s / 72 * sum
    sum = 1.0 - s / 42 * sum
    sum = 1.0 - s / 20 * sum
    sum = 1.0 - s / 6 * sum
    return x * sum
  }

  static func cos(_ angle: Double) -> Double { sin(angle + pi / 2) }
}
