/// Sets of colours for text; images keep their own.
public enum ThemeName: String, CaseIterable, Hashable, Codable, Sendable {
  /// The terminal's own colours.
  case standard
  /// Gains and losses in blue and yellow, which every kind of colour vision tells apart.
  case colourBlind = "colour-blind"
  /// No colours beside bold and reverse; images keep theirs.
  case plain

  public var detail: String {
    switch self {
    case .standard: "the terminal's own colours"
    case .colourBlind: "gains blue, losses yellow; told apart by every kind of colour vision"
    case .plain: "text without colours"
    }
  }
}
