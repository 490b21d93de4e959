extension CellGrid {
  /// An image as characters, stretched over `columns` x `rows` cells (see `fit`).
  ///
  /// Every cell takes the symbol and the two colours with the least squared error over its area. Errors and means are those of
  /// the sRGB values as they are: on photographs that keeps 0.2 to 0.4 dB more than linear light, and a better SSIM. Where colours are few,
  /// an image of few colours is shown as a mask is, unless `style.keepsClasses` is off: each of its colours has one of the terminal's.
  ///
  /// - Parameters:
  ///   - previous: the cells of the frame before, of the same size, of a preview: cells that are nearly as good stay.
  ///   - share: of the cells that may change then; those that gain most do. Less than 1 is for an image in the making, whose next frame
  ///     shows the same.
  public init(
    _ image: Image, columns: Int, rows: Int, style: CellStyle = CellStyle(), after previous: CellGrid? = nil, changing share: Double = 1
  ) {
    precondition(columns > 0 && rows > 0)
    let previous = previous.flatMap { $0.columns == columns && $0.rows == rows ? $0 : nil }
    if style.colors != .truecolor, style.keepsClasses, let drawn = DrawnImage(image) {
      if style.colors != .mono {
        self.init(drawn.mask, columns: columns, rows: rows, colors: drawn.colors, style: style, blends: true)
        return
      }
      // Of one colour alone nobody can say whether it is the background.
      if drawn.colors.count > 1 {
        self = MonoMatcher.grid(of: drawn, columns, rows, style)
        return
      }
    }
    var source = image
    // Twice the blocks of most sets: box means of fewer pixels would show their borders.
    let (wide, high) = (columns * 4, rows * 6)
    if style.smooth && (image.width < wide || image.height < high) {
      source = image.resized(width: max(image.width, wide), height: max(image.height, high), .cubic)
    }
    if let palette = InkPalette.of(style) {
      self = CellHold.grid(after: previous, changing: share) { PaletteMatcher.grid(source, columns, rows, style, palette, after: &$0) }
    } else if style.colors == .mono {
      self = MonoMatcher.grid(source, columns, rows, style)
    } else {
      let classes = DrawnImage.colors(of: image) ?? []
      self = CellHold.grid(after: previous, changing: share) {
        ExactMatcher.grid(source, columns, rows, style.symbols, classes: classes, after: &$0)
      }
    }
  }
}

extension CellStyle {
  /// The share of the cells that a frame of an image in the making may change, so that twenty of them and the finished image send less than
  /// half of what they would each by itself. Where colours are few, many cells would stay anyway.
  public var previewShare: Double {
    switch colors {
    case .truecolor: 0.38
    case .indexed256, .indexed88: 0.24
    case .indexed16, .indexed8, .mono: 0.25
    }
  }
}

/// Symbols and colours where every colour can be had.
enum ExactMatcher {
  /// - Parameter classes: the colours of an image of few; a part of a cell that is nearly one of them has it.
  static func grid(
    _ image: Image, _ columns: Int, _ rows: Int, _ symbols: SymbolSet, classes: [RGB], after hold: inout CellHold?
  ) -> CellGrid {
    let table = SymbolTable.of(symbols)
    return CellSearch.grid(image, columns: columns, rows: rows, table, lightWeight: SymbolTable.light) { search, lane, at in
      let whole = search.whole(lane), chosen = search.best(lane), new = cell(table, chosen, search.ink(chosen, lane), whole, classes)
      guard let before = hold?.previous.cells[at] else { return new }
      let gain = search.gain(chosen, lane), margin = CellHold.margin(gain: gain, error: 0), old = table.index[before.scalar]
      let excess = old.flatMap { error(before, table.symbols[$0].area, search.ink($0, lane), whole) }.map { $0 + gain }
      if hold?.keeps(excess: excess, margin: margin) == true { return before }
      guard let old else { return new }
      let kept = search.gain(old, lane) >= gain - margin ? old : chosen
      var held = cell(table, kept, search.ink(kept, lane), whole, classes)
      if case .rgb(let ink) = held.foreground { held.foreground = .rgb(CellHold.color(ink, after: before.foreground, margin: margin)) }
      if case .rgb(let paper) = held.background { held.background = .rgb(CellHold.color(paper, after: before.background, margin: margin)) }
      return held
    }
  }

  /// A symbol in the means of its two parts.
  private static func cell(
    _ table: SymbolTable, _ index: Int, _ ink: SIMD4<Float>, _ whole: SIMD4<Float>, _ classes: [RGB]
  ) -> Cell {
    let symbol = table.symbols[index]
    if index == 0 {
      let color = ClassColors.settled(whole, classes)
      return Cell(symbol.scalar, color, on: color)
    }
    return Cell(
      symbol.scalar, ClassColors.settled(ink * (1 / symbol.area), classes),
      on: ClassColors.settled((whole - ink) * (1 / (1 - symbol.area)), classes))
  }

  /// The squared error of a cell as it is, less that of one mean colour for all of it; nil for colours that are not known.
  private static func error(_ cell: Cell, _ area: Float, _ ink: SIMD4<Float>, _ whole: SIMD4<Float>) -> Float? {
    guard case .rgb(let foreground) = cell.foreground, case .rgb(let background) = cell.background else { return nil }
    let (a, b, paper) = (foreground.vector, background.vector, whole - ink)
    return (a * (a * area - 2 * ink)).sum() + (b * (b * (1 - area) - 2 * paper)).sum() + (whole * whole).sum()
  }
}

extension RGB {
  /// Rounds and clamps a mean.
  init(mean: SIMD4<Float>) {
    let safe = mean.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255)).rounded(.toNearestOrAwayFromZero)
    self.init(UInt8(safe[0]), UInt8(safe[1]), UInt8(safe[2]))
  }
}
