/// Eight Float32 lanes: one AVX2 register, two NEON ones.
typealias F8 = SIMD8<Float>

#if arch(x86_64) && !NEEDS_AVX2
  extension SIMD8 where Scalar == Float {
    /// `self + a * b`, rounded twice: the processor may have no fused instruction, and a library's would take a call a lane.
    @inline(__always)
    func addingProduct(_ a: Self, _ b: Self) -> Self { self + a * b }
  }
#endif

@inline(__always)
func load8(_ pointer: UnsafePointer<Float>) -> F8 { UnsafeRawPointer(pointer).loadUnaligned(as: F8.self) }

@inline(__always)
func store8(_ pointer: UnsafeMutablePointer<Float>, _ value: F8) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: F8.self)
}

/// The first `count` (1 to 7) lanes from memory, zeros beyond.
@inline(__always)
func load8(_ pointer: UnsafePointer<Float>, first count: Int) -> F8 {
  var value = F8.zero
  for lane in 0..<count { value[lane] = pointer[lane] }
  return value
}

@inline(__always)
func store8(_ pointer: UnsafeMutablePointer<Float>, _ value: F8, first count: Int) {
  for lane in 0..<count { pointer[lane] = value[lane] }
}

/// Functions of eight lanes at a time, within 2 units in the last place unless said otherwise.
enum VectorMath {
  /// e^x, for x clamped to -87.3 ... 88.37: below, the smallest normal number instead of zero.
  @inline(__always)
  static func exp(_ x: F8) -> F8 {
    let high = F8(repeating: 88.37), low = F8(repeating: -87.3)
    var x = x.replacing(with: high, where: x .> high)
    x.replace(with: low, where: x .< low)
    // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low mantissa bits.
    let rounder = F8(repeating: 12_582_912)
    let shifted = rounder.addingProduct(x, F8(repeating: 1.442_695_04))
    let n = shifted - rounder
    // ln 2 in two parts: the first has trailing zero bits, so that n times it is exact.
    var r = x.addingProduct(n, F8(repeating: -0.693_359_375))
    r = r.addingProduct(n, F8(repeating: 2.121_944_4e-4))
    var p = F8(repeating: 1.987_569_15e-4)
    p = F8(repeating: 1.398_199_95e-3).addingProduct(p, r)
    p = F8(repeating: 8.333_452e-3).addingProduct(p, r)
    p = F8(repeating: 4.166_579_6e-2).addingProduct(p, r)
    p = F8(repeating: 1.666_666_55e-1).addingProduct(p, r)
    p = F8(repeating: 5.000_000_1e-1).addingProduct(p, r)
    p = (r + 1).addingProduct(p, r * r)
    let exponent = (unsafeBitCast(shifted, to: SIMD8<Int32>.self) &+ 127) &<< 23
    return p * unsafeBitCast(exponent, to: F8.self)
  }

  @inline(__always)
  static func sigmoid(_ x: F8) -> F8 { F8(repeating: 1) / (exp(-x) + 1) }

  /// The error function by the rational approximation Eigen and XLA use, within 5 units in the last place.
  @inline(__always)
  static func erf(_ x: F8) -> F8 {
    let edge = F8(repeating: 3.832_506_9)
    var x = x.replacing(with: edge, where: x .> edge)
    x.replace(with: -edge, where: x .< -edge)
    let s = x * x
    var p = F8(repeating: 2.290_506_5e-4)
    p = F8(repeating: 3.408_291_1e-3).addingProduct(p, s)
    p = F8(repeating: 5.095_569_5e-2).addingProduct(p, s)
    p = F8(repeating: 1.852_083_2e-1).addingProduct(p, s)
    p = F8(repeating: 1.128_379_1).addingProduct(p, s)
    var q = F8(repeating: -1.179_160_3e-7)
    q = F8(repeating: 2.354_796_6e-5).addingProduct(q, s)
    q = F8(repeating: 1.017_962_6e-3).addingProduct(q, s)
    q = F8(repeating: 1.407_047_0e-2).addingProduct(q, s)
    q = F8(repeating: 1.109_850_5e-1).addingProduct(q, s)
    q = F8(repeating: 4.974_692_5e-1).addingProduct(q, s)
    q = F8(repeating: 1).addingProduct(q, s)
    return x * p / q
  }
}
