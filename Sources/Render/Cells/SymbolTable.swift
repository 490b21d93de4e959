/// A part of a cell in 1/8 of its width and 1/24 of its height.
struct CellRect: Hashable {
  let left, top, right, bottom: Int
  var area: Float { Float((right - left) * (bottom - top)) / (8 * 24) }
}

/// A way to part a cell in two, with the character whose ink is the first part. Exchanged colours give the other way round.
struct CellSymbol {
  let scalar: Unicode.Scalar
  /// The inked part is that of an earlier symbol (0: nothing) and one region more.
  let parent: Int
  let region: Int
  /// The share of ink.
  let area: Float
}

/// The symbols of a set, and the regions they are made of.
struct SymbolTable: Sendable {
  private(set) var regions: [CellRect] = []
  /// The first is the blank.
  private(set) var symbols = [CellSymbol(scalar: " ", parent: 0, region: 0, area: 0)]

  /// The share of ink, and 1 / (area (1 - area)).
  private(set) var weights: [(area: Float, scale: Float)] = []

  static let half = SymbolTable(.half)
  static let quadrant = SymbolTable(.quadrant)
  static let sextant = SymbolTable(.sextant)
  static let octant = SymbolTable(.octant)

  static func of(_ set: SymbolSet) -> SymbolTable {
    switch set {
    case .half: half
    case .quadrant: quadrant
    case .sextant: sextant
    case .octant: octant
    }
  }

  private init(_ set: SymbolSet) {
    defer { weights = symbols.map { ($0.area, $0.area == 0 ? 0 : 1 / ($0.area * (1 - $0.area))) } }
    // Plain shapes come first: they win where a finer one is no better.
    if set == .half {
      addStrips([CellRect(left: 0, top: 0, right: 8, bottom: 12)], ["▀"])
      addStrips([CellRect(left: 0, top: 0, right: 4, bottom: 24)], ["▌"])
      return
    }
    addMosaic(rows: 2, Self.quadrants)
    addStrips(
      (0..<7).map { CellRect(left: 0, top: 21 - 3 * $0, right: 8, bottom: 24 - 3 * $0) },
      ["▁", "▂", "▃", "▄", "▅", "▆", "▇"])
    addStrips(
      (0..<7).map { CellRect(left: $0, top: 0, right: $0 + 1, bottom: 24) },
      ["▏", "▎", "▍", "▌", "▋", "▊", "▉"])
    if set == .sextant || set == .octant { addMosaic(rows: 3, Self.sextants) }
    if set == .octant { addMosaic(rows: 4, Self.octants) }
  }

  /// Characters two blocks wide by the bits of their blocks, from upper left to lower right. Half of them suffice: the
  /// others part the cell the same way.
  private mutating func addMosaic(rows: Int, _ characters: [Unicode.Scalar]) {
    let firstRegion = regions.count
    let firstSymbol = symbols.count
    let height = 24 / rows
    for block in 0..<(2 * rows) {
      let (left, top) = (block % 2 * 4, block / 2 * height)
      regions.append(CellRect(left: left, top: top, right: left + 4, bottom: top + height))
    }
    for pattern in 1..<(characters.count / 2) {
      let rest = pattern & (pattern - 1)
      symbols.append(
        CellSymbol(
          scalar: characters[pattern], parent: rest == 0 ? 0 : firstSymbol + rest - 1,
          region: firstRegion + pattern.trailingZeroBitCount,
          area: Float(pattern.nonzeroBitCount) / Float(2 * rows)))
    }
  }

  /// Characters that grow strip by strip.
  private mutating func addStrips(_ strips: [CellRect], _ characters: [Unicode.Scalar]) {
    var area: Float = 0
    for (index, strip) in strips.enumerated() {
      regions.append(strip)
      area += strip.area
      symbols.append(
        CellSymbol(
          scalar: characters[index], parent: index == 0 ? 0 : symbols.count - 1,
          region: regions.count - 1, area: area))
    }
  }

  /// By the bits upper left, upper right, lower left, lower right.
  static let quadrants: [Unicode.Scalar] = [
    " ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█",
  ]

