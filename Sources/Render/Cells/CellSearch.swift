/// A colour of each of four neighbouring cells: the lanes are cells.
struct FourColors {
  var red: SIMD4<Float>
  var green: SIMD4<Float>
  var blue: SIMD4<Float>

  static let zero = FourColors(red: .zero, green: .zero, blue: .zero)

  /// The colour of one of the cells.
  @inline(__always) subscript(lane: Int) -> SIMD4<Float> { SIMD4(red[lane], green[lane], blue[lane], 0) }

  @inline(__always) init(red: SIMD4<Float>, green: SIMD4<Float>, blue: SIMD4<Float>) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// From the cells' colours.
  @inline(__always) init(_ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>, _ d: SIMD4<Float>) {
    red = SIMD4(a[0], b[0], c[0], d[0])
    green = SIMD4(a[1], b[1], c[1], d[1])
    blue = SIMD4(a[2], b[2], c[2], d[2])
  }

  @inline(__always) static func + (left: FourColors, right: FourColors) -> FourColors {
    FourColors(red: left.red + right.red, green: left.green + right.green, blue: left.blue + right.blue)
  }

  @inline(__always) static func - (left: FourColors, right: FourColors) -> FourColors {
    FourColors(red: left.red - right.red, green: left.green - right.green, blue: left.blue - right.blue)
  }

  @inline(__always) static func * (left: FourColors, right: Float) -> FourColors {
    FourColors(red: left.red * right, green: left.green * right, blue: left.blue * right)
  }
}

/// What every symbol of a set would save on four neighbouring cells, with any colours at all.
///
/// For a symbol with ink on an area a the best colours are the means of its two parts, and it saves the variance between them,
/// a (1 - a) |mean of ink - mean of paper|^2, against one mean colour. `PlainCells` does the same a cell at a time, with equal results.
struct CellSearch {
  let table: SymbolTable
  private var sampler: RegionSampler
  /// Sums over the regions of the table, times their share of the cell; the last is the whole cell.
  private var regions: [FourColors]
  /// The sum of a cell's light under the ink of each symbol.
  private(set) var inked: [FourColors]
  /// The squared error that each symbol saves.
  private(set) var gains: [SIMD4<Float>]
  /// The symbol that saves most, where that is half a squared grey level or more; else the blank, which is shorter.
  private(set) var best = SIMD4<Int32>.zero

  /// A search in an image that is stretched over `columns` x `rows` cells.
  init(_ image: Image, columns: Int, rows: Int, _ table: SymbolTable) {
    self.table = table
    sampler = RegionSampler(image, columns: columns, rows: rows, regions: table.regions)
    regions = [FourColors](repeating: .zero, count: table.regions.count + 1)
    inked = [FourColors](repeating: .zero, count: table.symbols.count)
    gains = [SIMD4<Float>](repeating: .zero, count: table.symbols.count)
  }

  /// The means of the cells.
  var whole: FourColors { regions[regions.count - 1] }

  /// A grid whose cells, line by line, `cell` makes of what is found; it gets the search, the cell's lane in it and its index.
  static func grid(
    _ image: Image, columns: Int, rows: Int, _ table: SymbolTable, cell: (borrowing CellSearch, Int, Int) -> Cell
  ) -> CellGrid {
    var search = CellSearch(image, columns: columns, rows: rows, table)
    var cells: [Cell] = []
    cells.reserveCapacity(columns * rows)
    for row in 0..<rows {
      search.begin(row: row)
      for column in 0..<columns {
        let lane = search.lane(of: column)
        cells.append(cell(search, lane, cells.count))
      }
    }
    return CellGrid(columns: columns, rows: rows, cells: cells)
  }

  /// Prepares a line of cells.
  mutating func begin(row: Int) { sampler.begin(row: row) }

  /// The lane in which a cell of the line is found; columns are to be asked for one after the other.
  mutating func lane(of column: Int) -> Int {
    if column % 4 == 0 {
      sampler.sample(fourFrom: column, into: &regions)
      run()
    }
    return column % 4
  }

  /// Searches the cells that `regions` holds.
  private mutating func run() {
    let whole = whole
    var most = SIMD4<Float>(repeating: 0.5), chosen = SIMD4<Int32>.zero
    inked.withUnsafeMutableBufferPointer { inked in
      gains.withUnsafeMutableBufferPointer { gains in
        regions.withUnsafeBufferPointer { regions in
          table.symbols.withUnsafeBufferPointer { symbols in
            table.terms.withUnsafeBufferPointer { terms in
              for index in 1..<symbols.count {
                let symbol = symbols[index]
                var ink = inked[symbol.parent]
                if symbol.isWhole {
                  for term in symbol.terms { ink = ink + regions[terms[term].region] }
                } else {
                  for term in symbol.terms { ink = ink + regions[terms[term].region] * terms[term].share }
                }
                inked[index] = ink
                let gap = ink - whole * symbol.area
                let gain = (gap.red * gap.red + gap.green * gap.green + gap.blue * gap.blue) * symbol.scale
                gains[index] = gain
                let isBetter = gain .> most
                most.replace(with: gain, where: isBetter)
                chosen.replace(with: Int32(index), where: isBetter)
              }
            }
          }
        }
      }
    }
    best = chosen
  }
}
