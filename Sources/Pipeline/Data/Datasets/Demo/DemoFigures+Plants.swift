/// Plants and a mushroom.
extension DemoFigures {
  @Sendable static func tree(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.2)
    let trunk = r.between(0.09, 0.18)
    if r.chance(0.45) {  // conifer
      let tiers = r.integer(3, 5)
      f.add(.second, Outline.polygon([Point(-trunk * 0.7, 0.5), Point(trunk * 0.7, 0.5), Point(trunk, 1.0), Point(-trunk, 1.0)]))
      let width = r.between(0.5, 0.7)
      for tier in (0..<tiers).reversed() {
        let t = Double(tier) / Double(tiers)
        let bottom = -0.6 + 1.3 * (t + 1 / Double(tiers)) - 0.03
        let top = max(-1.0, bottom - 1.9 / Double(tiers))
        let half = width * (0.4 + 0.6 * t)
        f.add(tier % 2 == 0 ? .base : .accent, Outline.polygon([
          Point(0, top), Point(half, bottom), Point(half * 0.4, bottom - 0.07), Point(0, bottom), Point(-half * 0.4, bottom - 0.07),
          Point(-half, bottom),
        ]))
      }
    } else {
      let fork = r.between(0.1, 0.3)
      f.add(.second, Outline.polygon([Point(-trunk * 0.7, -0.1), Point(trunk * 0.7, -0.1), Point(trunk * 1.2, 1.0), Point(-trunk * 1.2, 1.0)]))
      for side in [-1.0, 1.0] { f.add(.second, Outline.stroke([Point(0, 0.45), Point(side * fork * 1.5, 0.05)], trunk, trunk * 0.6)) }
      let wide = r.between(0.4, 0.62)
      let tall = r.between(0.3, 0.45)
      let puffs = r.integer(5, 9)
      f.add(.base, Outline.ellipse(Point(0, -0.4), wide, tall))
      for puff in 0..<puffs {
        let a = Double(puff) / Double(puffs) * 2 * DemoMath.pi + r.around(0.3)
        let at = Point(wide * DemoMath.cos(a), -0.4 + tall * DemoMath.sin(a))
        f.add(puff % 3 == 2 ? .accent : .base, Outline.circle(at, r.between(0.2, 0.34)))
      }
      if r.chance(0.3) {
        for _ in 0..<7 { f.add(.light, Outline.circle(Point(r.between(-wide, wide), -0.4 + r.around(tall)), 0.06)) }
      }
    }
    return f
  }

  @Sendable static func mushroom(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.35)
    let wide = r.between(0.65, 0.95)
    let tall = r.between(0.55, 0.95)
    let edge = r.between(-0.1, 0.15)
    let stem = r.between(0.16, 0.3)
    let foot = stem * r.between(0.9, 1.6)
    let bend = r.around(0.12)
    f.add(.light, Outline.curve([
      Point(-stem, edge - 0.1), Point(stem, edge - 0.1), Point(stem + bend, 0.45), Point(foot + bend, 0.88), Point(bend, 0.97),
      Point(-foot + bend, 0.88), Point(-stem + bend, 0.45),
    ]))
    if r.chance(0.4) {
      f.add(.second, Outline.polygon([Point(-stem * 1.1, edge + 0.2), Point(stem * 1.1, edge + 0.2), Point(stem * 1.5, edge + 0.36), Point(-stem * 1.5, edge + 0.36)]))
    }
    f.add(.second, Outline.ellipse(Point(0, edge), wide * 0.96, r.between(0.07, 0.16)))
    let peak = r.between(0.45, 0.9)  // pointed to flat
    f.add(.base, Outline.line([
      Point(-wide, edge), Point(-wide * 0.92, edge - tall * 0.4), Point(-wide * peak * 0.6, edge - tall * 0.88), Point(0, edge - tall),
      Point(wide * peak * 0.6, edge - tall * 0.88), Point(wide * 0.92, edge - tall * 0.4), Point(wide, edge),
    ]))
    for _ in 0..<r.integer(0, 7) {
      let a = r.between(0.15, 0.85) * DemoMath.pi
      let d = r.between(0.15, 0.72)
      let s = r.between(0.06, 0.13)
      f.add(.accent, Outline.ellipse(Point(-wide * d * DemoMath.cos(a), edge - 0.05 - tall * d * DemoMath.sin(a)), s * 1.2, s))
    }
    return f
  }

  @Sendable static func flower(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.4)
    let petals = r.integer(5, 10)
    let long = r.between(0.26, 0.36)
    let broad = long * r.between(0.75, 1.15) * 6 / Double(petals + 1)
    let heart = r.between(0.12, 0.22)
    let head = Point(r.around(0.15), -0.42)
    let bend = r.around(0.3)
    let thick = r.between(0.06, 0.1)
    f.add(.second, Outline.stroke(Outline.line([head, Point(bend, 0.3), Point(bend * 0.4, 1.0)]), thick, thick * 1.2))
    for leaf in 0..<r.integer(1, 3) {
      let side = leaf % 2 == 0 ? 1.0 : -1.0
      let root = Point(bend * 0.8, 0.75 - 0.2 * Double(leaf))
      let tip = root + Point(side * r.between(0.4, 0.65), -r.between(0.1, 0.35))
      let middle = (root + tip) / 2
      f.add(.second, Outline.curve([root, middle + Point(0, -0.15), tip, middle + Point(0, 0.1)]))
    }
    let turn = r.unit() * 6
    let squash = r.between(0.75, 1)
    for petal in 0..<petals {
      let a = turn + Double(petal) / Double(petals) * 2 * DemoMath.pi
      let at = Outline.direction(a) * (heart + long * 0.75)
      let ring = Outline.ellipse(at, long, broad, turn: a).map { head + $0 * Point(1, squash) }
      f.add(.base, ring)
    }
    f.add(.accent, Outline.ellipse(head, heart, heart * squash))
    if r.chance(0.4) { f.add(.dark, Outline.ellipse(head, heart * 0.5, heart * 0.5 * squash)) }
    return f
  }

  @Sendable static func cactus(_ r: inout DemoRandom) -> Figure {
    var f = Figure(tilt: 0.25)
    let thick = r.between(0.3, 0.42)
    let arm = thick * r.between(0.55, 0.75)
    let top = r.between(-0.95, -0.7)
    let potted = r.chance(0.5)
    let foot = potted ? 0.5 : 0.95
    let arms = r.integer(1, 3)
    let first = r.chance(0.5) ? 1.0 : -1.0
    for index in 0..<arms {
      let side = index % 2 == 0 ? first : -first
      let y = r.between(-0.1, 0.25) - (index == 2 ? 0.4 : 0)
      let out = thick / 2 + r.between(0.22, 0.36)
      let up = y - r.between(0.3, 0.55)
      f.add(.base, Outline.stroke(
        Outline.line([
          Point(0, y), Point(side * (out - 0.08), y), Point(side * out, y - 0.1), Point(side * out, up),
        ]), arm, arm * 0.9))
    }
    f.add(.base, Outline.box(-thick / 2, top, thick / 2, foot + 0.05, radius: thick / 2.2))
    for rib in 0..<r.integer(1, 3) {
      let x = (Double(rib) - 1) * thick * 0.28
      f.add(.second, Outline.stroke([Point(x, top + 0.15), Point(x, foot)], 0.03, 0.03))
    }
    if r.chance(0.5) {
      let c = Point(r.around(0.1), top)
      for petal in 0..<5 {
        f.add(.accent, Outline.circle(c + Outline.direction(Double(petal) * 1.2566 + 0.3) * 0.1, 0.08))
      }
    }
    if potted {
      let w = r.between(0.32, 0.45)
      f.add(.second, Outline.polygon([Point(-w, foot), Point(w, foot), Point(w * 0.75, 1.0), Point(-w * 0.75, 1.0)]))
      f.add(.light, Outline.box(-w * 1.12, foot - 0.05, w * 1.12, foot + 0.1))
    }
    return f
  }
}