  /// U+1FB00... in the order of their bits, without those that exist elsewhere.
  static let sextants: [Unicode.Scalar] = mosaic(
    count: 64, from: 0x1FB00, elsewhere: [0: " ", 0b010101: "▌", 0b101010: "▐", 63: "█"])

  /// U+1CD00... in the order of their bits, without those that exist elsewhere.
  static let octants: [Unicode.Scalar] = {
    var elsewhere: [Int: Unicode.Scalar] = [
      0b0000_0001: "\u{1CEA8}", 0b0000_0010: "\u{1CEAB}", 0b0100_0000: "\u{1CEA3}", 0b1000_0000: "\u{1CEA0}",
      0b0000_0011: "\u{1FB82}", 0b0011_1111: "\u{1FB85}", 0b1100_0000: "▂", 0b1111_1100: "▆",
      0b0001_0100: "\u{1FBE6}", 0b0010_1000: "\u{1FBE7}",
    ]
    for (pattern, character) in quadrants.enumerated() {
      let upper = (pattern & 3) * 0b0101
      let lower = (pattern >> 2) * 0b0101_0000
      elsewhere[upper | lower] = character
    }
    return mosaic(count: 256, from: 0x1CD00, elsewhere: elsewhere)
  }()

  private static func mosaic(count: Int, from first: UInt32, elsewhere: [Int: Unicode.Scalar]) -> [Unicode.Scalar] {
    var next = first
    return (0..<count).map { pattern in
      if let known = elsewhere[pattern] { return known }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? " "
    }
  }

  /// The sum of a cell's light under the ink of each symbol, from its sums over the regions.
  func ink(_ regions: [SIMD4<Float>], into out: inout [SIMD4<Float>]) {
    out.withUnsafeMutableBufferPointer { out in
      regions.withUnsafeBufferPointer { regions in
        symbols.withUnsafeBufferPointer { symbols in
          out[0] = .zero
          for index in 1..<symbols.count { out[index] = out[symbols[index].parent] + regions[symbols[index].region] }
        }
      }
    }
  }

  /// For each symbol the squared error it saves against one mean colour for the whole cell, when both its parts take theirs.
  func gains(_ ink: [SIMD4<Float>], whole: SIMD4<Float>, into out: inout [Float]) {
    out.withUnsafeMutableBufferPointer { out in
      ink.withUnsafeBufferPointer { ink in
        weights.withUnsafeBufferPointer { weights in
          out[0] = 0
          for index in 1..<ink.count {
            // Between-part variance: area (1 - area) |mean of ink - mean of paper|^2, without the two divisions.
            let gap = ink[index] - whole * weights[index].area
            out[index] = (gap * gap).sum() * weights[index].scale
          }
        }
      }
    }
  }

  /// The mosaic with the most blocks that a set has: blocks down, and its characters by their bits.
  static func finestMosaic(_ set: SymbolSet) -> (across: Int, down: Int, characters: [Unicode.Scalar]) {
    switch set {
    case .half: (1, 2, [" ", "▀", "▄", "█"])
    case .quadrant: (2, 2, quadrants)
    case .sextant: (2, 3, sextants)
    case .octant: (2, 4, octants)
    }
  }

  /// Where the ink of every known character is.
  static let ink: [Unicode.Scalar: [CellRect]] = {
    let whole = CellRect(left: 0, top: 0, right: 8, bottom: 24)
    var ink: [Unicode.Scalar: [CellRect]] = [" ": [], "█": [whole]]
    for set in [half, octant] {
      var rects: [[CellRect]] = [[]]
      for symbol in set.symbols.dropFirst() {
        rects.append(rects[symbol.parent] + [set.regions[symbol.region]])
        ink[symbol.scalar] = rects[rects.count - 1]
      }
    }
    for (rows, characters) in [(2, quadrants), (3, sextants), (4, octants)] {
      for (pattern, character) in characters.enumerated() where ink[character] == nil {
        ink[character] = (0..<(2 * rows)).filter { pattern >> $0 & 1 == 1 }.map { block in
          let (left, top) = (block % 2 * 4, block / 2 * 24 / rows)
          return CellRect(left: left, top: top, right: left + 4, bottom: top + 24 / rows)
        }
      }
    }
    return ink
  }()
}
