extension CellGrid {
  /// The cells as pixels, as a terminal would show them; characters that are not blocks are left blank.
  ///
  /// - Parameters:
  ///   - cellWidth: pixels a cell, multiples of 8 draw every symbol to scale.
  ///   - cellHeight: the same, multiples of 24.
  ///   - foreground: the terminal's own text colour.
  ///   - background: the terminal's own background.
  public func painted(
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

  /// The cells as text with ANSI colours; every line ends with the colours reset.
  public func ansi() -> String { (0..<rows).map { ansiLine($0) + "\n" }.joined() }

  /// One line of cells as text with ANSI colours, which are reset at its end; no newline.
  public func ansiLine(_ row: Int) -> String {
    var text = ""
    var (foreground, background) = (CellColor.standard, CellColor.standard)
    for column in 0..<columns {
      let cell = self[column, row]
      var codes: [String] = []
      // A blank shows its background alone.
      if cell.scalar != " " && cell.foreground != foreground {
        codes.append(Self.code(cell.foreground, base: 30))
        foreground = cell.foreground
      }
      if cell.background != background {
        codes.append(Self.code(cell.background, base: 40))
        background = cell.background
      }
      if !codes.isEmpty { text += "\u{1B}[" + codes.joined(separator: ";") + "m" }
      text.unicodeScalars.append(cell.scalar)
    }
    if foreground != .standard || background != .standard { text += "\u{1B}[0m" }
    return text
  }

  /// The SGR parameters of a colour; `base` 30 for the foreground, 40 for the background.
  private static func code(_ color: CellColor, base: Int) -> String {
    switch color {
    case .standard: "\(base + 9)"
    case .indexed(let index) where index < 8: "\(base + Int(index))"
    case .indexed(let index) where index < 16: "\(base + 60 + Int(index) - 8)"
    case .indexed(let index): "\(base + 8);5;\(index)"
    case .rgb(let rgb): "\(base + 8);2;\(rgb.red);\(rgb.green);\(rgb.blue)"
    }
  }
}

extension Image {
  /// Paints a rectangle that lies inside the picture.
  mutating func fill(_ columns: Range<Int>, _ rows: Range<Int>, _ color: RGB) {
    for y in rows { for x in columns { self[x, y] = color } }
  }
}
