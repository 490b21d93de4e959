import Render

/// What follows from a terminal's answers for the images on it.
public struct TerminalProfile: Hashable, Sendable {
  /// The finest symbols that it is known to draw; quadrants where nothing is known.
  public let symbols: SymbolSet
  /// Why these.
  public let reason: String
  public let lightBackground: Bool

  /// Terminals that draw sextants themselves, whatever the font, by how their names begin, in lower case.
  private static let drawingSextants = ["kitty", "foot", "wezterm", "ghostty", "contour"]

  /// Of the environment and of what the terminal answered, nil where it was not asked.
  public init(_ environment: [String: String], _ answers: TerminalAnswers?) {
    lightBackground = answers?.hasLightBackground ?? false
    (symbols, reason) = Self.symbols(environment, answers)
  }

  /// Of the terminal at standard input and output, asked now; whoever has typed something already is not disturbed.
  public static func ofTerminal(_ environment: [String: String]) -> TerminalProfile {
    TerminalSettings.useLocale(environment)
    return TerminalProfile(environment, TerminalProbe.ask(environment, keepsTyped: false)?.answers)
  }

  private static func symbols(_ environment: [String: String], _ answers: TerminalAnswers?) -> (SymbolSet, String) {
    guard let answers else { return (.quadrant, "the terminal was not asked") }
    guard let name = answers.name, !name.isEmpty else { return (.quadrant, "the terminal does not say what it is") }
    if !(environment["TMUX"] ?? "").isEmpty || name.lowercased().hasPrefix("tmux") {
      return (.quadrant, "tmux hides which terminal is behind it")
    }
    guard drawingSextants.contains(where: name.lowercased().hasPrefix) else { return (.quadrant, "\(name) leaves finer ones to its font") }
    guard let width = answers.sextantWidth else { return (.quadrant, "\(name) does not say how wide it draws sextants") }
    return width == 1 ? (.sextant, "\(name) draws them itself") : (.quadrant, "\(name) draws sextants \(width) columns wide")
  }
}
