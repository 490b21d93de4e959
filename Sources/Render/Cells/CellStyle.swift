/// How pixels become cells.
public struct CellStyle: Hashable, Sendable, Codable {
  public var symbols: SymbolSet
  public var colors: ColorDepth
  /// Carries what a small palette cannot show on to the neighbouring cells, where the image is no flat area: for photographs. What is
  /// drawn over one, a tint or a contour, is clearer without.
  public var dithered: Bool
  /// Interpolates when there are fewer pixels than the characters can show; false keeps pixels square and sharp.
  public var smooth: Bool
  /// What the terminal draws its named colours with; counts where there are no others.
  public var named: NamedColors
  /// Whether the terminal's own background is lighter than its text; counts where there are no colours.
  public var lightBackground: Bool

  public init(
    symbols: SymbolSet = .sextant, colors: ColorDepth = .truecolor, dithered: Bool = true, smooth: Bool = true,
    named: NamedColors = .xterm, lightBackground: Bool = false
  ) {
    (self.symbols, self.colors, self.dithered, self.smooth) = (symbols, colors, dithered, smooth)
    (self.named, self.lightBackground) = (named, lightBackground)
  }
}

/// What a terminal draws its 16 named colours with.
public struct NamedColors: Hashable, Sendable, Codable {
  /// Black, red, green, yellow, blue, magenta, cyan, white, and their bright ones.
  public let colors: [RGB]

  /// From 16 colours; nil for another number.
  public init?(_ colors: [RGB]) {
    guard colors.count == 16 else { return nil }
    self.colors = colors
  }

  private init(table: [RGB]) { colors = table }

  /// xterm's.
  public static let xterm = NamedColors(table: Array(TerminalPalette.xterm[..<16]))
  /// Those of the VGA text mode, the Linux console's.
  public static let vga = NamedColors(
    table: (0..<16).map { index in
      func channel(_ bit: Int) -> UInt8 { (index >> bit & 1 == 1 ? 170 : 0) + (index >= 8 ? 85 : 0) }
      return index == 3 ? RGB(170, 85, 0) : RGB(channel(0), channel(1), channel(2))
    })
}
