/// A way to part a cell in two, with the character whose ink is the first part. Exchanged colours give the other way round.
struct CellSymbol: Sendable {
  let scalar: Unicode.Scalar
  /// The inked part is that of an earlier symbol (0: nothing) and the table's `terms` in this range.
  let parent: Int
  let terms: Range<Int>
  /// The share of ink.
  let area: Float
  /// 1 / (area (1 - area)); 0 for the blank.
  let scale: Float
}

/// The symbols of a set, and the regions they are made of.
struct SymbolTable: Sendable {
  private(set) var regions: [CellRect] = []
  /// The first is the blank.
  private(set) var symbols = [CellSymbol(scalar: " ", parent: 0, terms: 0..<0, area: 0, scale: 0)]
  /// Regions, each with the share of it that is inked.
  private(set) var terms: [(region: Int, share: Float)] = []
  /// Where a character is among the symbols.
  private(set) var index: [Unicode.Scalar: Int] = [:]
  /// Where a rectangle is among the regions.
  private var places: [CellRect: Int] = [:]

  /// How much the squared error of luma counts beside those of red, green and blue where every colour can be had: edges are seen by their
  /// light.
  static let light: Float = 2

  private static let tables = SymbolSet.Tables { SymbolTable($0) }

  static func of(_ set: SymbolSet) -> SymbolTable { tables[set] }

  private init(_ set: SymbolSet) {
    defer { for (place, symbol) in symbols.enumerated() where index[symbol.scalar] == nil { index[symbol.scalar] = place } }
    // Plain shapes come first: they win where a finer one is no better.
    if set == .half {
      add("▀", [CellRect(left: 0, top: 0, right: 8, bottom: 12)])
      add("▌", [CellRect(left: 0, top: 0, right: 4, bottom: 24)])
      return
    }
    addMosaic(rows: 2, CellShapes.quadrants)
    addStrips((0..<7).map { CellShapes.row(7 - $0) }, CellShapes.rising)
    addStrips((0..<7).map { CellShapes.column($0) }, CellShapes.widening)
    if set == .quadrant { return }
    addMosaic(rows: 3, CellShapes.sextants)
    if set == .wedge || set == .best {
      addBars()
      addCuts()
    }
    if set == .octant || set == .best { addMosaic(rows: 4, CellShapes.octants) }
  }

  /// The number of a region; a rectangle has only one.
  private mutating func region(_ rect: CellRect) -> Int {
    if let known = places[rect] { return known }
    places[rect] = regions.count
    regions.append(rect)
    return regions.count - 1
  }

  /// A symbol that inks these rectangles, which do not overlap, beside the ink of `parent`.
  private mutating func add(_ scalar: Unicode.Scalar, parent: Int = 0, _ rects: [CellRect]) {
    add(scalar, parent: parent, rects.map { ($0, 1) })
  }

  private mutating func add(_ scalar: Unicode.Scalar, parent: Int, _ parts: [(rect: CellRect, share: Float)]) {
    let first = terms.count
    for part in parts { terms.append((region(part.rect), part.share)) }
    let area = parts.reduce(symbols[parent].area) { $0 + $1.rect.area * $1.share }
    symbols.append(
      CellSymbol(
        scalar: scalar, parent: parent, terms: first..<terms.count, area: area, scale: 1 / (area * (1 - area))))
  }

  /// Characters two blocks wide by the bits of their blocks, from upper left to lower right. Half of them suffice: the
  /// others part the cell the same way.
  private mutating func addMosaic(rows: Int, _ characters: [Unicode.Scalar]) {
    let firstSymbol = symbols.count
    for pattern in 1..<(characters.count / 2) {
      let rest = pattern & (pattern - 1)
      add(
        characters[pattern], parent: rest == 0 ? 0 : firstSymbol + rest - 1, [CellShapes.block(pattern.trailingZeroBitCount, rows: rows)])
    }
  }

  /// Characters that grow strip by strip.
  private mutating func addStrips(_ strips: [CellRect], _ characters: [Unicode.Scalar]) {
    for (index, strip) in strips.enumerated() { add(characters[index], parent: index == 0 ? 0 : symbols.count - 1, [strip]) }
  }

  private mutating func addBars() {
    for bar in CellShapes.bars {
      // Where a column and a row meet, the column has the ink.
      let (left, right) = (bar.across.contains(0) ? 1 : 0, bar.across.contains(7) ? 7 : 8)
      let rows = bar.down.map { CellRect(left: left, top: 3 * $0, right: right, bottom: 3 * $0 + 3) }
      add(bar.scalar, bar.across.map(CellShapes.column) + rows)
    }
  }

  /// Wedges and triangles; of two that part the cell the same way the one with less ink.
  private mutating func addCuts() {
    let half = CellShapes.wedges.count / 2
    for index in 0..<half {
      let (lower, upper) = (CellShapes.wedges[index], CellShapes.wedges[index + half])
      let lesser = lower.ink.area <= upper.ink.area ? lower : upper
      add(lesser.scalar, parent: 0, Self.parts([lesser.ink]))
    }
    for triangle in CellShapes.triangular.prefix(5) { add(triangle.scalar, parent: 0, Self.parts(triangle.ink)) }
  }

  /// An outline in pieces of 1/8 x 1/12 cell with the share of each that is inside.
  private static func parts(_ outlines: [CellOutline]) -> [(rect: CellRect, share: Float)] {
    let areas = outlines.map { $0.areas(down: 12) }
    var parts: [(rect: CellRect, share: Float)] = []
    for row in 0..<12 {
      for column in 0..<8 {
        let share = areas.reduce(0) { $0 + $1[8 * row + column] } / 2
        let rect = CellRect(left: column, top: 2 * row, right: column + 1, bottom: 2 * row + 2)
        if share > 1e-4 { parts.append((rect, min(1, share))) }
      }
    }
    return parts
  }

  /// The mosaic with the most blocks that a set has: blocks down, and its characters by their bits.
  static func finestMosaic(_ set: SymbolSet) -> (across: Int, down: Int, characters: [Unicode.Scalar]) {
    switch set {
    case .half: (1, 2, [" ", "▀", "▄", "█"])
    case .quadrant: (2, 2, CellShapes.quadrants)
    case .sextant, .wedge: (2, 3, CellShapes.sextants)
    case .octant, .best: (2, 4, CellShapes.octants)
    }
  }
}
