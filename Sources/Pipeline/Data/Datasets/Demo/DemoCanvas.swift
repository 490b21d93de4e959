/// The image while it is drawn, with the class of what is in front at each pixel.
struct DemoCanvas {
  static let side = DemoLayer.side

  var colors: [Color]
  var labels: [UInt8]

  init() {
    colors = [Color](repeating: .zero, count: Self.side * Self.side)
    labels = [UInt8](repeating: 0, count: Self.side * Self.side)
  }

  /// The light of a scene: where it comes from and how hard it is.
  struct Light {
    var direction: SIMD3<Float>
    var shadow: Float
    var shadowShift: (x: Int, y: Int)
    var shadowBlur: Int

    init(_ r: inout DemoRandom) {
      let flat = Outline.direction(r.between(0, 2 * DemoMath.pi))
      let lean = r.between(0.4, 0.85)
      direction = SIMD3(Float(flat.x * lean), Float(flat.y * lean), Float((1 - lean * lean).squareRoot()))
      shadow = r.chance(0.75) ? Float(r.between(0.15, 0.6)) : 0
      let reach = r.between(2, 9)
      shadowShift = (Int((-flat.x * reach).rounded()), Int((-flat.y * reach).rounded()))
      shadowBlur = r.integer(1, 4)
    }
  }

  /// Draws one object over the image and its shadow beneath it; pixels at least half covered get `label`.
  mutating func draw(
    _ figure: Figure, _ layer: DemoLayer, coverage: [UInt8], surface: DemoSurface, light: Light, label: UInt8
  ) {
    guard layer.width > 0, layer.height > 0 else { return }
    if light.shadow > 0 { castShadow(layer, coverage, light) }
    let w = layer.width
    let h = layer.height
    let distance = layer.distances(coverage)
    let relief = surface.relief(distance, width: w, height: h)
    let colorOfPart = figure.parts.enumerated().map { index, part in
      surface.colors[part.slot.rawValue] * surface.shades[index % surface.shades.count]
    }
    let patternOfPart: [Color] = figure.parts.enumerated().map { index, part in
      let patterned = part.slot == .base || (part.slot == .second && surface.patternsSecond)
      return patterned ? surface.pattern * surface.shades[index % surface.shades.count] : colorOfPart[index]
    }
    let samples = DemoLayer.samples
    for y in 0..<h {
      for x in 0..<w {
        let at = y * w + x
        let covered = coverage[at]
        if covered == 0 { continue }
        var plain = Color.zero
        var patterned = Color.zero
        var first: UInt8 = 0
        var mixed = false
        for sy in 0..<samples {
          let row = ((y * samples + sy) * w + x) * samples
          for sx in 0..<samples {
            let part = layer.parts[row + sx]
            if part == 0 { continue }
            if first == 0 { first = part } else if part != first { mixed = true }
            plain += colorOfPart[Int(part) - 1]
            patterned += patternOfPart[Int(part) - 1]
          }
        }
        let px = layer.x0 + x
        let py = layer.y0 + y
        var color = mix(plain, patterned, surface.texture.value(Float(px), Float(py))) / Float(covered)
        // Pillow shading: the slope of the relief turns the surface away from the light.
        let gx = relief[at + (x + 1 < w ? 1 : 0)] - relief[at - (x > 0 ? 1 : 0)]
        let gy = relief[at + (y + 1 < h ? w : 0)] - relief[at - (y > 0 ? w : 0)]
        let length = (gx * gx + gy * gy + 1).squareRoot()
        let facing = (light.direction.z - gx * light.direction.x - gy * light.direction.y) / length
        color *= 1 + surface.shading * (facing - light.direction.z)
        if surface.gloss > 0 {
          let shine = max(facing, 0) * max(facing, 0)
          let four = shine * shine
          color += Color(repeating: surface.gloss * four * four * four)
        }
        if surface.outline > 0, mixed || distance[at] <= surface.outlineWidth {
          color = mix(color, surface.outlineColor, surface.outline)
        }
        let index = py * Self.side + px
        colors[index] = mix(colors[index], color, Float(covered) / 16)
        if covered >= 8 { labels[index] = label }
      }
    }
  }

