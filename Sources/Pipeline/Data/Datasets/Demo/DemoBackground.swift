/// What is behind the objects, and the shapes of no class that clutter it.
enum DemoBackground {
  static func draw(_ canvas: inout DemoCanvas, _ r: inout DemoRandom) {
    let side = DemoCanvas.side
    let a = r.color(saturation: 0.02...0.7, value: 0.15...1)
    let b = r.chance(0.5) ? r.near(a, 0.5) : r.color(saturation: 0.02...0.7, value: 0.15...1)
    let texture = DemoTexture(&r, plainness: 0.15)
    let twoTone = r.chance(0.35)
    let horizon = Float(r.between(45, 105))
    let slope = Float(r.around(0.25))
    let floor = r.chance(0.5) ? r.near(b, 0.4) : r.color(saturation: 0.02...0.6, value: 0.15...0.9)
    let floorPattern = r.near(floor, 0.5)
    let floorTexture = DemoTexture(&r, plainness: 0.4)
    let haze = Float(r.between(0, 0.5))
    for y in 0..<side {
      for x in 0..<side {
        let fx = Float(x)
        let fy = Float(y)
        var color = mix(a, b, texture.value(fx, fy)) * (1 - haze * fy / 255)
        if twoTone {
          let below = clamp(fy - horizon - slope * (fx - 64) + 0.5)
          if below > 0 { color = mix(color, mix(floor, floorPattern, floorTexture.value(fx, fy)), below) }
        }
        canvas.colors[y * side + x] = color
      }
    }
    for _ in 0..<(r.chance(0.5) ? r.integer(1, 5) : 0) { blob(&canvas, &r) }
  }

  /// A soft spot of light or colour.
  private static func blob(_ canvas: inout DemoCanvas, _ r: inout DemoRandom) {
    let side = DemoCanvas.side
    let cx = Float(r.between(0, 128))
    let cy = Float(r.between(0, 128))
    let rx = Float(r.between(8, 45))
    let ry = Float(r.between(8, 45))
    let color = r.color(saturation: 0...0.8, value: 0.1...1)
    let strength = Float(r.between(0.3, 0.9))
    for y in max(Int(cy - ry), 0)..<min(Int(cy + ry), side) {
      for x in max(Int(cx - rx), 0)..<min(Int(cx + rx), side) {
        let dx = (Float(x) - cx) / rx
        let dy = (Float(y) - cy) / ry
        let t = clamp(1 - dx * dx - dy * dy)
        let at = y * side + x
        canvas.colors[at] = mix(canvas.colors[at], color, strength * t * t)
      }
    }
  }

  /// A shape of no class: bar, disc, block, ring, star, cross, triangle or blob.
  static func clutter(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: DemoMath.pi)
    switch r.integer(0, 7) {
    case 0: f.add(.base, Outline.box(-1, -0.12, 1, r.between(0, 0.15), radius: r.between(0, 0.1)))
    case 1: f.add(.base, Outline.ellipse(.zero, 1, r.between(0.45, 1)))
    case 2: f.add(.base, Outline.box(-1, -r.between(0.35, 1), 1, r.between(0.35, 1), radius: r.between(0, 0.3)))
    case 3:
      let inner = r.between(0.4, 0.8)
      f.addHoled(.base, [Outline.circle(.zero, 1), Outline.circle(.zero, inner)])
    case 4:
      let spikes = r.integer(4, 8)
      let inner = r.between(0.35, 0.75)
      f.add(.base, Outline.polygon((0..<(2 * spikes)).map { k in
        Outline.direction(Double(k) * DemoMath.pi / Double(spikes)) * (k % 2 == 0 ? 1 : inner)
      }))
    case 5:
      let thick = r.between(0.15, 0.4)
      f.add(.base, Outline.box(-1, -thick, 1, thick))
      f.add(.base, Outline.box(-thick, -1, thick, 1))
    case 6:
      f.add(.base, Outline.polygon([Point(-1, 0.7), Point(r.around(0.8), -0.8), Point(1, r.between(0.3, 0.8))]))
    default:
      let corners = r.integer(4, 7)
      f.add(.base, Outline.curve((0..<corners).map { k in
        Outline.direction((Double(k) + r.around(0.5)) * 2 * DemoMath.pi / Double(corners)) * r.between(0.45, 1)
      }))
    }
    if r.chance(0.35) { f.add(.second, Outline.ellipse(Point(r.around(0.3), r.around(0.3)), 0.25, 0.2)) }
    return f
  }
}
