/// A part of a cell in 1/8 of its width and 1/24 of its height.
struct CellRect: Hashable, Sendable {
  let left, top, right, bottom: Int

  var area: Float { Float((right - left) * (bottom - top)) / (8 * 24) }
}

/// Where a character's ink is: a convex outline with corners in 1/8 of a cell's width and 1/24 of its height.
struct CellOutline: Sendable {
  let corners: [SIMD2<Float>]

  init(_ corners: [SIMD2<Float>]) { self.corners = corners }

  init(_ rect: CellRect) {
    let (left, top, right, bottom) = (Float(rect.left), Float(rect.top), Float(rect.right), Float(rect.bottom))
    corners = [SIMD2(left, top), SIMD2(right, top), SIMD2(right, bottom), SIMD2(left, bottom)]
  }

  /// The part of the outline on the side of the line through `first` and `second` on which `inside` lies (Sutherland and Hodgman 1974).
  func cut(_ first: SIMD2<Float>, _ second: SIMD2<Float>, keeping inside: SIMD2<Float>) -> CellOutline {
    if corners.isEmpty { return self }
    func side(_ point: SIMD2<Float>) -> Float {
      (second.x - first.x) * (point.y - first.y) - (second.y - first.y) * (point.x - first.x)
    }
    let sign: Float = side(inside) < 0 ? -1 : 1
    var kept: [SIMD2<Float>] = []
    for (index, corner) in corners.enumerated() {
      let next = corners[(index + 1) % corners.count]
      let (here, there) = (sign * side(corner), sign * side(next))
      if here >= 0 { kept.append(corner) }
      if (here > 0 && there < 0) || (here < 0 && there > 0) { kept.append(corner + (next - corner) * (here / (here - there))) }
    }
    return CellOutline(kept)
  }

  /// The area of what of the outline lies between two corners, in 1/8 x 1/24 cells.
  func area(from first: SIMD2<Float>, to last: SIMD2<Float>) -> Float {
    // Most pieces are on one side of every edge, and cutting takes a hundred times as long as seeing that.
    let xs = SIMD4(first.x, last.x, first.x, last.x), ys = SIMD4(first.y, first.y, last.y, last.y), turn: Float = twice < 0 ? -1 : 1
    var isInside = !corners.isEmpty
    for (index, corner) in corners.enumerated() {
      let way = (corners[(index + 1) % corners.count] - corner) * turn
      let sides = way.x * (ys - corner.y) - way.y * (xs - corner.x)
      if sides.max() <= 0 { return 0 }
      if sides.min() < 0 { isInside = false }
    }
    if isInside { return (last.x - first.x) * (last.y - first.y) }
    let (right, left) = (SIMD2(last.x, first.y), SIMD2(first.x, last.y)), centre = (first + last) / 2
    return cut(first, right, keeping: centre).cut(left, last, keeping: centre).cut(first, left, keeping: centre)
      .cut(right, last, keeping: centre).area
  }

  /// The areas of what of the outline lies in each piece of 1/8 of a cell's width and 1/`down` of its height, line by line, in 1/8 x 1/24 cells.
  func areas(down: Int) -> [Float] {
    let piece = SIMD2(1, Float(24) / Float(down))
    return (0..<(8 * down)).map { index in
      let first = SIMD2(Float(index % 8), Float(index / 8)) * piece
      return area(from: first, to: first + piece)
    }
  }

  /// The outline as a rectangle, where it is one of whole units.
  var rect: CellRect? {
    let xs = Set(corners.map(\.x)).sorted(), ys = Set(corners.map(\.y)).sorted()
    guard corners.count == 4, xs.count == 2, ys.count == 2 else { return nil }
    return CellRect(left: Int(xs[0]), top: Int(ys[0]), right: Int(xs[1]), bottom: Int(ys[1]))
  }

  /// In 1/8 x 1/24 cells.
  var area: Float { abs(twice) / 2 }

  /// Twice the area, negative where the corners go round the other way.
  private var twice: Float {
    var sum: Float = 0
    for (index, corner) in corners.enumerated() {
      let next = corners[(index + 1) % corners.count]
      sum += corner.x * next.y - next.x * corner.y
    }
    return sum
  }
}

/// The characters of Unicode whose ink is a part of the cell with straight edges, as data: codes by their bits, cuts and bars.
enum CellShapes {
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

