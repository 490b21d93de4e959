extension Plot {
  /// The image in pixels, `scale` times 640x400; the same bytes for the same plot.
  public func image(scale: Int = 2) -> Image {
    let factor = Double(scale)
    func scaled(_ point: PlotPoint) -> PlotPoint { PlotPoint(point.x * factor, point.y * factor) }
    var canvas = Canvas(width: Self.width * scale, height: Self.height * scale, background: .white)
    for shape in PlotScene(self).shapes {
      switch shape {
      case .line(let points, let width, let color, let isDashed):
        for piece in isDashed ? Self.dashes(points) : [points] { canvas.stroke(piece.map(scaled), width: width * factor, color: color) }
      case .disc(let center, let radius, let color): canvas.disc(scaled(center), radius: radius * factor, color: color)
      case .text(let text, let at, let size, let anchor, let color, let isVertical):
        let length = Double(text.count) * StrokeFont.advance * size / StrokeFont.capHeight
        let back = anchor == .start ? 0 : anchor == .middle ? length / 2 : length
        let origin = isVertical ? PlotPoint(at.x, at.y + back) : PlotPoint(at.x - back, at.y)
        canvas.text(text, at: scaled(origin), size: size * factor, color: color, isVertical: isVertical)
      }
    }
    return canvas.image
  }

  /// Pieces of six pixels with gaps of four.
  private static func dashes(_ points: [PlotPoint]) -> [[PlotPoint]] {
    zip(points, points.dropFirst()).flatMap { start, end -> [[PlotPoint]] in
      let (dx, dy) = (end.x - start.x, end.y - start.y), length = (dx * dx + dy * dy).squareRoot()
      return stride(from: 0, to: length, by: 10).map { from in
        [from, min(from + 6, length)].map { PlotPoint(start.x + dx * $0 / length, start.y + dy * $0 / length) }
      }
    }
  }
}
