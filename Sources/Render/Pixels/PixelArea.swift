/// How many pixels an image is sent with.
public enum PixelArea {
  /// Most pixels of one image that is sent; larger ones are scaled down first.
  public static let pixels = 4_000_000
  /// Longest side that is sent, in pixels: sixel terminals keep no more.
  public static let side = 4096

  /// The size to send an image of `width` x `height` pixels with, shown over `columns` x `rows` cells of `cellWidth` x `cellHeight` pixels.
  ///
  /// A protocol that `stretches` (kitty, iTerm2) never gets more pixels than the image has; sixels are shown pixel by pixel, so the area is
  /// filled. Neither side is below 1 or above `side`, and the product is at most `pixels`.
  public static func size(
    width: Int, height: Int, columns: Int, rows: Int, cellWidth: Int = 8, cellHeight: Int = 16, stretches: Bool
  ) -> (width: Int, height: Int) {
    func bounded(_ cells: Int, _ cell: Int, _ own: Int) -> Int {
      let (product, overflows) = max(1, cells).multipliedReportingOverflow(by: max(1, cell))
      let area = overflows ? side : product
      return max(1, min(side, stretches ? min(area, own) : area))
    }
    let wide = bounded(columns, cellWidth, width), high = bounded(rows, cellHeight, height)
    guard wide * high > pixels else { return (wide, high) }
    let scale = (Double(pixels) / Double(wide * high)).squareRoot()
    return (max(1, Int(Double(wide) * scale)), max(1, Int(Double(high) * scale)))
  }
}
