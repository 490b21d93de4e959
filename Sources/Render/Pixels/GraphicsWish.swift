/// What the user says of how images are to reach the screen.
public enum GraphicsWish: String, CaseIterable, Codable, Sendable {
  /// What the terminal is known to show.
  case auto
  case kitty, sixel, iterm, cells

  /// The protocol asked for; nil where the terminal decides.
  public var fixed: GraphicsProtocol? { GraphicsProtocol(rawValue: rawValue) }
}
