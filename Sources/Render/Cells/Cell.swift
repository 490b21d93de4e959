/// Which characters may stand for pixels; each set holds the ones before it.
public enum SymbolSet: String, CaseIterable, Codable, Sendable {
  /// Space and half blocks (▀ ▌): in every font, the Linux console's included.
  case half
  /// Quarters (▚ ▛) and eighths (▂ ▋) of the Block Elements: in nearly every font.
  case quadrant
  /// Sixths (🬗) of Unicode 13, drawn by most terminals themselves.
  case sextant
  /// Eighths, two by four (𜴉), of Unicode 16: few terminals know them yet.
  case octant
}

/// How many colours a terminal shows.
public enum ColorDepth: String, CaseIterable, Codable, Sendable {
  case truecolor
  /// The xterm cube and grey ramp; the first 16 colours, which users re-define, are not used.
  case indexed256 = "256"
  case indexed8 = "8"
  /// The terminal's own foreground on its own background.
  case mono
}

/// A colour as a terminal is told it.
public enum CellColor: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case standard
  /// An entry of the xterm table, 0...255.
  case indexed(UInt8)
  case rgb(RGB)
}

/// One character with its colours.
public struct Cell: Hashable, Sendable {
  public var scalar: Unicode.Scalar
  public var foreground: CellColor
  public var background: CellColor

  public init(_ scalar: Unicode.Scalar, _ foreground: CellColor = .standard, on background: CellColor = .standard) {
    (self.scalar, self.foreground, self.background) = (scalar, foreground, background)
  }
}

/// How pixels become cells.
public struct CellStyle: Hashable, Sendable, Codable {
  public var symbols: SymbolSet
  public var colors: ColorDepth
  /// Carries what a small palette cannot show on to the neighbouring cells.
  public var dithered: Bool
  /// Interpolates when there are fewer pixels than the characters can show; false keeps pixels square and sharp.
  public var smooth: Bool

  public init(symbols: SymbolSet = .sextant, colors: ColorDepth = .truecolor, dithered: Bool = true, smooth: Bool = true) {
    (self.symbols, self.colors, self.dithered, self.smooth) = (symbols, colors, dithered, smooth)
  }
}

/// A picture made of characters.
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

  /// The largest grid within `columns` x `rows` that keeps a picture's proportions; at least one cell.
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
