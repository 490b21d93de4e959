import Core
import MicroKernels

/// What every symbol of a set would save on sixteen neighbouring cells, with any colours at all.
///
/// For a symbol with ink on an area a the best colours are the means of its two parts, and it saves the variance between them,
/// a (1 - a) |mean of ink - mean of paper|^2, against one mean colour. `PlainCells` does the same a cell at a time, with equal results.
struct CellSearch {
  /// Cells of a search, its lanes.
  static let lanes = 16

  let table: SymbolTable
  private var sampler: RegionSampler
  private let regionTable: [mk_region]
  private let symbols: [mk_symbol]
  private let terms: [mk_term]
  private var corners: [SIMD4<Float>]
  /// The light of each region as a share of the cell's, `[regions][3][16]`; the last is the whole cell.
  private var regions: [Float]
  /// Each symbol's light under its ink, and the squared error that it saves, `[symbols][4][16]`, with blanks up to a multiple of 16.
  private var light: [Float]
  /// How much luma counts where the best symbol is chosen.
  private let lightWeight: Float
  /// The symbol that saves most, luma counted as that says, where it is half a squared grey level or more; else the blank, which is shorter.
  private var chosen = [Int32](repeating: 0, count: lanes)
  private let loops = KernelSet.current.loops

  /// A search in an image that is stretched over `columns` x `rows` cells.
  ///
  /// - Parameter lightWeight: how much the squared error of luma counts beside those of the channels where the best symbol is chosen.
  init(_ image: Image, columns: Int, rows: Int, _ table: SymbolTable, lightWeight: Float = 0) {
    (self.table, self.lightWeight) = (table, lightWeight)
    sampler = RegionSampler(image, columns: columns, rows: rows, regions: table.regions)
    regionTable = sampler.regionCorners.map { mk_region(corner: (Int32($0.0), Int32($0.1), Int32($0.2), Int32($0.3))) }
    symbols = table.symbols.map { symbol in
      mk_symbol(
        parent: Int32(symbol.parent), first: Int32(symbol.terms.lowerBound), end: Int32(symbol.terms.upperBound), area: symbol.area,
        scale: symbol.scale)
    }
    terms = table.terms.map { mk_term(region: Int32($0.region), share: $0.share) }
    corners = [SIMD4<Float>](repeating: .zero, count: sampler.cornerCount * 3 * Self.lanes / 4)
    regions = [Float](repeating: 0, count: regionTable.count * 3 * Self.lanes)
    light = [Float](repeating: 0, count: Self.padded(symbols.count) * 4 * Self.lanes)
  }

  /// A number of symbols with blanks up to a multiple of 16.
  static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// The mean of a cell.
  @inline(__always) func whole(_ lane: Int) -> SIMD4<Float> {
    let at = regions.count - 3 * Self.lanes + lane
    return SIMD4(regions[at], regions[at + Self.lanes], regions[at + 2 * Self.lanes], 0)
  }

  /// The light of a cell under a symbol's ink.
  @inline(__always) func ink(_ symbol: Int, _ lane: Int) -> SIMD4<Float> {
    let at = symbol * 4 * Self.lanes + lane
    return SIMD4(light[at], light[at + Self.lanes], light[at + 2 * Self.lanes], 0)
  }

  /// The squared error that a symbol saves on a cell.
  @inline(__always) func gain(_ symbol: Int, _ lane: Int) -> Float { light[(symbol * 4 + 3) * Self.lanes + lane] }

  /// The symbol that saves most on a cell.
  @inline(__always) func best(_ lane: Int) -> Int { Int(chosen[lane]) }

  /// A grid whose cells, line by line, `cell` makes of what is found; it gets the search, the cell's lane in it and its index.
  static func grid(
    _ image: Image, columns: Int, rows: Int, _ table: SymbolTable, lightWeight: Float = 0, cell: (borrowing CellSearch, Int, Int) -> Cell
  ) -> CellGrid {
    var search = CellSearch(image, columns: columns, rows: rows, table, lightWeight: lightWeight)
    var cells: [Cell] = []
    cells.reserveCapacity(columns * rows)
    for row in 0..<rows {
      search.begin(row: row)
      for column in 0..<columns {
        let lane = column % Self.lanes
        if lane == 0 { search.run(from: column) }
        cells.append(cell(search, lane, cells.count))
      }
    }
    return CellGrid(columns: columns, rows: rows, cells: cells)
  }

  /// Prepares a line of cells.
  mutating func begin(row: Int) { sampler.begin(row: row) }

  /// Searches the cells of the line from `column` on.
  mutating func run(from column: Int) {
    sampler.sumCorners(from: column, into: &corners)
    let (loops, scale, lightWeight) = (loops, sampler.scale, lightWeight)
    corners.withUnsafeBytes { corners in
      regionTable.withUnsafeBufferPointer { regionTable in
        symbols.withUnsafeBufferPointer { symbols in
          terms.withUnsafeBufferPointer { terms in
            regions.withUnsafeMutableBufferPointer { regions in
              light.withUnsafeMutableBufferPointer { light in
                chosen.withUnsafeMutableBufferPointer { chosen in
                  guard let first = regionTable.baseAddress, let symbol = symbols.baseAddress, let term = terms.baseAddress,
                    let corner = corners.bindMemory(to: Float.self).baseAddress, let region = regions.baseAddress,
                    let light = light.baseAddress, let best = chosen.baseAddress
                  else { return }
                  var all = mk_symbols(
                    regions: first, region_count: regionTable.count, symbols: symbol, count: symbols.count, terms: term,
                    light: lightWeight)
                  loops.pointee.cell_gains(&all, corner, scale, region, light, best)
                }
              }
            }
          }
        }
      }
    }
  }

  /// What was found, with the symbols side by side, `[4][16][symbols]`.
  func turn(into turned: inout [Float]) {
    light.withUnsafeBufferPointer { light in
      turned.withUnsafeMutableBufferPointer { turned in
        guard let from = light.baseAddress, let to = turned.baseAddress else { return }
        loops.pointee.cell_turn(from, light.count / (4 * Self.lanes), to)
      }
    }
  }
}
