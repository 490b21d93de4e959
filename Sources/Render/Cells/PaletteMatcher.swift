import MicroKernels

/// Symbols and colours where few colours can be had: of every symbol the two nearest entries, of all these the least squared error.
/// What a cell cannot show is carried to its neighbours (Floyd and Steinberg 1976), but not over flat areas, which would only get grain.
struct PaletteMatcher {
  private let style: CellStyle
  private let columns: Int
  private let rows: Int
  private let palette: InkPalette
  private var search: CellSearch
  private var costs: SymbolCosts

  /// The share of a cell's error that is carried on.
  private let share: Float
  /// The share of a cell's error that hides another while an image is in the making.
  private let unseen: Float
  /// Greater debts are forgotten: they would draw trails.
  private static let limit = SIMD4<Float>(repeating: 48)

  /// All of it would be exact from afar but grainy close by: the more the farther the colours are apart, as xterm's named ones are, between
  /// which there is little.
  private static func share(of style: CellStyle) -> Float {
    switch style.colors {
    case .truecolor, .indexed256, .indexed88: 0.7
    case .indexed16: style.named == .vga ? 0.4 : 0.2
    // Half blocks have larger grains.
    case .indexed8, .mono: style.symbols == .half ? 0.11 : 0.12
    }
  }

  static func grid(
    _ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle, _ palette: InkPalette, after hold: inout CellHold?,
    isPlain: Bool = false
  ) -> CellGrid {
    var matcher = PaletteMatcher(image, columns, rows, style, palette, isPlain)
    return palette.withLoops { matcher.grid(&$0, after: &hold) }
  }

  private init(_ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle, _ palette: InkPalette, _ isPlain: Bool) {
    (self.columns, self.rows, self.style, self.palette) = (columns, rows, style, palette)
    share = Self.share(of: style)
    unseen = style.colors >= .indexed88 ? 0.46 : 0.65
    search = CellSearch(image, columns: columns, rows: rows, SymbolTable.of(style.symbols))
    costs = SymbolCosts(search.table, isPlain: isPlain)
  }

  private mutating func grid(_ loops: inout mk_palette, after hold: inout CellHold?) -> CellGrid {
    var cells: [Cell] = []
    cells.reserveCapacity(columns * rows)
    // One more cell at either end spares the look at the edge.
    var carried = [SIMD4<Float>](repeating: .zero, count: columns + 2)
    var next = carried
    var above = [SIMD4<Float>](repeating: SIMD4(repeating: -1000), count: columns)
    for row in 0..<rows {
      search.begin(row: row)
      var left = SIMD4<Float>(repeating: -1000)
      for column in 0..<columns {
        let lane = column % CellSearch.lanes
        if lane == 0 {
          search.run(from: column)
          costs.take(search)
        }
        let mean = search.whole(lane), gain = search.gain(search.best(lane), lane)
        let isFlat = gain < 1 && Self.isNear(mean, left) && Self.isNear(mean, above[column])
        (left, above[column]) = (mean, mean)
        let carries = style.dithered && !isFlat
        let debt = carries ? carried[column + 1] : .zero
        var choice = best(lane, mean, debt, gain, &loops)
        if let before = hold?.previous.cells[cells.count] {
          let old = held(before, lane, mean, debt)
          // With any colours at all the least error would be -gain.
          let margin = CellHold.margin(gain: gain, error: choice.cost + gain, share: unseen)
          let keeps = hold?.keeps(excess: old.map { $0.cost - choice.cost }, margin: margin) ?? false
          if keeps, let old { choice = old }
        }
        let area = search.table.symbols[choice.symbol].area
        let (ink, paper) = (palette.colors[Int(choice.ink)], palette.colors[Int(choice.paper)])
        cells.append(Cell(search.table.symbols[choice.symbol].scalar, .indexed(choice.ink), on: .indexed(choice.paper)))
        guard carries else { continue }
        let rest = (share * (mean + debt - ink * area - paper * (1 - area))).clamped(lowerBound: -Self.limit, upperBound: Self.limit)
        carried[column + 2] += rest * (7 / 16)
        next[column] += rest * (3 / 16)
        next[column + 1] += rest * (5 / 16)
        next[column + 2] += rest * (1 / 16)
      }
      swap(&carried, &next)
      for index in next.indices { next[index] = .zero }
    }
    return CellGrid(columns: columns, rows: rows, cells: cells)
  }

  /// Whether two means differ by less than any noise of a camera would make them.
  private static func isNear(_ first: SIMD4<Float>, _ second: SIMD4<Float>) -> Bool {
    let gap = first - second
    return (gap * gap).sum() < 0.25
  }

  /// A symbol, its two entries, and their squared error but for what is the same for all.
  private struct Choice {
    var symbol: Int
    var ink: UInt8
    var paper: UInt8
    var cost: Float
  }

  /// The cell with the least error; `debt` is added to all of it, `gain` is what its best symbol saves with any colours at all.
  private mutating func best(
    _ lane: Int, _ mean: SIMD4<Float>, _ debt: SIMD4<Float>, _ gain: Float, _ loops: inout mk_palette
  ) -> Choice {
    let solid = palette.nearest(mean + debt), alone = InkPalette.distance(mean + debt, palette.colors[Int(solid)])
    // No symbol can cost less than -gain.
    guard alone + gain > 1 else { return Choice(symbol: 0, ink: solid, paper: solid, cost: alone) }
    let (symbol, cost) = costs.least(lane, mean, debt, palette, &loops)
    if symbol == 0 { return Choice(symbol: 0, ink: solid, paper: solid, cost: alone) }
    let (ink, paper) = costs.parts(symbol, search.ink(symbol, lane), mean, debt)
    return Choice(symbol: symbol, ink: palette.nearest(ink), paper: palette.nearest(paper), cost: cost)
  }

  /// What the cell of the frame before would cost now; nil for one of another style.
  private func held(_ cell: Cell, _ lane: Int, _ mean: SIMD4<Float>, _ debt: SIMD4<Float>) -> Choice? {
    guard let index = search.table.index[cell.scalar], case .indexed(let ink) = cell.foreground,
      case .indexed(let ground) = cell.background,
      palette.entries.contains(Int(ink)), palette.entries.contains(Int(ground))
    else { return nil }
    let area = search.table.symbols[index].area, (full, paper) = costs.parts(index, search.ink(index, lane), mean, debt)
    let cost =
      InkPalette.distance(full, palette.colors[Int(ink)]) * area + InkPalette.distance(paper, palette.colors[Int(ground)]) * (1 - area)
      - search.gain(index, lane)
    return Choice(symbol: index, ink: ink, paper: ground, cost: cost)
  }
}
