/// Tools, and something to play on.
extension DemoFigures {
  @Sendable static func key(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: DemoMath.pi)
    let bow = r.between(0.3, 0.42)
    let hole = bow * r.between(0.35, 0.65)
    let shaft = r.between(0.11, 0.17)
    let teeth = r.integer(2, 4)
    let end = r.between(0.85, 1.0)
    f.add(.base, Outline.box(-0.4, -shaft / 2, end, shaft / 2, radius: 0.04))
    var x = end
    for _ in 0..<teeth {
      let width = r.between(0.07, 0.13)
      f.add(.base, Outline.box(x - width, 0, x, shaft / 2 + r.between(0.12, 0.3)))
      x -= width + r.between(0.04, 0.09)
    }
    let center = Point(-0.6, 0)
    switch r.integer(0, 3) {
    case 0: f.addHoled(.second, [Outline.circle(center, bow), Outline.circle(center, hole)])
    case 1:
      f.addHoled(.second, [
        Outline.box(center.x - bow, -bow, center.x + bow, bow, radius: bow * 0.35), Outline.circle(center + Point(-0.06, 0), hole * 0.85),
      ])
    case 2:
      f.addHoled(.second, [
        Outline.ellipse(center, bow * 0.85, bow * 1.25), Outline.ellipse(center, hole * 0.85, hole * 1.25),
      ])
    default:  // clover
      for lobe in 0..<3 {
        let at = center + Outline.direction((Double(lobe) * 2 / 3 + 1.0 / 3) * DemoMath.pi) * (bow * 0.62)
        f.addHoled(.second, [Outline.circle(at, bow * 0.58), Outline.circle(at, bow * 0.28)])
      }
    }
    f.add(.accent, Outline.box(-0.27, -shaft * 0.8, -0.17, shaft * 0.8, radius: 0.03))
    return f
  }

  @Sendable static func scissors(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: DemoMath.pi)
    let open = r.between(0.14, 0.55)
    let blade = r.between(0.16, 0.24)
    let length = r.between(0.8, 1.05)
    let grip = r.between(0.24, 0.33)
    let hole = grip * r.between(0.5, 0.68)
    let long = r.between(1.0, 1.5)
    for side in [-1.0, 1.0] {
      let turn = Outline.direction(side * open)
      func place(_ p: Point) -> Point {
        let q = Point(p.x, p.y * side)
        return Point(q.x * turn.x - q.y * turn.y, q.x * turn.y + q.y * turn.x)
      }
      f.add(.light, Outline.polygon([
        Point(-0.1, -blade * 0.5), Point(0.1, -blade * 0.5), Point(length, -0.01), Point(length * 0.7, blade * 0.4), Point(-0.1, blade * 0.45),
      ]).map(place))
      f.add(side < 0 ? .base : .second, Outline.stroke([Point(0.05, 0), Point(-0.45, -0.02)], blade * 0.8, blade * 0.7).map(place))
      let center = Point(-0.42 - grip * long * 0.8, -grip * 0.35 * (1 - open))
      f.addHoled(side < 0 ? .base : .second, [
        Outline.ellipse(center, grip * long, grip).map(place), Outline.ellipse(center, hole * long, hole).map(place),
      ])
    }
    f.add(.dark, Outline.circle(Point(0.02, 0), 0.055))
    return f
  }

  @Sendable static func hammer(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: DemoMath.pi)
    let handle = r.between(0.14, 0.2)
    let thick = r.between(0.2, 0.3)
    let face = r.between(0.4, 0.55)
    let y = -0.72
    f.add(.base, Outline.stroke(
      Outline.line([Point(0, y), Point(0, 0), Point(0, r.between(0.85, 1.0))]), handle * 0.75, handle * r.between(0.95, 1.4)))
    if r.chance(0.5) {
      f.add(.accent, Outline.stroke([Point(0, 0.45), Point(0, 0.92)], handle * 1.15, handle * 1.4))
    }
    switch r.integer(0, 2) {
    case 0:  // claw
      let drop = r.between(0.15, 0.35)
      f.add(.second, Outline.polygon(
        Outline.line([Point(0, y - thick / 2), Point(0.35, y - thick * 0.45), Point(0.68, y + drop)])
          + Outline.line([Point(0.6, y + drop + 0.02), Point(0.35, y + 0.05), Point(0.05, y + thick / 2)])))
    case 1:  // wedge
      f.add(.second, Outline.polygon([
        Point(0, y - thick / 2), Point(face + 0.15, y - 0.04), Point(face + 0.15, y + 0.04), Point(0, y + thick / 2),
      ]))
    default:  // mallet
      f.add(.second, Outline.box(0, y - thick * 0.75, face, y + thick * 0.75, radius: 0.05))
      f.add(.second, Outline.box(-face, y - thick * 0.75, 0, y + thick * 0.75, radius: 0.05))
    }
    f.add(.second, Outline.box(-face + 0.05, y - thick * 0.4, 0.12, y + thick * 0.4))
    f.add(.light, Outline.box(-face - 0.03, y - thick * 0.6, -face + r.between(0.1, 0.2), y + thick * 0.6, radius: 0.04))
    f.add(.dark, Outline.box(-handle * 0.6, y - thick * 0.58, handle * 0.6, y + thick * 0.58, radius: 0.03))
    return f
  }

  @Sendable static func guitar(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: DemoMath.pi)
    let lower = r.between(0.38, 0.5)
    let upper = lower * r.between(0.68, 0.85)
    let waist = upper * r.between(0.6, 0.8)
    let neck = r.between(0.09, 0.13)
    let electric = r.chance(0.35)
    f.add(.second, Outline.polygon([Point(-neck / 2, -0.85), Point(neck / 2, -0.85), Point(neck * 0.6, 0.1), Point(-neck * 0.6, 0.1)]))
    let head = neck * r.between(0.8, 1.1)
    f.add(.dark, Outline.polygon([
      Point(-neck * 0.6, -0.8), Point(-head, -1.1), Point(head, -1.1), Point(neck * 0.6, -0.8),
    ]))
    for peg in 0..<3 {
      let y = -1.05 + 0.08 * Double(peg)
      f.add(.light, Outline.box(-head - 0.06, y, head + 0.06, y + 0.035))
    }
    if electric {
      let horn = r.between(-0.42, -0.25)
      f.add(.base, Outline.curve([
        Point(neck, 0.02), Point(upper * 0.75, horn), Point(upper * 1.05, horn + 0.16), Point(waist, 0.25), Point(lower, 0.6),
        Point(lower * 0.6, 0.9), Point(0, 0.95), Point(-lower * 0.6, 0.92), Point(-lower, 0.6), Point(-waist, 0.25),
        Point(-upper * 1.05, horn + 0.1), Point(-upper * 0.75, horn - 0.08), Point(-neck, -0.02),
      ]))
      f.add(.light, Outline.curve([
        Point(-0.1, 0.0), Point(waist * 0.7, 0.1), Point(lower * 0.6, 0.7), Point(0.1, 0.6), Point(-0.12, 0.5),
      ]))
      for y in [0.18, 0.42] { f.add(.dark, Outline.box(-0.12, y, 0.12, y + 0.08)) }
    } else {
      f.add(.base, Outline.curve(Outline.mirrored([
        Point(upper * 0.45, -0.25), Point(upper, -0.05), Point(waist, 0.22), Point(lower, 0.6), Point(lower * 0.7, 0.9), Point(lower * 0.2, 0.98),
      ])))
      f.add(.dark, Outline.circle(Point(0, 0.22), r.between(0.11, 0.16)))
      f.add(.accent, Outline.box(-0.16, 0.62, 0.16, 0.69))
    }
    f.add(.accent, Outline.box(-neck * 0.45, -0.82, neck * 0.45, 0.12))
    return f
  }
}