  private mutating func castShadow(_ layer: DemoLayer, _ coverage: [UInt8], _ light: Light) {
    let blur = light.shadowBlur
    let w = layer.width + 4 * blur
    let h = layer.height + 4 * blur
    var soft = [Float](repeating: 0, count: w * h)
    for y in 0..<layer.height {
      for x in 0..<layer.width {
        soft[(y + 2 * blur) * w + x + 2 * blur] = Float(coverage[y * layer.width + x]) / 16
      }
    }
    for _ in 0..<2 { soft = DemoCanvas.boxBlur(soft, width: w, height: h, radius: blur) }
    for y in 0..<h {
      let py = layer.y0 + y - 2 * blur + light.shadowShift.y
      if py < 0 || py >= Self.side { continue }
      for x in 0..<w {
        let px = layer.x0 + x - 2 * blur + light.shadowShift.x
        if px < 0 || px >= Self.side { continue }
        colors[py * Self.side + px] *= 1 - light.shadow * soft[y * w + x]
      }
    }
  }

  /// Mean over a square of `2 * radius + 1`, zero outside.
  static func boxBlur(_ values: [Float], width: Int, height: Int, radius: Int) -> [Float] {
    let share = 1 / Float(2 * radius + 1)
    func pass(_ source: [Float], lines: Int, length: Int, line: Int, step: Int) -> [Float] {
      var out = source
      for l in 0..<lines {
        let base = l * line
        var sum: Float = 0
        for k in 0..<min(radius, length) { sum += source[base + k * step] }
        for k in 0..<length {
          if k + radius < length { sum += source[base + (k + radius) * step] }
          if k > radius { sum -= source[base + (k - radius - 1) * step] }
          out[base + k * step] = sum * share
        }
      }
      return out
    }
    let across = pass(values, lines: height, length: width, line: width, step: 1)
    return pass(across, lines: width, length: height, line: 1, step: width)
  }
}

/// How an object's surface looks: its colours, pattern, relief and gloss.
struct DemoSurface {
  /// By `Slot`.
  var colors: [Color]
  var pattern: Color
  var patternsSecond: Bool
  var texture: DemoTexture
  /// Brightness factors of the parts in turn.
  var shades: [Float]
  var shading: Float
  var gloss: Float
  /// Width of the rounded border of the relief, pixels.
  var bevel: Float
  var outline: Float
  var outlineWidth: Float
  var outlineColor: Color

  /// A surface of any look; when `camouflage` is given the colours stay near it.
  init(_ r: inout DemoRandom, size: Double, camouflage: Color?) {
    let base = camouflage.map { r.near($0, 0.3) } ?? r.color()
    let related = r.chance(0.5)
    let second = related ? r.near(base, 0.5) : r.color()
    let accent = r.chance(0.3) ? r.near(second, 0.4) : r.color(saturation: 0.4...1, value: 0.4...1)
    let dark = r.color(saturation: 0...0.6, value: 0.03...0.3)
    let light = r.color(saturation: 0...0.35, value: 0.7...1)
    colors = [base, second, accent, dark, light].map { color in
      Color(clamp(color.x), clamp(color.y), clamp(color.z))
    }
    pattern = r.chance(0.5) ? r.near(base, 0.7) : r.color()
    patternsSecond = r.chance(0.4)
    texture = DemoTexture(&r, plainness: 0.45)
    shades = (0..<5).map { _ in Float(r.between(0.86, 1.1)) }
    shading = Float(r.between(0.1, 0.9))
    gloss = r.chance(0.35) ? Float(r.between(0.15, 0.6)) : 0
    bevel = Float(size * r.between(0.08, 0.3))
    let outlined = r.chance(0.25)
    outline = outlined ? Float(r.between(0.4, 0.95)) : 0
    outlineWidth = Float(r.between(0.8, 1.9))
    outlineColor = r.chance(0.8) ? colors[Slot.dark.rawValue] : colors[Slot.light.rawValue]
  }

  /// Height of the surface, rising from the outline like a quarter circle over `bevel` pixels.
  func relief(_ distance: [Float], width: Int, height: Int) -> [Float] {
    let heights = distance.map { d -> Float in
      let t = 1 - min(d / bevel, 1)
      return bevel * (1 - t * t).squareRoot() * 0.5
    }
    return DemoCanvas.boxBlur(heights, width: width, height: height, radius: 1)
  }
}
