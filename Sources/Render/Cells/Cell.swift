/// Which characters may stand for pixels. `half`, `quadrant`, `sextant` and `wedge` each hold the ones before them, `octant` the
/// first three, `best` all.
public enum SymbolSet: String, CaseIterable, Codable, Sendable {
  /// Space and half blocks (▀ ▌): in every font, the Linux console's included.
  case half
  /// Quarters (▚ ▛) and eighths (▂ ▋) of the Block Elements: in nearly every font.
  case quadrant
  /// Sixths (🬗) of Unicode 13, drawn by most terminals themselves.
  case sextant
  /// Slanted cuts (🭊) and single strips (🭷) of Unicode 13, which fewer terminals draw themselves.
  case wedge
  /// Eighths, two by four (𜴉), of Unicode 16: few terminals know them yet.
  case octant
  /// All of them.
  case best
}

/// How many colours a terminal shows; a greater one shows more.
public enum ColorDepth: String, CaseIterable, Codable, Comparable, Sendable {
  case truecolor
  /// The xterm cube and grey ramp; the first 16 colours, which users re-define, are not used.
  case indexed256 = "256"
  /// The smaller cube and ramp of rxvt and xterm built for 88 colours; likewise.
  case indexed88 = "88"
  /// The named colours and their bright ones.
  case indexed16 = "16"
  case indexed8 = "8"
  /// The terminal's own foreground on its own background.
  case mono

  /// What a terminal that announces a number of colours can show.
  public init(announced colors: Int) {
    switch colors {
    case 256...: self = .indexed256
    case 88...: self = .indexed88
    case 16...: self = .indexed16
    case 8...: self = .indexed8
    default: self = .mono
    }
  }

  public static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .mono: 0
    case .indexed8: 1
    case .indexed16: 2
    case .indexed88: 3
    case .indexed256: 4
    case .truecolor: 5
    }
  }
}

/// A colour as escape sequences name it.
public enum CellColor: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case standard
  /// An entry of the xterm table, 0...255: the user's 16 named colours, then the fixed cube and grey ramp.
  case indexed(UInt8)
  case rgb(RGB)
}

/// One character with its colours.
public struct Cell: Hashable, Sendable {
  /// What text is drawn with beside colours; images have none of it.
  public struct Attributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let bold = Attributes(rawValue: 1)
    public static let dim = Attributes(rawValue: 2)
    public static let reverse = Attributes(rawValue: 4)
    public static let underline = Attributes(rawValue: 8)
  }

  public var scalar: Unicode.Scalar
  public var foreground: CellColor
  public var background: CellColor
  public var attributes: Attributes
  /// Columns that the character takes: 1 or 2; 0 for the right half of a wide one.
  public var width: UInt8

  public init(
    _ scalar: Unicode.Scalar, _ foreground: CellColor = .standard, on background: CellColor = .standard, _ attributes: Attributes = [],
    width: UInt8 = 1
  ) {
    (self.scalar, self.foreground, self.background) = (scalar, foreground, background)
    (self.attributes, self.width) = (attributes, width)
  }
}

/// An image made of characters.
public struct CellGrid: Hashable, Sendable {
  public let columns: Int
  public let rows: Int
  /// `rows * columns` cells, line by line.
  public var cells: [Cell]

  /// A grid from its cells; their number must be `columns * rows`.
  public init(columns: Int, rows: Int, cells: [Cell]) {
    precondition(columns > 0 && rows > 0 && cells.count == columns * rows)
    (self.columns, self.rows, self.cells) = (columns, rows, cells)
  }

  public subscript(column: Int, row: Int) -> Cell {
    get { cells[row * columns + column] }
    set { cells[row * columns + column] = newValue }
  }

  /// The largest grid within `columns` x `rows` that keeps an image's proportions; at least one cell.
  ///
  /// - Parameter cellAspect: a character's width over its height.
  public static func fit(
    width: Int, height: Int, columns: Int, rows: Int, cellAspect: Double = 0.5
  ) -> (columns: Int, rows: Int) {
    let (across, down) = (max(1, columns), max(1, rows))
    let shape = Double(max(1, width)) / Double(max(1, height)) / cellAspect
    if Double(down) * shape <= Double(across) { return (max(1, Int((Double(down) * shape).rounded())), down) }
    return (across, max(1, min(down, Int((Double(across) / shape).rounded()))))
  }
}
