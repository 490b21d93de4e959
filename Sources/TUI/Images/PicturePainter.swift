import Render

/// Turns pictures into cells.
package enum PicturePainter {
  package static func paint(_ request: PaintRequest) -> Painting {
    let size = request.key.size, picture = request.picture, seen = request.key.crop?.width ?? picture.image.width
    // A contour thinner than a block would come and go.
    let thickness = max(1, seen / max(1, size.width * 2))
    var image = picture.composed(request.key.look, thickness: thickness, opacity: Double(request.key.opacity) / 100)
    if let crop = request.key.crop { image = image.enlarged(crop, atLeast: size) }
    var painting: Painting
    if request.capabilities.unicode {
      let style = CellStyle(symbols: request.key.blocks.symbols, colors: request.capabilities.depth.cellColors)
      let grid = CellGrid(image, columns: size.width, rows: size.height, style: style)
      painting = Painting(size: size, cells: grid.cells.map { cell in
        Cell(cell.scalar, style: Style(cell.foreground.asInk, on: cell.background.asInk))
      })
    } else {
      painting = ascii(image, size, request.capabilities.depth)
    }
    if request.key.look == .signs, case .comparison(let prediction, let truth) = picture.marks {
      let crop = request.key.crop ?? Crop(x: 0, y: 0, width: picture.image.width, height: picture.image.height)
      let all = Size(width: picture.image.width, height: picture.image.height)
      painting = ErrorSigns(prediction: prediction.stretched(to: all), truth: truth.stretched(to: all), crop: crop).over(painting, request.capabilities)
    }
    return painting
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

/// Hits, false alarms and misses as letters, for those who cannot tell colours apart or have none.
struct ErrorSigns {
  static let hit: Unicode.Scalar = "+"
  static let falseAlarm: Unicode.Scalar = "F"
  static let miss: Unicode.Scalar = "M"

  let prediction: LabelMask
  let truth: LabelMask
  let crop: Crop

  /// The painting with a sign in every cell that is more than half inside one of the three.
  func over(_ painting: Painting, _ capabilities: Capabilities) -> Painting {
    let size = painting.size, tones = Theme(capabilities.depth).errors
    var cells = painting.cells
    for row in 0..<size.height {
      for column in 0..<size.width {
        guard let sign = sign(column, row, size) else { continue }
        let tone = sign == Self.hit ? tones.hit : sign == Self.falseAlarm ? tones.falseAlarm : tones.miss
        cells[row * size.width + column] = Cell(sign, style: Style(tone.ink, .bold))
      }
    }
    return Painting(size: size, cells: cells)
  }

  private func sign(_ column: Int, _ row: Int, _ size: Size) -> Unicode.Scalar? {
    func span(_ index: Int, _ count: Int, _ first: Int, _ length: Int) -> Range<Int> {
      let start = first + index * length / count
      return start..<max(start + 1, first + (index + 1) * length / count)
    }
    var counts = (hit: 0, falseAlarm: 0, miss: 0, all: 0)
    for y in span(row, size.height, crop.y, crop.height) where y < truth.height {
      for x in span(column, size.width, crop.x, crop.width) where x < truth.width {
        counts.all += 1
        switch (prediction[x, y] == 1, truth[x, y]) {
        case (_, 255), (false, 0): break
        case (true, 1): counts.hit += 1
        case (true, _): counts.falseAlarm += 1
        case (false, _): counts.miss += 1
        }
      }
    }
    let most = max(counts.hit, counts.falseAlarm, counts.miss)
    guard 2 * (counts.hit + counts.falseAlarm + counts.miss) > counts.all else { return nil }
    return most == counts.miss ? Self.miss : most == counts.falseAlarm ? Self.falseAlarm : Self.hit
  }
}

extension Image {
  /// A part of the picture; near enough, every pixel of it becomes a block of equal ones, so that nothing is smoothed away.
  fileprivate func enlarged(_ crop: Crop, atLeast size: Size) -> Image {
    let scale = max(1, min((size.width * 2 + crop.width - 1) / crop.width, 64))
    var out = Image(width: crop.width * scale, height: crop.height * scale, color: [0, 0, 0])
    let source = rgb
    for y in 0..<out.height {
      for x in 0..<out.width { out[x, y] = source[crop.x + x / scale, crop.y + y / scale] }
    }
    return out
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
