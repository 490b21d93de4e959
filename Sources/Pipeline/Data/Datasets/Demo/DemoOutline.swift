/// A point of the drawing plane: x to the right, y down.
typealias Point = SIMD2<Double>

/// Builders of closed rings of points; curves are flattened finely enough to be bent afterwards.
enum Outline {
  static func direction(_ angle: Double) -> Point { Point(DemoMath.cos(angle), DemoMath.sin(angle)) }

  static func ellipse(_ center: Point, _ rx: Double, _ ry: Double, turn: Double = 0) -> [Point] {
    let axis = direction(turn)
    return (0..<32).map { step -> Point in
      let p = direction(Double(step) / 32 * 2 * DemoMath.pi) * Point(rx, ry)
      return Point(center.x + p.x * axis.x - p.y * axis.y, center.y + p.x * axis.y + p.y * axis.x)
    }
  }

  static func circle(_ center: Point, _ radius: Double) -> [Point] { ellipse(center, radius, radius) }

  /// A straight-sided ring, its sides cut into short pieces.
  static func polygon(_ corners: [Point]) -> [Point] {
    var ring: [Point] = []
    for (index, a) in corners.enumerated() {
      let d = corners[(index + 1) % corners.count] - a
      let length = (d.x * d.x + d.y * d.y).squareRoot()
      let pieces = max(1, Int((length / 0.12).rounded(.up)))
      for piece in 0..<pieces { ring.append(a + d * (Double(piece) / Double(pieces))) }
    }
    return ring
  }

  /// A rectangle with its corners rounded by `radius`.
  static func box(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, radius: Double = 0) -> [Point] {
    let r = min(radius, min(abs(x1 - x0), abs(y1 - y0)) / 2)
    if r <= 0 { return polygon([Point(x0, y0), Point(x1, y0), Point(x1, y1), Point(x0, y1)]) }
    var corners: [Point] = []
    for (quarter, center) in [
      Point(x1 - r, y1 - r), Point(x0 + r, y1 - r), Point(x0 + r, y0 + r), Point(x1 - r, y0 + r),
    ].enumerated() {
      for step in 0...4 {
        let angle = (Double(quarter) + Double(step) / 4) * DemoMath.pi / 2
        corners.append(center + direction(angle) * r)
      }
    }
    return polygon(corners)
  }

  /// A closed Catmull-Rom curve through the points.
  static func curve(_ points: [Point]) -> [Point] {
    let n = points.count
    var ring: [Point] = []
    for i in 0..<n {
      for step in 0..<6 {
        ring.append(
          blend(points[(i + n - 1) % n], points[i], points[(i + 1) % n], points[(i + 2) % n], Double(step) / 6))
      }
    }
    return ring
  }

  /// An open Catmull-Rom curve through the points.
  static func line(_ points: [Point]) -> [Point] {
    let last = points.count - 1
    var path: [Point] = []
    for i in 0..<last {
      for step in 0..<6 {
        path.append(
          blend(points[max(i - 1, 0)], points[i], points[i + 1], points[min(i + 2, last)], Double(step) / 6))
      }
    }
    return path + [points[last]]
  }

  /// A line of changing width around a path, with round ends.
  static func stroke(_ path: [Point], _ startWidth: Double, _ endWidth: Double) -> [Point] {
    var left: [Point] = []
    var right: [Point] = []
    let last = path.count - 1
    for (i, p) in path.enumerated() {
      let d = path[min(i + 1, last)] - path[max(i - 1, 0)]
      let length = max((d.x * d.x + d.y * d.y).squareRoot(), 1e-9)
      let half = (startWidth + (endWidth - startWidth) * Double(i) / Double(last)) / 2
      let normal = Point(-d.y, d.x) / length * half
      let along = d / length * half
      if i == 0 { left.append(p - along * 0.8 + normal * 0.6) }
      if i == 0 { right.append(p - along * 0.8 - normal * 0.6) }
      left.append(p + normal)
      right.append(p - normal)
      if i == last { left.append(p + along * 0.8 + normal * 0.6) }
      if i == last { right.append(p + along * 0.8 - normal * 0.6) }
    }
    return left + right.reversed()
  }

  /// The points and their images in the y axis, as one symmetric ring; `half` runs from top to bottom on the right.
  static func mirrored(_ half: [Point]) -> [Point] { half + half.reversed().map { Point(-$0.x, $0.y) } }

  private static func blend(_ a: Point, _ b: Point, _ c: Point, _ d: Point, _ t: Double) -> Point {
    let linear = (c - a) * t
    let square = (2 * a - 5 * b + 4 * c - d) * (t * t)
    let cube = (3 * b - 3 * c + d - a) * (t * t * t)
    return b + (linear + square + cube) / 2
  }
}

/// Which of an object's colours draws a part.
enum Slot: Int, CaseIterable {
  case base, second, accent, dark, light
}

/// A drawn thing before it is placed: parts from back to front in a box of about ±1.
struct Figure {
  struct Part {
    var rings: [[Point]]
    var slot: Slot
    /// Rings inside others are holes; otherwise overlapping rings unite.
    var holed: Bool
  }

  var parts: [Part] = []
  /// Largest tilt, radians; π for things that lie about in any direction.
  var tilt = 0.35

  mutating func add(_ slot: Slot, _ rings: [Point]...) {
    parts.append(Part(rings: rings, slot: slot, holed: false))
  }

  mutating func addHoled(_ slot: Slot, _ rings: [[Point]]) {
    parts.append(Part(rings: rings, slot: slot, holed: true))
  }
}
