/// An image to draw lines, areas and text on; edges are blended over one pixel.
struct Canvas {
  private(set) var image: Image

  init(width: Int, height: Int, background: RGB) {
    image = Image(width: width, height: height, color: [background.red, background.green, background.blue])
  }

  /// A line through points in pixels, `width` pixels thick, with round ends.
  mutating func stroke(_ points: [PlotPoint], width: Double, color: RGB) {
    if points.count == 1 { segment(points[0], points[0], width, color) }
    for (start, end) in zip(points, points.dropFirst()) { segment(start, end, width, color) }
  }

  mutating func disc(_ center: PlotPoint, radius: Double, color: RGB) { segment(center, center, 2 * radius, color) }

  mutating func fill(x: Double, y: Double, width: Double, height: Double, color: RGB) {
    for row in Self.range(y, y + height, image.height) {
      for column in Self.range(x, x + width, image.width) {
        let cover = Self.overlap(Double(column), x, x + width) * Self.overlap(Double(row), y, y + height)
        blend(column, row, cover, color)
      }
    }
  }

  /// Text whose baseline begins at a point; `size` is the height of a capital in pixels. Upwards when `isVertical`.
  mutating func text(_ text: String, at origin: PlotPoint, size: Double, color: RGB, isVertical: Bool = false) {
    let scale = size / StrokeFont.capHeight
    for (place, character) in text.enumerated() {
      for stroke in StrokeFont.strokes(character) {
        let points = stroke.map { point -> PlotPoint in
          let along = (Double(place) * StrokeFont.advance + point.x) * scale, up = (point.y - StrokeFont.baseline) * scale
          return isVertical ? PlotPoint(origin.x - up, origin.y - along) : PlotPoint(origin.x + along, origin.y - up)
        }
        self.stroke(points, width: max(1, size / 7), color: color)
      }
    }
  }

  /// Every pixel is covered by as much as its middle is within half the width of the segment.
  private mutating func segment(_ start: PlotPoint, _ end: PlotPoint, _ width: Double, _ color: RGB) {
    let reach = width / 2 + 1, dx = end.x - start.x, dy = end.y - start.y, length = dx * dx + dy * dy
    for row in Self.range(min(start.y, end.y) - reach, max(start.y, end.y) + reach, image.height) {
      for column in Self.range(min(start.x, end.x) - reach, max(start.x, end.x) + reach, image.width) {
        let (px, py) = (Double(column) + 0.5 - start.x, Double(row) + 0.5 - start.y)
        let t = length > 0 ? min(max((px * dx + py * dy) / length, 0), 1) : 0
        let distance = ((px - t * dx) * (px - t * dx) + (py - t * dy) * (py - t * dy)).squareRoot()
        blend(column, row, min(max(width / 2 + 0.5 - distance, 0), 1), color)
      }
    }
  }

  private mutating func blend(_ x: Int, _ y: Int, _ cover: Double, _ color: RGB) {
    if cover > 0 { image[x, y] = image[x, y].mixed(with: color, share: cover) }
  }

  private static func range(_ low: Double, _ high: Double, _ limit: Int) -> Range<Int> {
    let first = max(0, Int(min(low.rounded(.down), 1e6))), last = min(limit, Int(max(min(high.rounded(.up), 1e6), 0)))
    return first..<max(first, last)
  }

  private static func overlap(_ pixel: Double, _ low: Double, _ high: Double) -> Double { max(0, min(pixel + 1, high) - max(pixel, low)) }
}
