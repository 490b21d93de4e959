import Render

/// Turns pictures into cells.
enum PicturePainter {
  static func paint(_ request: PaintRequest) -> Painting {
    let size = request.key.size
    // A contour thinner than a block would come and go.
    let thickness = max(1, request.picture.image.width / max(1, size.width * 2))
    let image = request.picture.composed(request.key.look, thickness: thickness)
    if !request.capabilities.unicode { return ascii(image, size, request.capabilities.depth) }
    let style = CellStyle(symbols: request.key.blocks.symbols, colors: request.capabilities.depth.cellColors)
    let grid = CellGrid(image, columns: size.width, rows: size.height, style: style)
    return Painting(size: size, cells: grid.cells.map { cell in
      Cell(cell.scalar, style: Style(cell.foreground.asInk, on: cell.background.asInk))
    })
  }

  /// Without block characters a cell is one colour, or a character as bright as the picture where there are no colours.
  private static func ascii(_ image: Image, _ size: Size, _ depth: ColourDepth) -> Painting {
    let ramp: [Unicode.Scalar] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"]
    let small = image.rgb.resized(width: size.width, height: size.height, .area)
    var cells: [Cell] = []
    for y in 0..<size.height {
      for x in 0..<size.width {
        let color = RGB(small[x, y, 0], small[x, y, 1], small[x, y, 2])
        if depth == .mono {
          let light = (Int(color.red) * 299 + Int(color.green) * 587 + Int(color.blue) * 114) / 1000
          cells.append(Cell(ramp[light * (ramp.count - 1) / 255]))
        } else {
          cells.append(Cell(" ", style: Style(on: TerminalPalette.nearest(color, depth.cellColors).asInk)))
        }
      }
    }
    return Painting(size: size, cells: cells)
  }
}

extension Blocks {
  fileprivate var symbols: SymbolSet {
    switch self {
    case .quadrants: .quadrant
    case .sextants: .sextant
    case .halves: .half
    }
  }
}

extension ColourDepth {
  fileprivate var cellColors: ColorDepth {
    switch self {
    case .mono: .mono
    case .palette: .indexed8
    case .indexed: .indexed256
    case .direct: .truecolor
    }
  }
}

extension CellColor {
  fileprivate var asInk: Ink {
    switch self {
    case .standard: .standard
    case .indexed(let index) where index < 16: .ansi(index)
    case .indexed(let index): .indexed(index)
    case .rgb(let color): .rgb(red: color.red, green: color.green, blue: color.blue)
    }
  }
}
