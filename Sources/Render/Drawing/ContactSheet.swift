extension Image {
  /// Images side by side in rows of `columns`, each centred in a cell as large as the largest of them, in colour;
  /// `gap` pixels between and around the cells. Nil leaves a cell empty.
  public static func sheet(_ images: [Image?], columns: Int, gap: Int = 4, background: RGB = RGB(32, 32, 32)) -> Image {
    precondition(columns > 0 && gap >= 0 && !images.isEmpty)
    let cellWidth = images.map { $0?.width ?? 1 }.max() ?? 1
    let cellHeight = images.map { $0?.height ?? 1 }.max() ?? 1
    let across = min(columns, images.count)
    let down = (images.count + columns - 1) / columns
    var sheet = Image(
      width: across * (cellWidth + gap) + gap, height: down * (cellHeight + gap) + gap,
      color: [background.red, background.green, background.blue])
    for (index, image) in images.enumerated() {
      guard let image else { continue }
      let left = gap + index % columns * (cellWidth + gap) + (cellWidth - image.width) / 2
      let top = gap + index / columns * (cellHeight + gap) + (cellHeight - image.height) / 2
      sheet.place(image, x: left, y: top)
    }
    return sheet
  }

  /// Copies another image into this colour image; what is outside is cut.
  public mutating func place(_ image: Image, x: Int, y: Int) {
    precondition(channels == 3)
    let source = image.rgb
    let (left, right) = (max(0, x), min(width, x + source.width))
    guard left < right else { return }
    for row in max(0, y)..<max(max(0, y), min(height, y + source.height)) {
      let from = ((row - y) * source.width + left - x) * 3
      let to = (row * width + left) * 3
      pixels.replaceSubrange(to..<(to + (right - left) * 3), with: source.pixels[from..<(from + (right - left) * 3)])
    }
  }
}
