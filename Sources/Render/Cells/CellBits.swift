/// A part of a cell in blocks of 1/8 of its width and 1/24 of its height: a bit each.
struct CellBits: Hashable, Sendable {
  /// Blocks of a whole cell.
  static let all = 8 * 24

  private var words = SIMD4<UInt64>()

  init() {}

  /// The blocks that are inside outlines by more than half.
  init(_ outlines: [CellOutline]) {
    let rects = outlines.compactMap(\.rect)
    if rects.count == outlines.count {
      for rect in rects { for y in rect.top..<rect.bottom { for x in rect.left..<rect.right { insert(x, y) } } }
      return
    }
    let areas = outlines.map { $0.areas(down: 24) }
    for y in 0..<24 { for x in 0..<8 where areas.reduce(0, { $0 + $1[8 * y + x] }) > 0.5 { insert(x, y) } }
  }

  mutating func insert(_ x: Int, _ y: Int) { words[y / 8] |= 1 << UInt64(y % 8 * 8 + x) }

  var count: Int { words[0].nonzeroBitCount + words[1].nonzeroBitCount + words[2].nonzeroBitCount }

  static func & (left: CellBits, right: CellBits) -> CellBits {
    var out = left
    out.words &= right.words
    return out
  }

  static func | (left: CellBits, right: CellBits) -> CellBits {
    var out = left
    out.words |= right.words
    return out
  }

  static prefix func ~ (bits: CellBits) -> CellBits {
    var out = bits
    out.words = SIMD4(~out.words[0], ~out.words[1], ~out.words[2], 0)
    return out
  }
}

/// The symbols of a set as bits.
struct ShapeBits: Sendable {
  typealias Shape = (scalar: Unicode.Scalar, bits: CellBits, count: Int)

  /// One of each two that part the cell the same way.
  let all: [Shape]
  /// Those and every character that has the rest of their ink, where one is in the same set.
  let full: [Shape]

  private static let tables = SymbolSet.Tables { ShapeBits($0) }

  static func of(_ set: SymbolSet) -> ShapeBits { tables[set] }

  private init(_ set: SymbolSet) {
    func shape(_ scalar: Unicode.Scalar, _ bits: CellBits) -> Shape { (scalar, bits, bits.count) }
    let shapes = SymbolTable.of(set).symbols.dropFirst().map { shape($0.scalar, CellBits(CellShapes.ink[$0.scalar] ?? [])) }
    let members = Set(CellShapes.members(of: set))
    all = Array(shapes)
    full =
      shapes + [shape("█", ~CellBits())]
      + shapes.compactMap { known in
        CellShapes.complements[known.scalar].flatMap { members.contains($0) ? shape($0, ~known.bits) : nil }
      }
  }
}
