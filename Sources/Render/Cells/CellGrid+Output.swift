extension CellGrid {
  /// The cells as pixels, as a terminal would show them; characters that are not blocks are left blank.
  ///
  /// - Parameters:
  ///   - cellWidth: pixels a cell, multiples of 8 draw every symbol to scale.
  ///   - cellHeight: the same, multiples of 24.
  ///   - foreground: the terminal's own text colour.
  ///   - background: the terminal's own background.
  public func rendered(
    cellWidth: Int = 8, cellHeight: Int = 24, foreground: RGB = RGB(255, 255, 255), background: RGB = .black
  ) -> Image {
    precondition(cellWidth > 0 && cellHeight > 0)
    var image = Image(width: columns * cellWidth, height: rows * cellHeight, color: [0, 0, 0])
    func color(_ color: CellColor, _ standard: RGB) -> RGB {
      switch color {
      case .standard: standard
      case .indexed(let index): TerminalPalette.xterm[Int(index)]
      case .rgb(let rgb): rgb
      }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let cell = self[column, row]
        let (left, top) = (column * cellWidth, row * cellHeight)
        let (ink, paper) = (color(cell.foreground, foreground), color(cell.background, background))
        image.fill(left..<(left + cellWidth), top..<(top + cellHeight), paper)
        if let shade = Self.shade(cell.scalar) {
          for y in top..<(top + cellHeight) {
            for x in left..<(left + cellWidth) where Self.threshold[(y % 2) * 2 + x % 2] < shade { image[x, y] = ink }
          }
        }
        for rect in SymbolTable.ink[cell.scalar] ?? [] {
          image.fill(
            (left + (rect.left * cellWidth + 4) / 8)..<(left + (rect.right * cellWidth + 4) / 8),
            (top + (rect.top * cellHeight + 12) / 24)..<(top + (rect.bottom * cellHeight + 12) / 24), ink)
        }
      }
    }
    return image
  }

  /// The pixels of a 2x2 pattern in the order in which shades set them.
  private static let threshold = [0, 2, 3, 1]

  /// How many pixels of a 2x2 pattern a shade block sets.
  private static func shade(_ scalar: Unicode.Scalar) -> Int? {
    switch scalar {
    case "░": 1
    case "▒": 2
    case "▓": 3
    default: nil
    }
  }
}

extension Image {
  /// Renders a rectangle that is inside the image.
  mutating func fill(_ columns: Range<Int>, _ rows: Range<Int>, _ color: RGB) {
    for y in rows { for x in columns { self[x, y] = color } }
  }
}
