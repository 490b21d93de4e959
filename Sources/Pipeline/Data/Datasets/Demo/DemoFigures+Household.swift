/// Things about the house.
extension DemoFigures {
  @Sendable static func mug(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.35)
    let top = r.between(0.45, 0.68)
    let bottom = top * r.between(0.6, 1.02)
    let height = r.between(0.5, 0.8)
    let rim = r.between(0.06, 0.2)
    if r.chance(0.25) { f.add(.second, Outline.ellipse(Point(0, height), top * 1.45, rim + 0.06)) }
    let out = r.between(0.32, 0.5)
    let hang = r.between(0.25, 0.45)
    let thick = r.between(0.11, 0.18)
    let grip = Outline.line([
      Point(top * 0.93, -hang), Point(top + out * 0.75, -hang * 0.95), Point(top + out, r.between(-0.1, 0.1)),
      Point(bottom + out * 0.6, hang * 0.95), Point(bottom * 0.9, hang * r.between(0.9, 1.3)),
    ])
    f.add(.second, Outline.stroke(grip, thick, thick * 0.9))
    let corner = r.between(0.04, 0.25)
    f.add(.base, Outline.polygon(
      [Point(-top, -height), Point(top, -height)]
        + Outline.line([
          Point(bottom + (top - bottom) * 0.15, height - corner * 1.2), Point(bottom - corner * 0.3, height - corner * 0.2),
          Point(bottom - corner, height),
        ])
        + Outline.line([
          Point(-bottom + corner, height), Point(-bottom + corner * 0.3, height - corner * 0.2),
          Point(-bottom - (top - bottom) * 0.15, height - corner * 1.2),
        ])))
    f.add(.light, Outline.ellipse(Point(0, -height), top, rim))
    f.add(.dark, Outline.ellipse(Point(0, -height + 0.01), top * 0.88, rim * 0.75))
    if r.chance(0.5) {
      let y = r.between(-0.2, 0.2)
      let h = r.between(0.06, 0.2)
      let w = top * 0.84
      f.add(.accent, Outline.box(-w, y - h, w, y + h, radius: r.chance(0.5) ? h : 0))
    }
    return f
  }

  @Sendable static func bottle(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: r.chance(0.3) ? 1.6 : 0.3)
    let neck = r.between(0.09, 0.16)
    let body = r.between(0.24, 0.42)
    let shoulder = r.between(-0.35, 0.05)
    let neckEnd = shoulder - r.between(0.12, 0.35)
    let base = body * r.between(0.8, 1.05)
    let waist = body * r.between(0.85, 1.02)
    f.add(.base, Outline.mirrored(
      [Point(neck, -0.95)]
        + Outline.line([
          Point(neck, -0.85), Point(neck * 1.05, neckEnd), Point(body * 0.8, shoulder - 0.06), Point(body, shoulder + 0.12),
          Point(waist, 0.45), Point(base, 0.85), Point(base * 0.9, 0.98),
        ])))
    let cap = neck * r.between(1.05, 1.5)
    f.add(.accent, Outline.box(-cap, -1.02, cap, -1.02 + r.between(0.1, 0.22), radius: 0.02))
    if r.chance(0.8) {
      let y = r.between(0.2, 0.4)
      let h = r.between(0.15, 0.3)
      f.add(.second, Outline.box(-waist * 0.97, y - h, waist * 0.97, y + h))
      if r.chance(0.5) { f.add(.dark, Outline.ellipse(Point(0, y), waist * 0.45, h * 0.5)) }
    }
    if r.chance(0.5) {
      f.add(.light, Outline.stroke([Point(-body * 0.6, shoulder + 0.15), Point(-body * 0.6, 0.8)], 0.05, 0.04))
    }
    return f
  }

  @Sendable static func umbrella(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.7)
    let panels = r.integer(4, 7)
    let height = r.between(0.55, 0.85)
    let edge = r.between(-0.1, 0.1)
    let scallop = r.between(0.08, 0.16)
    let hook = r.between(0.12, 0.2)
    let end = r.between(0.7, 0.85)
    f.add(.dark, Outline.stroke(
      Outline.line([
        Point(0, edge - height), Point(0, 0.3), Point(0, end), Point(hook * 0.4, end + hook * 0.75), Point(hook * 1.3, end + hook * 0.8),
        Point(hook * 1.9, end + hook * 0.2),
      ]), 0.07, r.between(0.08, 0.13)))
    f.add(.dark, Outline.stroke([Point(0, edge - height - 0.14), Point(0, edge - height + 0.1)], 0.05, 0.07))
    // A panel is between two ribs: arcs from the top to equally spaced points of the edge.
    func rib(_ s: Double) -> [Point] {
      (0...6).map { step in
        let a = Double(step) / 6 * DemoMath.pi / 2
        return Point(s * DemoMath.sin(a), edge - height * DemoMath.cos(a))
      }
    }
    for panel in 0..<panels {
      let a = DemoMath.sin((Double(panel) / Double(panels) - 0.5) * DemoMath.pi)
      let b = DemoMath.sin((Double(panel + 1) / Double(panels) - 0.5) * DemoMath.pi)
      let sag = Point((a + b) / 2, edge - scallop)
      let hem = Outline.line([Point(a, edge), sag, Point(b, edge)])
      f.add(panel % 2 == 0 ? .base : .second, rib(a) + hem + rib(b).reversed())
    }
    return f
  }

  @Sendable static func chair(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.3)
    let half = r.between(0.4, 0.55)
    let depth = r.between(0.15, 0.32)
    let shift = r.between(-0.28, 0.28)
    let seat = r.between(0.05, 0.25)
    let floor = r.between(0.85, 1.0)
    let leg = r.between(0.09, 0.14)
    let top = r.between(-1.0, -0.75)
    let lean = r.between(-0.08, 0.08)
    let back = seat - depth
    let splay = r.between(0, 0.12)
    for side in [-1.0, 1.0] {  // rear legs, then the posts of the back
      f.add(.second, Outline.stroke([
        Point(side * half + shift, back), Point(side * (half + splay) + shift, floor - depth * 0.7),
      ], leg, leg * 0.8))
      f.add(.second, Outline.stroke([
        Point(side * half + shift, back), Point(side * half + shift + lean, top),
      ], leg, leg))
    }
    switch r.integer(0, 2) {
    case 0:
      let slats = r.integer(2, 3)
      for slat in 0..<slats {
        let y = top + 0.08 + (back - top - 0.2) * Double(slat) / Double(slats)
        f.add(.base, Outline.box(shift + lean - half, y - 0.07, shift + lean + half, y + 0.08))
      }
    case 1:
      f.add(.base, Outline.box(shift + lean - half, top - 0.06, shift + lean + half, top + 0.12, radius: 0.05))
      for bar in 0...2 {
        let x = shift + (Double(bar) - 1) * half * 0.5
        f.add(.accent, Outline.stroke([Point(x + lean, top), Point(x, back)], 0.07, 0.07))
      }
    default:
      f.add(.base, Outline.box(
        shift + lean / 2 - half, top - 0.05, shift + lean / 2 + half, back - r.between(0.1, 0.25), radius: r.between(0.05, 0.3)))
    }
    for side in [-1.0, 1.0] {
      f.add(.second, Outline.stroke([Point(side * half * 0.95, seat), Point(side * (half + splay), floor)], leg, leg * 0.8))
    }
    f.add(.base, Outline.polygon([
      Point(-half + shift - leg / 2, back), Point(half + shift + leg / 2, back), Point(half + leg / 2, seat), Point(-half - leg / 2, seat),
    ]))
    f.add(.accent, Outline.box(-half - leg / 2, seat, half + leg / 2, seat + r.between(0.07, 0.13)))
    return f
  }
}
