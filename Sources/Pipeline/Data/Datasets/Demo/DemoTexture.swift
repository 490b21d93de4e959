/// Red, green, blue, each about 0...1.
typealias Color = SIMD3<Float>

/// A pattern that mixes a second colour into a surface.
struct DemoTexture {
  enum Kind: Int { case plain, gradient, stripes, dots, checks, noise, wood }

  var kind: Kind
  var axis: SIMD2<Float>
  var scale: Float
  var phase: SIMD2<Float>
  var seed: UInt64
  /// How much of the second colour shows at most, 0...1.
  var strength: Float

  /// `plainness` is the chance of having no pattern at all.
  init(_ r: inout DemoRandom, plainness: Double) {
    kind = r.chance(plainness) ? .plain : Kind(rawValue: r.integer(1, 6)) ?? .plain
    let turn = Outline.direction(r.between(0, 2 * DemoMath.pi))
    axis = SIMD2(Float(turn.x), Float(turn.y))
    scale = Float(kind == .gradient ? r.between(0.01, 0.03) : r.between(0.035, 0.13))
    phase = SIMD2(Float(r.between(0, 64)), Float(r.between(0, 64)))
    seed = r.bits()
    strength = Float(r.between(0.35, 1))
  }

  /// Share of the second colour at a pixel, 0...1.
  func value(_ x: Float, _ y: Float) -> Float {
    if kind == .plain { return 0 }
    let u = (x * axis.x + y * axis.y) * scale
    let v = (y * axis.x - x * axis.y) * scale
    let sharp = 1 / (2 * scale)
    switch kind {
    case .plain: return 0
    case .gradient: return strength * clamp(0.5 + u - 64 * scale * (axis.x + axis.y))
    case .stripes: return strength * clamp((wave(u + phase.x) - 0.5) * sharp + 0.5)
    case .dots:
      let a = wave(u + phase.x) * 2 - 1
      let b = wave(v + phase.y) * 2 - 1
      return strength * clamp((0.3 - (a * a + b * b)) * sharp + 0.5)
    case .checks:
      let a = clamp((wave(u + phase.x) - 0.5) * sharp * 2 + 0.5)
      let b = clamp((wave(v + phase.y) - 0.5) * sharp * 2 + 0.5)
      return strength * (a + b - 2 * a * b)
    case .noise: return strength * clouds(u + phase.x, v + phase.y)
    case .wood:
      return strength * wave(u * 0.9 + phase.x + 1.2 * DemoTexture.noise(u * 0.4 + phase.y, v * 0.12, seed))
    }
  }

  private func clouds(_ u: Float, _ v: Float) -> Float {
    let a = DemoTexture.noise(u, v, seed)
    let b = DemoTexture.noise(u * 2.1 + 7, v * 2.1 + 3, seed)
    return clamp((a * 0.67 + b * 0.33 - 0.5) * 2 + 0.5)
  }

  /// Smooth value noise on the integer lattice, 0...1.
  static func noise(_ x: Float, _ y: Float, _ seed: UInt64) -> Float {
    let fx = x.rounded(.down)
    let fy = y.rounded(.down)
    let ix = Int64(fx)
    let iy = Int64(fy)
    func lattice(_ dx: Int64, _ dy: Int64) -> Float {
      let key = UInt64(bitPattern: (ix &+ dx) &* 73_856_093 &+ (iy &+ dy) &* 19_349_663)
      return Float(DemoRandom.mix(key &+ seed) >> 40) * 0x1p-24
    }
    let s = ease(x - fx)
    let t = ease(y - fy)
    let top = lattice(0, 0) + (lattice(1, 0) - lattice(0, 0)) * s
    let bottom = lattice(0, 1) + (lattice(1, 1) - lattice(0, 1)) * s
    return top + (bottom - top) * t
  }

  private static func ease(_ t: Float) -> Float { t * t * (3 - 2 * t) }

  /// A triangle wave of period 1 between 0 and 1.
  private func wave(_ t: Float) -> Float { abs(t - t.rounded(.down) - 0.5) * 2 }
}

func clamp(_ value: Float) -> Float { min(max(value, 0), 1) }

func mix(_ a: Color, _ b: Color, _ t: Float) -> Color { a + (b - a) * t }

extension DemoRandom {
  /// Any hue, with saturation and value in the given ranges.
  mutating func color(saturation: ClosedRange<Double> = 0.1...0.95, value: ClosedRange<Double> = 0.2...1) -> Color {
    let hue = between(0, 6)
    let s = between(saturation.lowerBound, saturation.upperBound)
    let v = between(value.lowerBound, value.upperBound)
    func channel(_ n: Double) -> Float {
      var k = n + hue
      if k >= 6 { k -= 6 }
      return Float(v - v * s * max(0, min(min(k, 4 - k), 1)))
    }
    return Color(channel(5), channel(3), channel(1))
  }

  /// A colour near another one.
  mutating func near(_ color: Color, _ range: Double) -> Color {
    let shift = around(range)
    return color
      + Color(Float(shift + around(range / 2)), Float(shift + around(range / 2)), Float(shift + around(range / 2)))
  }
}