  /// Strips that grow from the lower edge, and from the left.
  static let rising: [Unicode.Scalar] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"]
  static let widening: [Unicode.Scalar] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
  /// Strips that grow from the upper edge, and from the right: the same partings as above, the other way round.
  static let falling: [Unicode.Scalar] = ["▔", "\u{1FB82}", "\u{1FB83}", "▀", "\u{1FB84}", "\u{1FB85}", "\u{1FB86}"]
  static let returning: [Unicode.Scalar] = ["▕", "\u{1FB87}", "\u{1FB88}", "▐", "\u{1FB89}", "\u{1FB8A}", "\u{1FB8B}"]

  /// Single strips inside the cell, and several: by the eighths they cover from the left and from above.
  static let bars: [(scalar: Unicode.Scalar, across: [Int], down: [Int])] =
    (1...6).map { (Unicode.Scalar(UInt32(0x1FB6F + $0)) ?? " ", [$0], []) }
    + (1...6).map { (Unicode.Scalar(UInt32(0x1FB75 + $0)) ?? " ", [], [$0]) }
    + [
      ("\u{1FB7C}", [0], [7]), ("\u{1FB7D}", [0], [0]), ("\u{1FB7E}", [7], [0]), ("\u{1FB7F}", [7], [7]), ("\u{1FB80}", [], [0, 7]),
      ("\u{1FB81}", [], [0, 2, 4, 7]),
    ]

  /// Corners and thirds of a cell's border, by the words of the characters' names.
  private enum Place {
    static let upperLeft = SIMD2<Float>(0, 0), upperCentre = SIMD2<Float>(4, 0), upperRight = SIMD2<Float>(8, 0)
    static let upperMiddleLeft = SIMD2<Float>(0, 8), upperMiddleRight = SIMD2<Float>(8, 8)
    static let lowerMiddleLeft = SIMD2<Float>(0, 16), lowerMiddleRight = SIMD2<Float>(8, 16)
    static let lowerLeft = SIMD2<Float>(0, 24), lowerCentre = SIMD2<Float>(4, 24), lowerRight = SIMD2<Float>(8, 24)
  }

  /// The wedges U+1FB3C...U+1FB67 in their order: the corner that is inked, and the ends of the cut.
  static let wedges: [(scalar: Unicode.Scalar, ink: CellOutline)] = {
    typealias P = Place
    let lowerLeft = P.lowerLeft, lowerRight = P.lowerRight, upperLeft = P.upperLeft, upperRight = P.upperRight
    /// Cuts in the order of the code chart; the first half inks the lower corner, the second the upper one, of the same cuts.
    let left = [
      (P.lowerMiddleLeft, P.lowerCentre), (P.lowerMiddleLeft, P.lowerRight), (P.upperMiddleLeft, P.lowerCentre),
      (P.upperMiddleLeft, P.lowerRight), (P.upperLeft, P.lowerCentre),
    ]
    let rising = [
      (P.upperMiddleLeft, P.upperCentre), (P.upperMiddleLeft, P.upperRight), (P.lowerMiddleLeft, P.upperCentre),
      (P.lowerMiddleLeft, P.upperRight), (P.lowerLeft, P.upperCentre), (P.lowerMiddleLeft, P.upperMiddleRight),
      (P.lowerCentre, P.lowerMiddleRight), (P.lowerLeft, P.lowerMiddleRight), (P.lowerCentre, P.upperMiddleRight),
      (P.lowerLeft, P.upperMiddleRight), (P.lowerCentre, P.upperRight),
    ]
    let falling = [
      (P.upperCentre, P.upperMiddleRight), (P.upperLeft, P.upperMiddleRight), (P.upperCentre, P.lowerMiddleRight),
      (P.upperLeft, P.lowerMiddleRight), (P.upperCentre, P.lowerRight), (P.upperMiddleLeft, P.lowerMiddleRight),
    ]
    let cuts: [(corner: SIMD2<Float>, ends: (SIMD2<Float>, SIMD2<Float>))] =
      left.map { (lowerLeft, $0) } + rising.map { (lowerRight, $0) } + falling.map { (lowerLeft, $0) }
      + left.map { (upperRight, $0) } + rising.map { (upperLeft, $0) } + falling.map { (upperRight, $0) }
    return cuts.enumerated().map { index, cut in
      (Unicode.Scalar(UInt32(0x1FB3C + index)) ?? " ", whole.cut(cut.ends.0, cut.ends.1, keeping: cut.corner))
    }
  }()

  private static let whole = CellOutline(CellRect(left: 0, top: 0, right: 8, bottom: 24))

