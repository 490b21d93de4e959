import Render

/// What the terminal can do.
public struct Capabilities: Hashable, Sendable {
  public var depth: ColorDepth
  /// Whether characters outside ASCII arrive.
  public var unicode: Bool
  /// What the named colours look like.
  public var named: NamedColors
  /// The finest symbols that the terminal is known to draw.
  public var symbols = SymbolSet.quadrant
  /// Whether its background is lighter than its text.
  public var lightBackground = false
  /// How it shows pixels; nil where it shows characters alone.
  public var pixels: PixelCapabilities?

  public init(depth: ColorDepth, unicode: Bool, named: NamedColors = .xterm) {
    self.depth = depth
    self.unicode = unicode
    self.named = named
  }
}

/// Styles by meaning. Text keeps to the user's 16 colours, but on a light background yellow, cyan and green, which are hardly seen there,
/// give way to darker ones of 256; every difference in colour is also one in weight, sign or glyph.
public struct Theme: Sendable {
  public let depth: ColorDepth
  public let name: ThemeName

  private let lightBackground: Bool

  public init(_ depth: ColorDepth, _ name: ThemeName = .standard, lightBackground: Bool = false) {
    self.depth = name == .plain ? .mono : depth
    self.name = name
    self.lightBackground = lightBackground
  }

  /// One of the eight named colours, or one of the cube that can be read in its place on a light background.
  private func named(_ number: UInt8) -> CellColor {
    guard lightBackground, depth >= .indexed256 else { return .indexed(number) }
    let dark: [UInt8: UInt8] = [2: 28, 3: 94, 6: 30]
    return .indexed(dark[number] ?? number)
  }

  private func ink(_ ink: CellColor, _ attributes: Style.Attributes = []) -> Style {
    depth == .mono ? Style(.standard, attributes) : Style(ink, attributes)
  }

  public var text: Style { .plain }
  public var strong: Style { Style(.standard, .bold) }
  /// Less important than text, yet readable on any background.
  public var faint: Style {
    depth >= .indexed256 ? Style(.indexed(lightBackground ? 242 : 245)) : Style(.standard, depth == .mono ? [] : .dim)
  }
  public var border: Style { depth >= .indexed256 ? Style(.indexed(240)) : Style(.standard, depth == .mono ? [] : .dim) }
  public var focusedBorder: Style { ink(named(6), .bold) }
  public var title: Style { Style(.standard, .bold) }
  public var focusedTitle: Style { ink(named(6), .bold) }
  public var accent: Style { ink(named(6)) }
  public var key: Style { ink(named(3), .bold) }
  public var good: Style { ink(named(name == .colourBlind ? 4 : 2), name == .colourBlind ? .bold : []) }
  public var bad: Style { ink(named(name == .colourBlind ? 3 : 1), .bold) }
  public var warning: Style { ink(named(3)) }
  public var bar: Style { ink(.indexed(4)) }
  /// The nearest to `Render.ErrorColors`.
  public var errors: (hit: Style, falseAlarm: Style, miss: Style) {
    depth >= .indexed256
      ? (Style(.indexed(36)), Style(.indexed(166)), Style(.indexed(74))) : (ink(.indexed(2)), ink(.indexed(3)), ink(.indexed(6)))
  }
  /// The nearest to the colour that masks are drawn in.
  public var mark: Style { depth >= .indexed256 ? Style(.indexed(206)) : ink(.indexed(5), .bold) }
  /// A figure in percent after a change, by what one decimal shows of it.
  public func change(from before: Double, to after: Double) -> Style {
    abs(after - before) < 0.05 ? text : after > before ? good : bad
  }
  public var brand: Style { ink(named(6), [.bold, .reverse]) }
  /// The row under the cursor of the focused panel.
  public var cursor: Style { Style(.standard, .reverse) }
  /// Is out from any image.
  public var crosshair: Style { Style(.standard, [.bold, .reverse]) }
  /// A marked row.
  public var marked: Style { ink(.indexed(5), .bold) }
  /// The row under the cursor of a panel without focus.
  public var remembered: Style { Style(.standard, .bold) }
}
