extension CellGrid {
  /// The cells as an SVG image, 8x16 units each: exact shapes, whatever fonts there are. Other characters are text.
  ///
  /// - Parameters:
  ///   - foreground: the terminal's own text colour.
  ///   - background: the terminal's own background.
  ///   - palette: the colours of the indices that cells name.
  public func svg(foreground: RGB = .white, background: RGB = .black, palette: [RGB] = TerminalPalette.xterm) -> String {
    func color(_ color: CellColor, _ standard: RGB) -> RGB {
      switch color {
      case .standard: standard
      case .indexed(let index): palette[min(Int(index), palette.count - 1)]
      case .rgb(let rgb): rgb
      }
    }
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(columns * 8)\" height=\"\(rows * 16)\""
      + " viewBox=\"0 0 \(columns * 8) \(rows * 16)\" shape-rendering=\"crispEdges\" font-family=\"monospace\" font-size=\"13\">\n"
      + "<rect width=\"100%\" height=\"100%\" fill=\"\(background.hex)\"/>\n"
    for row in 0..<rows {
      var column = 0
      while column < columns {
        let cell = self[column, row]
        let isReversed = cell.attributes.contains(.reverse)
        let (ink, paper) = (color(cell.foreground, foreground), color(cell.background, background))
        // Neighbours that share their background share its rectangle.
        var end = column + 1
        while end < columns, cell.scalar == " ", self[end, row] == cell { end += 1 }
        let (x, y) = (column * 8, row * 16)
        let ground = isReversed ? ink : paper
        let width = (end - column) * 8
        if ground != background { text += "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"16\" fill=\"\(ground.hex)\"/>\n" }
        text += Self.ink(cell, x, y, (isReversed ? paper : ink).hex)
        column = end
      }
    }
    return text + "</svg>\n"
  }

  /// A cell's character.
  private static func ink(_ cell: Cell, _ x: Int, _ y: Int, _ fill: String) -> String {
    if cell.scalar == " " || cell.width == 0 { return "" }
    guard let outlines = CellShapes.ink[cell.scalar] else {
      if let shade = ["░": "0.25", "▒": "0.5", "▓": "0.75"][cell.scalar] {
        return "<rect x=\"\(x)\" y=\"\(y)\" width=\"8\" height=\"16\" fill=\"\(fill)\" fill-opacity=\"\(shade)\"/>\n"
      }
      return "<text x=\"\(x)\" y=\"\(y + 12)\" fill=\"\(fill)\">\(SVG.escaped(String(cell.scalar)))</text>\n"
    }
    let paths = outlines.map { outline in
      let corners = outline.corners.map { (x: Double(x) + Double($0.x), y: Double(y) + Double($0.y) * 2 / 3) }
      return "M" + corners.map { "\(SVG.number($0.x)) \(SVG.number($0.y))" }.joined(separator: "L") + "Z"
    }
    return "<path d=\"\(paths.joined())\" fill=\"\(fill)\"/>\n"
  }

  /// A page that shows the cells; it needs no network, no script and no font.
  public func html(title: String, foreground: RGB = .white, background: RGB = .black, palette: [RGB] = TerminalPalette.xterm) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>\(SVG.escaped(title))</title></head>
    <body style="margin: 0; background: \(background.hex)">
    \(svg(foreground: foreground, background: background, palette: palette))</body>
    </html>

    """
  }
}

extension RGB {
  /// As `#rrggbb`.
  var hex: String { "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
