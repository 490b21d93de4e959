import Render

/// How a cell of text is drawn.
public struct Style: Hashable, Sendable {
  public typealias Attributes = Cell.Attributes

  public var ink: CellColor
  public var paper: CellColor
  public var attributes: Attributes

  public init(_ ink: CellColor = .standard, on paper: CellColor = .standard, _ attributes: Attributes = []) {
    self.ink = ink
    self.paper = paper
    self.attributes = attributes
  }

  /// The user's own colours.
  public static let plain = Style()

  /// The same with more attributes.
  public func with(_ more: Attributes) -> Style { Style(ink, on: paper, attributes.union(more)) }

  /// The same on another background.
  public func on(_ paper: CellColor) -> Style { Style(ink, on: paper, attributes) }
}

extension Cell {
  public static let blank = Cell(" ")

  public init(_ scalar: Unicode.Scalar, width: UInt8 = 1, style: Style) {
    self.init(scalar, style.ink, on: style.paper, style.attributes, width: width)
  }

  public var style: Style {
    get { Style(foreground, on: background, attributes) }
    set { (foreground, background, attributes) = (newValue.ink, newValue.paper, newValue.attributes) }
  }

  /// Whether only an escape sequence of ours can show it, past curses.
  var isDirect: Bool { foreground.isDirect || background.isDirect }
}

extension CellColor {
  /// Whether it is outside of the terminal's palette.
  public var isDirect: Bool { if case .rgb = self { true } else { false } }
}
