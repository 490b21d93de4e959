/// Things that people travel or live in.
extension DemoFigures {
  @Sendable static func airplane(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: DemoMath.pi)
    let body = r.between(0.1, 0.17)
    let span = r.between(0.75, 1.05)
    let sweep = r.between(-0.05, 0.5)
    let root = r.between(0.28, 0.42)
    let tip = root * r.between(0.3, 0.8)
    let top = r.between(-0.35, -0.1)
    let tail = r.between(0.28, 0.42)
    let tailSweep = r.between(0.05, 0.25)
    let engines = r.integer(0, 2)
    for side in [-1.0, 1.0] {
      for engine in 0..<engines {
        let at = 0.33 + 0.26 * Double(engine)
        let y = top + sweep * at / span
        f.add(.accent, Outline.box(side * at * span - 0.06, y - 0.12, side * at * span + 0.06, y + 0.16, radius: 0.06))
      }
      f.add(
        .second,
        Outline.polygon([
          Point(0, top), Point(side * span, top + sweep), Point(side * span, top + sweep + tip), Point(0, top + root),
        ]))
      f.add(
        .second,
        Outline.polygon([
          Point(0, 0.68), Point(side * tail, 0.68 + tailSweep), Point(side * tail, 0.8 + tailSweep), Point(0, 0.92),
        ]))
    }
    let nose = r.between(-1.05, -0.85)
    f.add(
      .base,
      Outline.curve(
        Outline.mirrored([
          Point(0.02, nose), Point(body * 0.8, nose + 0.16), Point(body, -0.4), Point(body, 0.3), Point(body * 0.5, 0.8),
          Point(0.03, 1.02),
        ])))
    f.add(.dark, Outline.polygon([
      Point(-body * 0.55, nose + 0.2), Point(body * 0.55, nose + 0.2), Point(body * 0.7, nose + 0.32),
      Point(-body * 0.7, nose + 0.32),
    ]))
    f.add(.accent, Outline.stroke([Point(0, 0.62), Point(0, 1.0)], 0.04, 0.06))
    return f
  }

  @Sendable static func car(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.3)
    let length = 1.0
    let floor = 0.36
    let belt = r.between(-0.1, 0.02)
    let roof = belt - r.between(0.28, 0.48)
    let wheel = r.between(0.17, 0.25)
    let kind = r.integer(0, 2)  // saloon, estate or van, pick-up
    let windscreen = kind == 1 ? r.between(-0.75, -0.5) : r.between(-0.5, -0.25)
    let rake = r.between(0.12, 0.32)
    let rear = kind == 0 ? r.between(0.45, 0.65) : kind == 1 ? r.between(0.85, 0.95) : r.between(0.1, 0.25)
    let rearRake = kind == 0 ? r.between(0.15, 0.35) : 0.06
    f.add(.base, Outline.polygon([
      Point(windscreen, belt + 0.05), Point(windscreen + rake, roof), Point(rear - rearRake, roof), Point(rear, belt + 0.05),
    ]))
    f.add(.base, Outline.curve([
      Point(-length, 0.1), Point(-length + 0.08, belt + 0.05), Point(windscreen, belt), Point(rear, belt),
      Point(length - 0.05, belt + 0.02), Point(length, 0.15), Point(length - 0.04, floor), Point(0, floor + 0.02),
      Point(-length + 0.04, floor),
    ]))
    let post = r.between(0.35, 0.6)
    let glassTop = roof + 0.07
    let left = windscreen + 0.08
    let right = rear - 0.07
    let split = left + (right - left) * post
    f.add(.light, Outline.polygon([
      Point(left, belt), Point(left + rake * 0.85, glassTop), Point(split - 0.03, glassTop), Point(split - 0.03, belt),
    ]))
    f.add(.light, Outline.polygon([
      Point(split + 0.03, belt), Point(split + 0.03, glassTop), Point(right - rearRake * 0.85, glassTop), Point(right, belt),
    ]))
    f.add(.second, Outline.box(-length + 0.02, 0.16, length - 0.02, 0.16 + r.between(0.04, 0.14)))
    let axle = r.between(0.52, 0.62)
    for x in [-axle, axle] {
      f.add(.dark, Outline.circle(Point(x, floor), wheel))
      f.add(.light, Outline.circle(Point(x, floor), wheel * r.between(0.35, 0.6)))
    }
    f.add(.accent, Outline.ellipse(Point(-length + 0.09, 0.08), 0.07, 0.05))
    return f
  }

  @Sendable static func sailboat(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.3)
    let deck = 0.52
    let mast = r.between(-0.1, 0.15)
    let top = r.between(-1.05, -0.8)
    let belly = r.between(0.02, 0.14)
    let boom = r.between(0.3, 0.42)
    f.add(.dark, Outline.stroke([Point(mast, deck + 0.05), Point(mast, top - 0.06)], 0.07, 0.05))
    let reach = r.between(0.55, 0.8)
    f.add(.second, Outline.polygon(
      Outline.line([
        Point(mast + 0.05, top + 0.02), Point(mast + reach * 0.55 + belly, -0.25), Point(mast + reach, boom),
      ]) + [Point(mast + 0.05, boom)]))
    if r.chance(0.8) {
      let fore = r.between(0.45, 0.75)
      f.add(.accent, Outline.polygon(
        Outline.line([
          Point(mast - 0.05, top + r.between(0.1, 0.4)), Point(mast - fore * 0.5 - belly, -0.1), Point(mast - fore, boom),
        ]) + [Point(mast - 0.07, boom - 0.03)]))
    }
    let bow = r.between(0.85, 1.0)
    let depth = r.between(0.26, 0.42)
    f.add(.base, Outline.polygon(
      [Point(-bow, deck), Point(bow * 0.9, deck)]
        + Outline.line([Point(bow * 0.9, deck), Point(bow * 0.6, deck + depth * 0.9), Point(0, deck + depth),
          Point(-bow * 0.6, deck + depth * 0.8), Point(-bow, deck)])))
    f.add(.light, Outline.polygon([
      Point(-bow * 0.92, deck + 0.05), Point(bow * 0.86, deck + 0.05), Point(bow * 0.8, deck + 0.12),
      Point(-bow * 0.82, deck + 0.12),
    ]))
    if r.chance(0.5) {
      f.add(.accent, Outline.polygon([Point(mast, top - 0.1), Point(mast + 0.24, top - 0.02), Point(mast, top + 0.06)]))
    }
    return f
  }

  @Sendable static func house(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.2)
    let half = r.between(0.55, 0.9)
    let eaves = r.between(-0.3, 0.05)
    let floor = r.between(0.7, 0.9)
    let ridge = eaves - r.between(0.45, 0.8)
    let over = r.between(0.06, 0.18)
    if r.chance(0.7) {
      let x = half * r.between(0.35, 0.6) * (r.chance(0.5) ? 1 : -1)
      f.add(.dark, Outline.box(x - 0.09, ridge + r.between(-0.05, 0.1), x + 0.09, eaves))
    }
    f.add(.base, Outline.polygon([
      Point(-half, eaves - 0.1), Point(half, eaves - 0.1), Point(half, floor), Point(-half, floor),
    ]))
    switch r.integer(0, 2) {
    case 0:
      f.add(.second, Outline.polygon([Point(-half - over, eaves), Point(0, ridge), Point(half + over, eaves)]))
    case 1:
      let flat = half * r.between(0.35, 0.7)
      f.add(.second, Outline.polygon([
        Point(-half - over, eaves), Point(-flat, ridge + 0.15), Point(flat, ridge + 0.15), Point(half + over, eaves),
      ]))
    default:
      f.add(.second, Outline.polygon([
        Point(-half - over, eaves), Point(-half * 0.7, (eaves + ridge) / 2 - 0.1), Point(0, ridge),
        Point(half * 0.7, (eaves + ridge) / 2 - 0.1), Point(half + over, eaves),
      ]))
    }
    let door = half * r.between(-0.5, 0.5)
    let width = r.between(0.1, 0.16)
    f.add(.dark, Outline.box(door - width, floor - r.between(0.42, 0.55), door + width, floor))
    let size = r.between(0.1, 0.15)
    for x in [-half * 0.6, 0, half * 0.6] where abs(x - door) > width + size + 0.03 {
      f.add(.light, Outline.box(x - size, eaves + 0.16, x + size, eaves + 0.16 + size * 2))
      f.add(.accent, Outline.box(x - 0.015, eaves + 0.16, x + 0.015, eaves + 0.16 + size * 2))
    }
    if r.chance(0.4) { f.add(.light, Outline.circle(Point(0, (eaves + ridge) / 2 + 0.1), 0.11)) }
    return f
  }
}
