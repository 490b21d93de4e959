import Render

/// The symbols that a terminal gets where nobody asks for others, and why.
struct SymbolChoice: Hashable {
  let symbols: SymbolSet
  let reason: String

  /// Of what the user has said of this terminal, else of what is known of it: the finest set that it draws, and of which terminal and
  /// `locale` give every character one column.
  init(_ environment: [String: String], _ answers: TerminalAnswers?, remembered: TerminalMemory.Entry?, locale: GlyphWidths) {
    (symbols, reason) = Self.choose(environment, answers, remembered, locale)
  }

  private static func choose(
    _ environment: [String: String], _ answers: TerminalAnswers?, _ remembered: TerminalMemory.Entry?, _ locale: GlyphWidths
  ) -> (SymbolSet, String) {
    if let remembered { return (remembered.symbols, "you said that \(remembered.terminal) draws them") }
    guard let answers else { return (.quadrant, "the terminal was not asked") }
    guard let name = answers.program else { return (.quadrant, "the terminal does not say what it is") }
    if !(environment["TMUX"] ?? "").isEmpty || name.lowercased().hasPrefix("tmux") {
      return (.quadrant, "tmux hides which terminal is behind it")
    }
    guard let known = KnownTerminal.symbols(of: name) else { return (.quadrant, "it is not known what else \(name) draws") }
    guard let widths = answers.widths else { return (.quadrant, "\(name) does not say how wide it draws finer ones") }
    // From the known set down; octants and slanted cuts have none but sextants below them in common.
    let coarser: [SymbolSet] = known.symbols == .best ? [.best, .wedge, .octant, .sextant] : [known.symbols, .sextant]
    guard let shown = coarser.first(where: widths.fit) else { return (.quadrant, "\(name) does not draw finer ones one column wide") }
    guard let fitting = coarser.first(where: { widths.fit($0) && locale.fit($0) }) else {
      return (.quadrant, "the C library does not give finer ones one column")
    }
    guard fitting == known.symbols else {
      return (fitting, "\(shown == known.symbols ? "the C library" : name) does not give finer ones one column")
    }
    return (fitting, "\(name) \(known.reason)")
  }
}
