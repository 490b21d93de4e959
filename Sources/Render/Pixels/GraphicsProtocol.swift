/// How images reach the screen.
public enum GraphicsProtocol: String, CaseIterable, Codable, Sendable {
  /// kitty's graphics protocol: PNG, kept by the terminal under a number.
  case kitty
  /// DEC's sixels: at most 256 colours, whose levels are hundredths.
  case sixel
  /// iTerm2's inline images: a PNG file in an escape sequence.
  case iterm
  /// Characters in two colours.
  case cells
}
