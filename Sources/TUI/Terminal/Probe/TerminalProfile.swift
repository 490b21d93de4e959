import Render

/// What follows for the images on a terminal from its answers and from what the user said of it.
public struct TerminalProfile: Hashable, Sendable {
  /// The finest symbols that it is known to draw; quadrants where nothing is known.
  public let symbols: SymbolSet
  /// Why these.
  public let reason: String
  public let lightBackground: Bool

  /// Of the environment and of what the terminal answered, nil where it was not asked; `locale` is what the C library says of widths.
  public init(
    _ environment: [String: String], _ answers: TerminalAnswers?, memory: TerminalMemory = TerminalMemory(), locale: GlyphWidths = .single
  ) {
    let remembered = memory[TerminalMemory.name(environment, answers)]
    lightBackground = answers?.background != nil ? answers?.hasLightBackground ?? false : remembered?.lightBackground ?? false
    let choice = SymbolChoice(environment, answers, remembered: remembered, locale: locale)
    (symbols, reason) = (choice.symbols, choice.reason)
  }

  /// Of the answers, with the user's memory and the locale that is set.
  static func ofUser(_ environment: [String: String], _ answers: TerminalAnswers?) -> TerminalProfile {
    TerminalProfile(environment, answers, memory: .ofUser(environment), locale: .ofLocale)
  }
}
