import Render

/// Styles by meaning. A theme says what it likes; the rest keeps to the user's 16 colours, but on a light background yellow, cyan and green,
/// which are hardly seen there, give way to darker ones of 256. Every difference in colour is also one in weight, sign or glyph.
public struct Theme: Sendable {
  public let depth: ColorDepth
  public let colors: ThemeColors

  private let lightBackground: Bool

  public init(_ depth: ColorDepth, _ colors: ThemeColors = .standard, lightBackground: Bool = false) {
    self.depth = colors.isPlain ? .mono : depth
    self.colors = colors
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

  /// A role in the theme's colour, else as given.
  private func style(_ role: ThemeColors.Role, _ fallback: Style) -> Style {
    guard let own = colors.color(role, depth) else { return fallback }
    let ink = if case .indexed(let number) = own.ink, number < 8 { named(number) } else { own.ink }
    return Style(ink, own.isBold ? fallback.attributes.union(.bold) : fallback.attributes.subtracting(.dim))
  }

  private func grey(_ number: UInt8) -> Style {
    depth >= .indexed256 ? Style(.indexed(number)) : Style(.standard, depth == .mono ? [] : .dim)
  }

  public var text: Style { .plain }
  public var strong: Style { Style(.standard, .bold) }
  /// Less important than text, yet readable on any background.
  public var faint: Style { style(.faint, grey(lightBackground ? 242 : 245)) }
  public var border: Style { style(.border, grey(240)) }
  public var focusedBorder: Style { style(.focus, ink(named(6), .bold)) }
  public var title: Style { Style(.standard, .bold) }
  public var focusedTitle: Style { style(.focus, ink(named(6), .bold)) }
  public var accent: Style { style(.focus, ink(named(6))) }
  public var key: Style { style(.key, ink(named(3), .bold)) }
  public var good: Style { style(.good, ink(named(2))) }
  public var bad: Style { style(.bad, ink(named(1), .bold)) }
  public var warning: Style { style(.warning, ink(named(3))) }
  public var bar: Style { style(.bar, ink(.indexed(4))) }
  /// Hits, false alarms and misses where there are few colours.
  static let fewErrors: [UInt8] = [2, 3, 6]
  /// The nearest to `Render.ErrorColors`; on a light background darker ones of their hues, as text.
  public var errors: (hit: Style, falseAlarm: Style, miss: Style) {
    let usual: [Style]
    if depth >= .indexed256 {
      let inks: [UInt8] = lightBackground ? [29, 130, 25] : [36, 166, 74]
      usual = inks.map { Style(.indexed($0)) }
    } else {
      usual = Self.fewErrors.map { ink(.indexed($0)) }
    }
    return (style(.hit, usual[0]), style(.falseAlarm, usual[1]), style(.miss, usual[2]))
  }
  /// The nearest to the colour that masks are drawn in.
  public var mark: Style { style(.mark, depth >= .indexed256 ? Style(.indexed(lightBackground ? 162 : 206)) : ink(.indexed(5), .bold)) }
  /// A figure in percent after a change, by what one decimal shows of it.
  public func change(from before: Double, to after: Double) -> Style {
    abs(after - before) < 0.05 ? text : after > before ? good : bad
  }
  public var brand: Style { focusedTitle.with([.bold, .reverse]) }
  /// The row under the cursor of the focused panel.
  public var cursor: Style { Style(.standard, .reverse) }
  /// Is out from any image.
  public var crosshair: Style { Style(.standard, [.bold, .reverse]) }
  /// A marked row.
  public var marked: Style { style(.marked, ink(.indexed(5), .bold)) }
  /// The row under the cursor of a panel without focus.
  public var remembered: Style { Style(.standard, .bold) }

  /// What stands for the terminal's own ink and paper; nil where these stay.
  var ground: (ink: CellColor?, paper: CellColor?) { (colors.color(.text, depth)?.ink, colors.color(.paper, depth)?.ink) }
}

extension Frame {
  /// Puts a theme's ink and paper where the terminal's own ones are.
  mutating func dress(_ theme: Theme) {
    let ground = theme.ground
    guard ground.ink != nil || ground.paper != nil else { return }
    restyle(bounds) { style in
      if style.ink == .standard { style.ink = ground.ink ?? .standard }
      if style.paper == .standard { style.paper = ground.paper ?? .standard }
    }
  }
}
