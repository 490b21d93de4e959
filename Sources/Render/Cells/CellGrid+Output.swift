extension CellGrid {
  /// The cells as pixels, as a terminal would show them; characters that are not blocks are left blank.
  ///
  /// Straight edges of blocks lie on whole pixels; slanted ones are smooth.
  ///
  /// - Parameters:
  ///   - cellWidth: pixels a cell, multiples of 8 draw every symbol to scale.
  ///   - cellHeight: the same, multiples of 24.
  ///   - foreground: the terminal's own text colour.
  ///   - background: the terminal's own background.
  ///   - palette: the colours of the indices that cells name.
  public func rendered(
    cellWidth: Int = 8, cellHeight: Int = 24, foreground: RGB = RGB(255, 255, 255), background: RGB = .black,
    palette: [RGB] = TerminalPalette.xterm
  ) -> Image {
    precondition(cellWidth > 0 && cellHeight > 0)
    var image = Image(width: columns * cellWidth, height: rows * cellHeight, color: [0, 0, 0])
    var glyphs: [Unicode.Scalar: GlyphPixels] = [:]
    func color(_ color: CellColor, _ standard: RGB) -> RGB {
      switch color {
      case .standard: standard
      case .indexed(let index): palette[min(Int(index), palette.count - 1)]
      case .rgb(let rgb): rgb
      }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let cell = self[column, row]
        var (ink, paper) = (color(cell.foreground, foreground), color(cell.background, background))
        if cell.attributes.contains(.reverse) { swap(&ink, &paper) }
        let glyph = glyphs[cell.scalar] ?? GlyphPixels(cell.scalar, width: cellWidth, height: cellHeight)
        glyphs[cell.scalar] = glyph
        for y in 0..<cellHeight {
          for x in 0..<cellWidth {
            let share = glyph.ink[y * cellWidth + x]
            image[column * cellWidth + x, row * cellHeight + y] =
              share == 0 ? paper : share == 1 ? ink : paper.mixed(with: ink, share: Double(share))
          }
        }
      }
    }
    return image
  }
}

/// How much ink each pixel of a character has.
private struct GlyphPixels {
  /// `height * width` shares, 0...1.
  private(set) var ink: [Float]

  init(_ scalar: Unicode.Scalar, width: Int, height: Int) {
    ink = [Float](repeating: 0, count: width * height)
    if let shade = Self.shade(scalar) {
      for y in 0..<height { for x in 0..<width where Self.threshold[(y % 2) * 2 + x % 2] < shade { ink[y * width + x] = 1 } }
    }
    for outline in CellShapes.ink[scalar] ?? [] {
      if let rect = outline.rect {
        for y in ((rect.top * height + 12) / 24)..<((rect.bottom * height + 12) / 24) {
          for x in ((rect.left * width + 4) / 8)..<((rect.right * width + 4) / 8) { ink[y * width + x] = 1 }
        }
        continue
      }
      let pixel = SIMD2<Float>(8 / Float(width), 24 / Float(height))
      for y in 0..<height {
        for x in 0..<width {
          let first = SIMD2(Float(x), Float(y)) * pixel
          ink[y * width + x] += outline.area(from: first, to: first + pixel) / (pixel.x * pixel.y)
        }
      }
    }
    // Rounding may leave a hair less or more than all.
    for index in ink.indices { ink[index] = ink[index] > 0.999 ? 1 : ink[index] < 0.001 ? 0 : ink[index] }
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