  /// The four triangles with their tips in the middle, by side.
  private static let triangles: (left: CellOutline, upper: CellOutline, right: CellOutline, lower: CellOutline) = {
    let middle = SIMD2<Float>(4, 12)
    return (
      CellOutline([Place.upperLeft, middle, Place.lowerLeft]), CellOutline([Place.upperLeft, Place.upperRight, middle]),
      CellOutline([Place.upperRight, Place.lowerRight, middle]), CellOutline([Place.lowerLeft, middle, Place.lowerRight])
    )
  }()

  /// U+1FB68... and the two pairs of triangles.
  static let triangular: [(scalar: Unicode.Scalar, ink: [CellOutline])] = {
    let (left, upper, right, lower) = triangles
    return [
      ("\u{1FB6C}", [left]), ("\u{1FB6D}", [upper]), ("\u{1FB6E}", [right]), ("\u{1FB6F}", [lower]), ("\u{1FB9A}", [upper, lower]),
      ("\u{1FB9B}", [left, right]), ("\u{1FB68}", [upper, right, lower]), ("\u{1FB69}", [left, lower, right]),
      ("\u{1FB6A}", [upper, left, lower]), ("\u{1FB6B}", [left, upper, right]),
    ]
  }()

  /// The rectangle of an eighth of the width or of the height.
  static func column(_ eighth: Int) -> CellRect { CellRect(left: eighth, top: 0, right: eighth + 1, bottom: 24) }
  static func row(_ eighth: Int) -> CellRect { CellRect(left: 0, top: 3 * eighth, right: 8, bottom: 3 * eighth + 3) }

  /// The outlines of the ink of every known character.
  static let ink: [Unicode.Scalar: [CellOutline]] = {
    var ink: [Unicode.Scalar: [CellOutline]] = [" ": [], "█": [whole]]
    func set(_ scalar: Unicode.Scalar, _ rects: [CellRect]) { ink[scalar] = rects.map { CellOutline($0) } }
    for count in 1...7 {
      set(rising[count - 1], [CellRect(left: 0, top: 24 - 3 * count, right: 8, bottom: 24)])
      set(falling[count - 1], [CellRect(left: 0, top: 0, right: 8, bottom: 3 * count)])
      set(widening[count - 1], [CellRect(left: 0, top: 0, right: count, bottom: 24)])
      set(returning[count - 1], [CellRect(left: 8 - count, top: 0, right: 8, bottom: 24)])
    }
    for (rows, characters) in [(2, quadrants), (3, sextants), (4, octants)] {
      for (pattern, character) in characters.enumerated() where ink[character] == nil {
        set(character, (0..<(2 * rows)).filter { pattern >> $0 & 1 == 1 }.map { block($0, rows: rows) })
      }
    }
    for bar in bars {
      set(bar.scalar, bar.across.map(column) + bar.down.map(row))
    }
    for wedge in wedges { ink[wedge.scalar] = [wedge.ink] }
    for triangle in triangular { ink[triangle.scalar] = triangle.ink }
    return ink
  }()

  /// The character that inks the rest of a cell, where there is one.
  static let complements: [Unicode.Scalar: Unicode.Scalar] = {
    var pairs: [(Unicode.Scalar, Unicode.Scalar)] = []
    for characters in [quadrants, sextants, octants] { pairs += zip(characters, characters.reversed()) }
    pairs += zip(rising, falling.reversed())
    pairs += zip(widening, returning.reversed())
    pairs += zip(wedges.map(\.scalar), (wedges.dropFirst(22) + wedges.prefix(22)).map(\.scalar))
    let triangles = triangular.map(\.scalar)
    pairs += zip(triangles[..<4], triangles[6...]) + [(triangles[4], triangles[5])]
    return Dictionary(pairs + pairs.map { ($1, $0) }) { first, _ in first }
  }()

  /// Every character of a set, the full block included.
  static func members(of set: SymbolSet) -> [Unicode.Scalar] {
    if set == .half { return ["█", "▀", "▄", "▌", "▐"] }
    var members = ["█"] + quadrants + rising + widening + ["▔", "▕"]
    if set == .quadrant { return members }
    members += sextants
    if set == .wedge || set == .best {
      members += falling + returning + bars.map(\.scalar) + wedges.map(\.scalar) + triangular.map(\.scalar)
    }
    if set == .octant || set == .best { members += octants }
    return members
  }

  /// A block of a mosaic that is two wide, by its bit.
  static func block(_ bit: Int, rows: Int) -> CellRect {
    let (left, top, height) = (bit % 2 * 4, bit / 2 * 24 / rows, 24 / rows)
    return CellRect(left: left, top: top, right: left + 4, bottom: top + height)
  }
}
