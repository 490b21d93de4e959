/// The single-precision logarithm, sine and cosine that torch's vector code uses (`avx_mathfun.h`, after the Cephes
/// library), one value at a time. They differ from the system's in the last bits.
///
/// Every fused multiply-add is where torch's compiler contracts a product and a sum; changing one changes bits.
enum Cephes {
  /// Natural logarithm of a positive normal number.
  static func log(_ value: Float) -> Float {
    var exponent = Float(Int32(value.bitPattern >> 23) - 126)
    var x = Float(bitPattern: value.bitPattern & 0x807F_FFFF | 0x3F00_0000)  // 0.5 ..< 1
    if x < 0.707106781186547524 {
      exponent -= 1
      x = (x - 1) + x
    } else {
      x -= 1
    }
    let z = x * x
    var y: Float = 7.0376836292e-2
    y = fused(y, x, -1.1514610310e-1)
    y = fused(y, x, 1.1676998740e-1)
    y = fused(y, x, -1.2420140846e-1)
    y = fused(y, x, 1.4249322787e-1)
    y = fused(y, x, -1.6668057665e-1)
    y = fused(y, x, 2.0000714765e-1)
    y = fused(y, x, -2.4999993993e-1)
    y = fused(y, x, 3.3333331174e-1)
    y = fused(y * x, z, exponent * -2.12194440e-4)
    y = fused(-z, 0.5, y)
    return fused(exponent, 0.693359375, x + y)
  }

  /// Sine and cosine of a number in 0 ... 8192.
  static func sincos(_ value: Float) -> (sine: Float, cosine: Float) {
    let octant = (Int32(value * 1.27323954473516) + 1) & ~1
    let turns = Float(octant)
    var x = fused(turns, -0.78515625, value)
    x = fused(turns, -2.4187564849853515625e-4, x)
    x = fused(turns, -3.77489497744594108e-8, x)
    let z = x * x

    var c: Float = 2.443315711809948e-5
    c = fused(c, z, -1.388731625493765e-3)
    c = fused(c, z, 4.166664568298827e-2)
    c = fused(c * z, z, -(z * 0.5)) + 1

    var s: Float = -1.9515295891e-4
    s = fused(s, z, 8.3321608736e-3)
    s = fused(s, z, -1.6666654611e-1)
    s = fused(s * z, x, x)

    let swapped = octant & 2 != 0
    let sine = swapped ? c : s
    let cosine = swapped ? s : c
    return (octant & 4 != 0 ? -sine : sine, (octant - 2) & 4 == 0 ? -cosine : cosine)
  }

  /// a * b + c, rounded once.
  private static func fused(_ a: Float, _ b: Float, _ c: Float) -> Float { c.addingProduct(a, b) }
}
