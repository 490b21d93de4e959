/// The transforms of Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2015), eight lanes at a time.
///
/// A tile of 4x4 outputs takes 36 products a channel in place of 144. The points 0, 1, -1, 1/2, -2 and infinity keep the
/// constants small: in Float32 the result is within about 2e-6 (relative, rms) of the sum taken directly.
enum Winograd {
  /// Outputs along an edge of a tile, inputs along it, products a tile and channel.
  static let side = 4, reach = 6, points = 36

  /// Tiles that cover an extent, their outputs `spacing` pixels from one to the next: as many for each of its first `spacing` pixels.
  static func tiles(_ extent: Int, spacing: Int) -> Int {
    let longest = (extent + spacing - 1) / spacing
    return (longest + side - 1) / side * spacing
  }

  /// Bᵀ d of six inputs.
  @inline(__always)
  private static func input(
    _ d0: F8, _ d1: F8, _ d2: F8, _ d3: F8, _ d4: F8, _ d5: F8
  ) -> (F8, F8, F8, F8, F8, F8) {
    let even = d4 - d2, odd = d3 - d1
    return (
      (d0 - d2 + even).addingProduct(odd, F8(repeating: 1.5)),
      (d4 - d1).addingProduct(d2, F8(repeating: 0.5)).addingProduct(d3, F8(repeating: 2.5)),
      (d4 + d1).addingProduct(d3, F8(repeating: 0.5)).addingProduct(d2, F8(repeating: -2.5)),
      even.addingProduct(odd, F8(repeating: 2)),
      even.addingProduct(odd, F8(repeating: -0.5)),
      (d1 + d5).addingProduct(even, F8(repeating: 1.5)).addingProduct(d3, F8(repeating: -2))
    )
  }

  /// G g of three weights.
  @inline(__always)
  private static func weight(_ g0: F8, _ g1: F8, _ g2: F8) -> (F8, F8, F8, F8, F8, F8) {
    let third = F8(repeating: 1 / 3), fifteenth = F8(repeating: 1 / 15)
    let outer = (g0 + g2) * third, inner = g1 * third
    let big = (g0 * 16).addingProduct(g1, F8(repeating: 8)).addingProduct(g2, F8(repeating: 4))
    let small = g0.addingProduct(g1, F8(repeating: -2)).addingProduct(g2, F8(repeating: 4))
    return (g0, inner + outer, inner - outer, -big * fifteenth, small * fifteenth, g2)
  }

  /// Aᵀ m of six products.
  @inline(__always)
  private static func output(
    _ m0: F8, _ m1: F8, _ m2: F8, _ m3: F8, _ m4: F8, _ m5: F8
  ) -> (F8, F8, F8, F8) {
    let sum = m1 + m2, difference = m1 - m2
    return (
      m0 + sum + m3 + m4,
      difference.addingProduct(m3, F8(repeating: 0.5)).addingProduct(m4, F8(repeating: -2)),
      sum.addingProduct(m3, F8(repeating: 0.25)).addingProduct(m4, F8(repeating: 4)),
      (difference + m5).addingProduct(m3, F8(repeating: 0.125)).addingProduct(m4, F8(repeating: -8))
    )
  }

  /// Bᵀ d B of a tile: 36 pointers to `channels` inputs, `pointerStride` apart, to 36 rows `step` elements apart.
  ///
  /// `channels` is a multiple of 8; `scratch` has room for 36 vectors.
  static func transformInput(
    _ pixels: UnsafePointer<UnsafePointer<Float>>, pointerStride: Int, channels: Int, scratch: UnsafeMutablePointer<Float>,
    to target: UnsafeMutablePointer<Float>, step: Int
  ) {
    for channel in stride(from: 0, to: channels, by: 8) {
      for column in 0..<reach {
        @inline(__always) func d(_ row: Int) -> F8 { load8(pixels[(row * reach + column) * pointerStride] + channel) }
        let v = input(d(0), d(1), d(2), d(3), d(4), d(5))
        let to = scratch + column * 8
        store8(to, v.0)
        store8(to + 48, v.1)
        store8(to + 96, v.2)
        store8(to + 144, v.3)
        store8(to + 192, v.4)
        store8(to + 240, v.5)
      }
      for row in 0..<reach {
        let from = scratch + row * 48
        let v = input(load8(from), load8(from + 8), load8(from + 16), load8(from + 24), load8(from + 32), load8(from + 40))
        let to = target + row * reach * step + channel
        store8(to, v.0)
        store8(to + step, v.1)
        store8(to + 2 * step, v.2)
        store8(to + 3 * step, v.3)
        store8(to + 4 * step, v.4)
        store8(to + 5 * step, v.5)
      }
    }
  }

  /// G g Gᵀ of `count` vectors of 8 lanes: nine taps `[9][count * 8]` to 36 rows `step` elements apart.
  static func transformWeight(
    _ taps: UnsafePointer<Float>, count: Int, scratch: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>, step: Int
  ) {
    for index in 0..<count {
      for column in 0..<3 {
        @inline(__always) func g(_ row: Int) -> F8 { load8(taps + ((row * 3 + column) * count + index) * 8) }
        let u = weight(g(0), g(1), g(2))
        let to = scratch + column * 8
        store8(to, u.0)
        store8(to + 24, u.1)
        store8(to + 48, u.2)
        store8(to + 72, u.3)
        store8(to + 96, u.4)
        store8(to + 120, u.5)
      }
      for row in 0..<reach {
        let from = scratch + row * 24
        let u = weight(load8(from), load8(from + 8), load8(from + 16))
        let to = target + row * reach * step + index * 8
        store8(to, u.0)
        store8(to + step, u.1)
        store8(to + 2 * step, u.2)
        store8(to + 3 * step, u.3)
        store8(to + 4 * step, u.4)
        store8(to + 5 * step, u.5)
      }
    }
  }

  /// Aᵀ m A of eight columns: 36 rows `step` elements apart to 16 rows of `outputStride` elements.
  static func transformOutput(
    _ products: UnsafePointer<Float>, step: Int, scratch: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>,
    outputStride: Int
  ) {
    for column in 0..<reach {
      @inline(__always) func m(_ row: Int) -> F8 { load8(products + (row * reach + column) * step) }
      let y = output(m(0), m(1), m(2), m(3), m(4), m(5))
      let to = scratch + column * 8
      store8(to, y.0)
      store8(to + 48, y.1)
      store8(to + 96, y.2)
      store8(to + 144, y.3)
    }
    for row in 0..<side {
      let from = scratch + row * 48
      let y = output(load8(from), load8(from + 8), load8(from + 16), load8(from + 24), load8(from + 32), load8(from + 40))
      let to = target + row * side * outputStride
      store8(to, y.0)
      store8(to + outputStride, y.1)
      store8(to + 2 * outputStride, y.2)
      store8(to + 3 * outputStride, y.3)
    }
  }
}
