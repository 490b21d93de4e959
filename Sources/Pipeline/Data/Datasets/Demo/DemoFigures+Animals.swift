/// Animals.
extension DemoFigures {
  @Sendable static func cat(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.25)
    let sitting = r.chance(0.5)
    let thick = r.between(0.1, 0.16)
    let head: Point
    let size = r.between(0.27, 0.35)
    if sitting {
      let hip = r.between(0.4, 0.55)
      let curl = r.between(0.15, 0.4)
      f.add(.base, Outline.stroke(
        Outline.line([
          Point(hip * 0.6, 0.85), Point(hip + 0.25, 0.8), Point(hip + 0.42, 0.8 - curl), Point(hip + 0.3, 0.7 - curl * 2),
        ]), thick * 1.1, thick * 0.8))
      f.add(.base, Outline.curve(Outline.mirrored([
        Point(0.14, -0.35), Point(0.27, -0.1), Point(hip * 0.85, 0.35), Point(hip, 0.72), Point(hip * 0.7, 0.95), Point(0.1, 0.98),
      ])))
      f.add(.second, Outline.ellipse(Point(0, 0.25), 0.15, 0.35))
      for side in [-1.0, 1.0] {
        f.add(.base, Outline.stroke([Point(side * 0.13, 0.3), Point(side * 0.15, 0.9)], 0.15, 0.18))
      }
      head = Point(r.between(-0.08, 0.08), -0.55)
    } else {
      let length = r.between(0.5, 0.62)
      let hang = r.between(0.2, 0.28)
      let step = r.between(0.02, 0.16)
      f.add(.base, Outline.stroke(
        Outline.line([
          Point(length, -0.05), Point(length + 0.22, r.between(-0.35, -0.1)), Point(length + 0.25, r.between(-0.75, -0.5)),
          Point(length + r.between(0.05, 0.45), r.between(-0.95, -0.8)),
        ]), thick * 1.1, thick * 0.8))
      for (x, lean) in [(-length * 0.85, -step), (-length * 0.55, step), (length * 0.55, -step), (length * 0.88, step)] {
        f.add(.base, Outline.stroke([Point(x, 0.1), Point(x + lean, 0.72)], 0.2, 0.13))
        f.add(.second, Outline.ellipse(Point(x + lean - 0.03, 0.74), 0.1, 0.06))
      }
      f.add(.base, Outline.curve([
        Point(-length, -0.15), Point(0, -0.12), Point(length * 0.9, -0.2), Point(length + 0.08, 0.05), Point(length * 0.7, hang),
        Point(0, hang + 0.02), Point(-length * 0.9, hang),
      ]))
      head = Point(-length - 0.18, r.between(-0.42, -0.22))
    }
    let ear = r.between(0.28, 0.42)
    for side in [-1.0, 1.0] {
      let root = head + Point(side * size * 0.55, -size * 0.45)
      f.add(.base, Outline.polygon([
        root + Point(-0.16, 0.06), root + Point(side * 0.1, -ear), root + Point(0.16, 0.06),
      ]))
      f.add(.accent, Outline.polygon([
        root + Point(-0.06, -0.02), root + Point(side * 0.08, -ear * 0.7), root + Point(0.06, -0.02),
      ]))
    }
    f.add(.base, Outline.ellipse(head, size * 1.08, size * 0.92))
    f.add(.second, Outline.ellipse(head + Point(0, size * 0.4), size * 0.5, size * 0.35))
    for side in [-1.0, 1.0] {
      f.add(.light, Outline.ellipse(head + Point(side * size * 0.42, -0.03), 0.085, 0.07))
      f.add(.dark, Outline.ellipse(head + Point(side * size * 0.42, -0.03), 0.035, 0.065))
    }
    f.add(.dark, Outline.polygon([
      head + Point(-0.05, size * 0.25), head + Point(0.05, size * 0.25), head + Point(0, size * 0.25 + 0.06),
    ]))
    return f
  }

  @Sendable static func fish(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: r.chance(0.25) ? DemoMath.pi : 0.5)
    let height = r.between(0.28, 0.52)
    let tail = r.between(0.28, 0.48)
    let fork = r.between(-0.08, 0.2)
    let fin = r.between(0.12, 0.32)
    f.add(.accent, Outline.polygon([
      Point(0.5, 0), Point(1.0, -tail), Point(1.0 - fork, 0), Point(1.0, tail),
    ]))
    let start = r.between(-0.45, -0.2)
    f.add(.accent, Outline.curve([
      Point(start, -height * 0.7), Point(start + 0.25, -height - fin), Point(0.3, -height * 0.8 - fin * r.between(0.1, 0.9)),
      Point(0.42, -height * 0.35),
    ]))
    f.add(.accent, Outline.polygon([
      Point(-0.05, height * 0.8), Point(0.2, height + fin * 0.9), Point(0.35, height * 0.45),
    ]))
    f.add(.base, Outline.curve([
      Point(-0.95, 0.03), Point(-0.7, -height * 0.62), Point(-0.25, -height), Point(0.25, -height * 0.72), Point(0.65, -0.09),
      Point(0.65, 0.09), Point(0.25, height * 0.7), Point(-0.25, height), Point(-0.7, height * 0.62),
    ]))
    if r.chance(0.5) {
      for band in 0..<r.integer(1, 3) {
        let x = -0.25 + 0.26 * Double(band)
        let reach = height * (0.88 - 0.28 * Double(band))
        f.add(.second, Outline.stroke(Outline.line([Point(x, -reach), Point(x + 0.06, 0), Point(x, reach)]), 0.1, 0.1))
      }
    } else {
      f.add(.second, Outline.curve([
        Point(-0.85, 0.1), Point(-0.2, 0.1), Point(0.55, 0.03), Point(0.2, height * 0.6), Point(-0.25, height * 0.92),
        Point(-0.65, height * 0.6),
      ]))
    }
    f.add(.accent, Outline.polygon([Point(-0.3, 0.05), Point(0.05, -0.03), Point(0.02, 0.22)]))
    f.add(.light, Outline.circle(Point(-0.66, -height * 0.2), 0.1))
    f.add(.dark, Outline.circle(Point(-0.67, -height * 0.2), 0.055))
    return f
  }

  @Sendable static func bird(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.4)
    let flying = r.chance(0.4)
    let plump = r.between(0.26, 0.4)
    let tail = r.between(0.1, 0.22)
    let beak = r.between(0.16, 0.3)
    if !flying {
      for x in [-0.02, 0.14] {
        f.add(.accent, Outline.stroke([Point(x, plump), Point(x + 0.02, 0.78)], 0.05, 0.05))
        f.add(.accent, Outline.stroke([Point(x - 0.12, 0.8), Point(x + 0.1, 0.8)], 0.05, 0.04))
      }
    }
    let lift = flying ? r.between(-0.1, 0.15) : r.between(-0.1, 0.35)
    f.add(.second, Outline.polygon([
      Point(0.35, -0.02), Point(1.02, lift - tail * 0.5), Point(1.0, lift + tail), Point(0.35, 0.2),
    ]))
    if flying {  // far wing
      f.add(.second, Outline.curve([
        Point(-0.15, -0.1), Point(-0.1, -0.6), Point(0.02, -1.0), Point(0.22, -0.6), Point(0.25, -0.1),
      ]))
    }
    let head = Point(-0.55, flying ? r.between(-0.15, 0) : r.between(-0.42, -0.28))
    f.add(.accent, Outline.polygon([
      head + Point(-0.15, -0.08), head + Point(-0.2 - beak, 0.03), head + Point(-0.15, 0.1),
    ]))
    f.add(.base, Outline.curve([
      head + Point(-0.12, 0.12), head + Point(0.1, -0.18), Point(0, -plump * 0.75), Point(0.5, -0.06), Point(0.45, 0.16),
      Point(0.05, plump), Point(-0.4, plump * 0.8),
    ]))
    f.add(.base, Outline.circle(head, r.between(0.19, 0.25)))
    if r.chance(0.4) {
      f.add(.accent, Outline.polygon([head + Point(-0.05, -0.15), head + Point(0.1, -0.42), head + Point(0.13, -0.12)]))
    }
    if flying {
      let drop = r.between(-0.9, -0.3)
      f.add(.second, Outline.curve([
        Point(-0.2, 0), Point(0.1, drop * 0.6), Point(0.6, drop), Point(0.5, drop * 0.4), Point(0.32, 0.08),
      ]))
    } else {
      f.add(.second, Outline.curve([
        Point(-0.25, -0.05), Point(0.1, -0.14), Point(0.62, 0.1), Point(0.25, 0.16), Point(-0.1, 0.18),
      ]))
    }
    f.add(.light, Outline.circle(head + Point(-0.06, -0.05), 0.065))
    f.add(.dark, Outline.circle(head + Point(-0.07, -0.05), 0.04))
    return f
  }

  @Sendable static func butterfly(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: DemoMath.pi)
    let upper = r.between(0.75, 1.0)
    let rise = r.between(0.55, 0.9)
    let lower = r.between(0.5, 0.8)
    let drop = r.between(0.5, 0.85)
    let round = r.between(0.25, 0.45)
    let spots = r.integer(0, 2)
    for side in [-1.0, 1.0] {
      f.add(.second, Outline.curve([
        Point(side * 0.04, 0.02), Point(side * lower * 0.9, 0.12), Point(side * lower, drop * 0.6), Point(side * lower * 0.55, drop),
        Point(side * 0.14, drop * 0.55),
      ]))
      f.add(.base, Outline.curve([
        Point(side * 0.04, -0.15), Point(side * upper * 0.5, -rise * 0.85), Point(side * upper, -rise),
        Point(side * upper * 0.95, -rise + round * 1.2), Point(side * upper * 0.6, 0.1), Point(side * 0.05, 0.1),
      ]))
      if spots > 0 { f.add(.accent, Outline.circle(Point(side * upper * 0.68, -rise * 0.62), 0.13)) }
      if spots > 1 { f.add(.light, Outline.circle(Point(side * lower * 0.62, drop * 0.5), 0.11)) }
      f.add(.dark, Outline.stroke(
        Outline.line([Point(0, -0.4), Point(side * 0.12, -0.65), Point(side * 0.26, -0.85)]), 0.04, 0.06))
    }
    f.add(.dark, Outline.ellipse(Point(0, 0.08), r.between(0.06, 0.1), 0.5))
    f.add(.dark, Outline.circle(Point(0, -0.42), 0.1))
    return f
  }
}
