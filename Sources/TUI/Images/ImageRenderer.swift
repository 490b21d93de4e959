import Render

/// Turns images into cells.
public enum ImageRenderer {
  public static func render(_ request: RenderRequest) -> CellGrid {
    let size = request.key.size, shown = request.image, depth = request.capabilities.depth
    let seen = request.key.crop?.width ?? shown.image.width
    // A contour thinner than a block would come and go.
    let thickness = max(1, seen / max(1, size.width * 2))
    let inks = MarkInks(request.capabilities)
    var image = shown.composed(
      request.key.look, request.key.marks, thickness: thickness, opacity: Double(request.key.opacity) / 100, inks: inks)
    if let crop = request.key.crop { image = image.enlarged(crop, atLeast: size) }
    var isShaded = false
    if depth == .mono, request.key.look != .mask, case .object = shown.marks { isShaded = true }
    // What is drawn over an image is clearer without the grain of carried errors, but shades are nothing else: dark ones are no ink either.
    let style = CellStyle(
      symbols: request.key.symbols, colors: depth, dithered: shown.isBare(request.key.look) || (isShaded && request.key.look != .contour),
      keepsClasses: !isShaded, named: request.capabilities.named,
      lightBackground: request.capabilities.lightBackground)
    let grid: CellGrid
    if !request.capabilities.unicode {
      grid = ascii(image, size, depth)
    } else if case .few(let errors, let greys) = inks, case .comparison = shown.marks, request.key.look == .tint {
      // Of its few colours none may be made from two others: between black and white some terminals have a mark's.
      let colors = greys + [errors.hit, errors.falseAlarm, errors.miss]
      grid = CellGrid(image.labels(colors), columns: size.width, rows: size.height, colors: colors, style: style)
    } else {
      grid = CellGrid(image, columns: size.width, rows: size.height, style: style, after: request.previous, changing: style.previewShare)
    }
    guard request.key.look == .signs, case .comparison(let prediction, let truth) = shown.marks else { return grid }
    let crop = request.key.crop ?? Crop(x: 0, y: 0, width: shown.image.width, height: shown.image.height)
    let all = Size(width: shown.image.width, height: shown.image.height)
    var signs = ErrorSigns(prediction: prediction.stretched(to: all), truth: truth.stretched(to: all), crop: crop)
    signs.kinds = request.key.marks.errors
    if request.key.marks.isOfBorder { signs.isNear = signs.truth.isNearBorder(of: 1, reach: shown.reach) }
    return signs.over(grid, Theme(depth, lightBackground: request.capabilities.lightBackground))
  }

  /// Without block characters a cell is one colour, or a character as bright as the image where there are no colours.
  private static func ascii(_ image: Image, _ size: Size, _ depth: ColorDepth) -> CellGrid {
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
          cells.append(Cell(" ", on: TerminalPalette.nearest(color, depth)))
        }
      }
    }
    return CellGrid(columns: size.width, rows: size.height, cells: cells)
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
  /// Which are told.
  var kinds = ErrorKinds.all
  /// Pixels that count; all of them where it is nil.
  var isNear: [Bool]?

  /// The cells with a sign in every one that is more than half inside one of the three.
  func over(_ grid: CellGrid, _ theme: Theme) -> CellGrid {
    let size = Size(width: grid.columns, height: grid.rows), tones = theme.errors
    var grid = grid
    for row in 0..<size.height {
      for column in 0..<size.width {
        guard let sign = sign(column, row, size) else { continue }
        let tone = sign == Self.hit ? tones.hit : sign == Self.falseAlarm ? tones.falseAlarm : tones.miss
        grid[column, row] = Cell(sign, tone.ink, .bold)
      }
    }
    return grid
  }

  private func sign(_ column: Int, _ row: Int, _ size: Size) -> Unicode.Scalar? {
    func span(_ index: Int, _ count: Int, _ first: Int, _ length: Int) -> Range<Int> {
      let start = first + index * length / count
      return start..<max(start + 1, first + (index + 1) * length / count)
    }
    var counts = (hit: 0, falseAlarm: 0, miss: 0, all: 0)
    for y in span(row, size.height, crop.y, crop.height) where y < truth.height {
      for x in span(column, size.width, crop.x, crop.width) where x < truth.width {
        guard isNear?[y * truth.width + x] != false else { continue }
        counts.all += 1
        guard let kind = ErrorKinds(prediction: prediction[x, y], truth: truth[x, y]), kinds.contains(kind) else { continue }
        switch kind {
        case .hits: counts.hit += 1
        case .falseAlarms: counts.falseAlarm += 1
        default: counts.miss += 1
        }
      }
    }
    let most = max(counts.hit, counts.falseAlarm, counts.miss)
    guard 2 * (counts.hit + counts.falseAlarm + counts.miss) > counts.all else { return nil }
    return most == counts.miss ? Self.miss : most == counts.falseAlarm ? Self.falseAlarm : Self.hit
  }
}

extension Image {
  /// The place of each pixel's colour among some, of which it has to be one.
  fileprivate func labels(_ colors: [RGB]) -> LabelMask {
    let image = rgb
    var color = colors[0], place = UInt8(0)
    let labels = (0..<width * height).map { at in
      let own: RGB = image[at % width, at / width]
      // Neighbours are mostly equal.
      if own != color { (color, place) = (own, UInt8(colors.firstIndex(of: own) ?? 0)) }
      return place
    }
    return LabelMask(width: width, height: height, labels: labels)
  }

  /// A part of the image; near enough, every pixel of it becomes a block of equal ones, so that nothing is smoothed away.
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
