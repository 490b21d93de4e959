/// A colour as far as a cell is concerned; the terminal brings it down to what it can show.
package enum Ink: Hashable, Sendable {
  /// The user's own foreground or background.
  case standard
  /// One of the user's 16 palette colours.
  case ansi(UInt8)
  /// A colour of the xterm palette, 16...255: fixed cube and grey ramp.
  case indexed(UInt8)
  /// 24-bit colour: pictures only, painted past curses.
  case rgb(red: UInt8, green: UInt8, blue: UInt8)

  /// Whether only an escape sequence of ours can show it.
  package var isDirect: Bool { if case .rgb = self { true } else { false } }
}

/// How a cell is drawn.
package struct Style: Hashable, Sendable {
  package struct Attributes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let bold = Attributes(rawValue: 1)
    package static let dim = Attributes(rawValue: 2)
    package static let reverse = Attributes(rawValue: 4)
    package static let underline = Attributes(rawValue: 8)
  }

  package var ink: Ink
  package var paper: Ink
  package var attributes: Attributes

  package init(_ ink: Ink = .standard, on paper: Ink = .standard, _ attributes: Attributes = []) {
    self.ink = ink
    self.paper = paper
    self.attributes = attributes
  }

  /// The user's own colours.
  package static let plain = Style()

  /// The same with more attributes.
  package func with(_ more: Attributes) -> Style { Style(ink, on: paper, attributes.union(more)) }

  /// The same on another background.
  package func on(_ paper: Ink) -> Style { Style(ink, on: paper, attributes) }
}
