extension CellGrid {
  /// The cells as text with escape sequences, a line each, for any terminal that has the colours; ends with the terminal's own colours.
  ///
  /// Only what changes from cell to cell is written: a blank has no ink, and a block has the form whose colours are there already.
  public var ansi: String {
    var text = ""
    // A cell takes about 20 bytes in 24-bit colour.
    text.reserveCapacity(cells.count * 24)
    for row in 0..<rows {
      var shown = (ink: CellColor.standard, paper: CellColor.standard, attributes: Cell.Attributes())
      for cell in LeanCells.forms(of: line(row), after: .standard, on: .standard) {
        let needsInk = cell.scalar != " " || cell.attributes.contains(.reverse)
        var codes: [String] = []
        if cell.attributes != shown.attributes {
          // Attributes can only be taken back all together.
          codes = ["0"] + Self.codes(cell.attributes)
          shown = (.standard, .standard, cell.attributes)
        }
        if needsInk, cell.foreground != shown.ink {
          codes.append(cell.foreground.code(isInk: true))
          shown.ink = cell.foreground
        }
        if cell.background != shown.paper {
          codes.append(cell.background.code(isInk: false))
          shown.paper = cell.background
        }
        if !codes.isEmpty { text += "\u{1B}[\(codes.joined(separator: ";"))m" }
        text.unicodeScalars.append(cell.scalar)
      }
      let isPlain = shown.ink == .standard && shown.paper == .standard && shown.attributes == []
      text += isPlain ? "\n" : "\u{1B}[0m\n"
    }
    return text
  }

  /// What is written of a row: all but the right halves of wide characters.
  private func line(_ row: Int) -> [Cell] { cells[(row * columns)..<((row + 1) * columns)].filter { $0.width > 0 } }

  private static func codes(_ attributes: Cell.Attributes) -> [String] {
    [(Cell.Attributes.bold, "1"), (.dim, "2"), (.underline, "4"), (.reverse, "7")].filter { attributes.contains($0.0) }.map(\.1)
  }
}

extension CellColor {
  /// The parameters of the sequence that selects the colour, without what surrounds them.
  func code(isInk: Bool) -> String {
    switch self {
    case .standard: isInk ? "39" : "49"
    case .indexed(let index) where index < 8: "\((isInk ? 30 : 40) + Int(index))"
    case .indexed(let index) where index < 16: "\((isInk ? 82 : 92) + Int(index))"
    case .indexed(let index): "\(isInk ? 38 : 48);5;\(index)"
    case .rgb(let color): "\(isInk ? 38 : 48);2;\(color.red);\(color.green);\(color.blue)"
    }
  }
}
