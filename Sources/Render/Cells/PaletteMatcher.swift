/// Symbols and colours where few colours can be had: of every symbol the two nearest entries, of all these the least squared error.
/// What a cell cannot show is carried to its neighbours (Floyd and Steinberg 1976), but not over flat areas, which would only get grain.
struct PaletteMatcher {
  private let style: CellStyle
  private let columns: Int
  private let rows: Int
  private var search: CellSearch

  /// The share of a cell's error that is carried on. All of it would be exact from afar but grainy close by, the more the fewer colours.
  private let share: Float
  /// Greater debts are forgotten: they would draw trails.
  private static let limit = SIMD4<Float>(repeating: 48)

  static func grid(
    _ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle, _ palette: InkPalette, after previous: CellGrid?
  ) -> CellGrid {
    var matcher = PaletteMatcher(image, columns, rows, style)
    return palette.withSearch { matcher.grid($0, palette.entries, after: previous) }
  }

  private init(_ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle) {
    (self.columns, self.rows, self.style) = (columns, rows, style)
    share = style.colors >= .indexed88 ? 0.7 : 0.4
    search = CellSearch(image, columns: columns, rows: rows, SymbolTable.of(style.symbols))
  }

  private mutating func grid(_ palette: PaletteSearch, _ entries: Range<Int>, after previous: CellGrid?) -> CellGrid {
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
        let lane = search.lane(of: column)
        let mean = search.whole[lane]
        let isFlat = search.gains[Int(search.best[lane])][lane] < 1 && Self.isNear(mean, left) && Self.isNear(mean, above[column])
        (left, above[column]) = (mean, mean)
        let carries = style.dithered && !isFlat
        let debt = carries ? carried[column + 1] : .zero
        var choice = best(lane, mean + debt, debt, palette)
        if let previous, let kept = keep(previous.cells[cells.count], lane, mean + debt, debt, choice.cost, palette, entries) {
          choice = kept
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

  /// The cell with the least error. `whole` is the mean with `debt`.
  private func best(_ lane: Int, _ whole: SIMD4<Float>, _ debt: SIMD4<Float>, _ palette: PaletteSearch) -> Choice {
    let solid = palette.nearest(whole), color = palette.colors[Int(solid)]
    // The error of one colour over an area is, but for a constant, area * |color|^2 - 2 color . sum.
    var best = Choice(symbol: 0, ink: solid, paper: solid, cost: (color * (color - 2 * whole)).sum())
    let square = (whole * whole).sum()
    search.inked.withUnsafeBufferPointer { inked in
      search.gains.withUnsafeBufferPointer { gains in
        search.table.symbols.withUnsafeBufferPointer { symbols in
          @inline(__always) func look(at index: Int) {
            let area = symbols[index].area, full = inked[index][lane] + debt * area, paper = whole - full
            // 1 / area and 1 / (1 - area) from the product of both.
            let scale = symbols[index].scale
            let (first, second) = (palette.nearest(full * (scale * (1 - area))), palette.nearest(paper * (scale * area)))
            if first == second { return }
            let (a, b) = (palette.colors[Int(first)], palette.colors[Int(second)])
            let cost = (a * (a * area - 2 * full) + b * (b * (1 - area) - 2 * paper)).sum()
            // Below a squared grey level a plainer symbol is as good.
            if cost < best.cost - 1 { best = Choice(symbol: index, ink: first, paper: second, cost: cost) }
          }
          let first = Int(search.best[lane])
          if first > 0 { look(at: first) }
          // With any colours at all a symbol's error would be -|whole|^2 - gain: none that is behind even then is looked at.
          for index in 1..<gains.count where gains[index][lane] > 1 - square - best.cost { look(at: index) }
        }
      }
    }
    return best
  }

  /// The cell of the frame before, where the best is not better by the margin.
  private func keep(
    _ cell: Cell, _ lane: Int, _ whole: SIMD4<Float>, _ debt: SIMD4<Float>, _ best: Float, _ palette: PaletteSearch, _ entries: Range<Int>
  ) -> Choice? {
    guard let index = search.table.index[cell.scalar], case .indexed(let ink) = cell.foreground,
      case .indexed(let ground) = cell.background,
      entries.contains(Int(ink)), entries.contains(Int(ground))
    else { return nil }
    let area = search.table.symbols[index].area, full = search.inked[index][lane] + debt * area, paper = whole - full
    let (a, b) = (palette.colors[Int(ink)], palette.colors[Int(ground)])
    let cost = (a * (a * area - 2 * full) + b * (b * (1 - area) - 2 * paper)).sum()
    let gain = search.gains[Int(search.best[lane])][lane]
    // The best's whole error is best + |whole|^2 but for what no symbol can show; with any colours at all it would be -gain.
    let margin = CellHold.margin(gain: gain, error: best + (whole * whole).sum() + gain)
    return cost <= best + margin ? Choice(symbol: index, ink: ink, paper: ground, cost: cost) : nil
  }
}
