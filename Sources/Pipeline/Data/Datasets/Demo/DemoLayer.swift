/// One object cut out of the image plane: for each of 4x4 samples a pixel, which part covers it.
struct DemoLayer {
  static let side = 128
  static let samples = 4

  /// Pixels that the object can touch: x0..<x1, y0..<y1, inside the image; empty when it is outside.
  private(set) var x0 = 0, y0 = 0, x1 = 0, y1 = 0
  /// 0 where nothing is, else 1 + part; rows of `4 * width` samples.
  private(set) var parts: [UInt8] = []

  var width: Int { max(x1 - x0, 0) }
  var height: Int { max(y1 - y0, 0) }

  /// Draws the rings of each part, in pixel coordinates, over the ones before.
  init(_ figure: Figure) {
    var low = Point(1e9, 1e9)
    var high = Point(-1e9, -1e9)
    for part in figure.parts {
      for ring in part.rings {
        for p in ring {
          low = Point(min(low.x, p.x), min(low.y, p.y))
          high = Point(max(high.x, p.x), max(high.y, p.y))
        }
      }
    }
    func clip(_ v: Double) -> Int { Int(min(max(v, 0), Double(Self.side))) }
    x0 = clip(low.x.rounded(.down))
    y0 = clip(low.y.rounded(.down))
    x1 = clip(high.x.rounded(.up))
    y1 = clip(high.y.rounded(.up))
    guard width > 0, height > 0 else { return }
    parts = [UInt8](repeating: 0, count: width * height * Self.samples * Self.samples)
    for (index, part) in figure.parts.enumerated() { fill(part, as: UInt8(index + 1)) }
  }

  /// Scan-line fill with sample centres at (k + 1/2) / 4.
  private mutating func fill(_ part: Figure.Part, as value: UInt8) {
    let scale = Double(Self.samples)
    let columns = width * Self.samples
    let rows = height * Self.samples
    let origin = Point(Double(x0), Double(y0))
    var edges: [(top: Double, bottom: Double, x: Double, slope: Double, way: Int)] = []
    for ring in part.rings {
      var a = (ring[ring.count - 1] - origin) * scale
      for p in ring {
        let b = (p - origin) * scale
        if a.y < b.y {
          edges.append((a.y, b.y, a.x, (b.x - a.x) / (b.y - a.y), 1))
        } else if b.y < a.y {
          edges.append((b.y, a.y, b.x, (a.x - b.x) / (a.y - b.y), -1))
        }
        a = b
      }
    }
    // Edges by the row where they begin, so that a row looks only at those that cross it.
    var starts = [[Int]](repeating: [], count: rows)
    for (index, edge) in edges.enumerated() {
      let first = max(Int((edge.top - 0.5).rounded(.up)), 0)
      if first < rows, Double(first) + 0.5 < edge.bottom { starts[first].append(index) }
    }
    var active: [Int] = []
    var crossings: [(x: Double, way: Int)] = []
    for row in 0..<rows {
      let y = Double(row) + 0.5
      active.removeAll { edges[$0].bottom <= y }
      active.append(contentsOf: starts[row])
      if active.isEmpty { continue }
      crossings.removeAll(keepingCapacity: true)
      for index in active {
        let edge = edges[index]
        crossings.append((edge.x + (y - edge.top) * edge.slope, edge.way))
      }
      crossings.sort { $0.x < $1.x }
      var winding = 0
      for index in 0..<(crossings.count - 1) {
        winding += part.holed ? 1 : crossings[index].way
        guard part.holed ? winding % 2 == 1 : winding != 0 else { continue }
        let from = Int(min(max((crossings[index].x - 0.5).rounded(.up), 0), Double(columns)))
        let to = Int(min(max((crossings[index + 1].x - 0.5).rounded(.up), 0), Double(columns)))
        let base = row * columns
        if from < to { for at in (base + from)..<(base + to) { parts[at] = value } }
      }
    }
  }

  /// Covered samples of each pixel, 0...16.
  func coverage() -> [UInt8] {
    var counts = [UInt8](repeating: 0, count: width * height)
    let columns = width * Self.samples
    for y in 0..<(height * Self.samples) {
      let row = y * columns
      let out = y / Self.samples * width
      for x in 0..<width {
        let at = row + x * Self.samples
        var n: UInt8 = 0
        for k in 0..<Self.samples where parts[at + k] != 0 { n += 1 }
        counts[out + x] += n
      }
    }
    return counts
  }

  /// Distance of each covered pixel to the outline, in pixels (3-4 chamfer); the border of the image is no outline.
  func distances(_ coverage: [UInt8]) -> [Float] {
    let w = width + 2
    let far: Int32 = 3 * 64
    var d = [Int32](repeating: 0, count: w * (height + 2))
    for y in 0..<(height + 2) {
      for x in 0..<w {
        let inside = x > 0 && y > 0 && x <= width && y <= height
        if inside {
          if coverage[(y - 1) * width + x - 1] >= 8 { d[y * w + x] = far }
        } else if (x == 0 && x0 == 0) || (x == w - 1 && x1 == Self.side) || (y == 0 && y0 == 0)
          || (y == height + 1 && y1 == Self.side)
        {
          d[y * w + x] = far
        }
      }
    }
    for y in 1...height {
      for x in 1...width {
        let at = y * w + x
        d[at] = min(d[at], min(min(d[at - 1], d[at - w]) + 3, min(d[at - w - 1], d[at - w + 1]) + 4))
      }
    }
    for y in (1...height).reversed() {
      for x in (1...width).reversed() {
        let at = y * w + x
        d[at] = min(d[at], min(min(d[at + 1], d[at + w]) + 3, min(d[at + w + 1], d[at + w - 1]) + 4))
      }
    }
    var out = [Float](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width { out[y * width + x] = Float(d[(y + 1) * w + x + 1]) / 3 }
    }
    return out
  }
}
