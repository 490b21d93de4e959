/// How pixels become cells.
public struct CellStyle: Hashable, Sendable, Codable {
  public var symbols: SymbolSet
  public var colors: ColorDepth
  /// Carries what a small palette cannot show on to the neighbouring cells, where the image is no flat area: for photographs. What is
  /// drawn over one, a tint or a contour, is clearer without.
  public var dithered: Bool
  /// Gives each colour of an image of few, as masks are, one of the terminal's for itself, so that classes that differ look different;
  /// without colours all but the darkest are ink. False takes the nearest colours for every part of a cell, whatever they stand for: nearer
  /// to the pixels, but classes may look alike, and without colours dark ones are the background. Counts where colours are few.
  public var keepsClasses: Bool
  /// Interpolates when there are fewer pixels than the characters can show; false keeps pixels square and sharp.
  public var smooth: Bool
  /// What the terminal draws its named colours with; counts where there are no others.
  public var named: NamedColors
  /// Whether the terminal's own background is lighter than its text; counts where there are no colours.
  public var lightBackground: Bool

  public init(
    symbols: SymbolSet = .sextant, colors: ColorDepth = .truecolor, dithered: Bool = true,
    keepsClasses: Bool = true, smooth: Bool = true, named: NamedColors = .xterm, lightBackground: Bool = false
  ) {
    (self.symbols, self.colors, self.dithered) = (symbols, colors, dithered)
    (self.keepsClasses, self.smooth) = (keepsClasses, smooth)
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
