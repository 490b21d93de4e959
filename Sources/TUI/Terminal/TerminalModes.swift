/// Modes that are asked for past curses, and how the shell gets its own back.
///
/// The mouse is among them: curses' own reading of it waits for more input after what nobody asked for, with the screen standing still.
enum TerminalModes {
  /// What ends all of them.
  static let off = "\u{1B}[?2004l\u{1B}[?1000l\u{1B}[?1006l\u{1B}[?2026l"

  /// Terminals that are known to obey: others may show what they do not understand.
  static func areKnown(_ term: String) -> Bool {
    [
      "xterm", "tmux", "screen", "rxvt", "foot", "alacritty", "kitty", "ghostty", "wezterm", "konsole", "vte", "gnome", "mlterm", "st-",
    ].contains(where: term.hasPrefix)
  }

  /// What asks the terminal to tell pasted text from typed keys.
  static func bracketedPaste(_ term: String) -> [UInt8] { areKnown(term) ? Array("\u{1B}[?2004h".utf8) : [] }

  /// What asks for reports of the mouse's buttons in SGR form, or ends them.
  static func mouse(_ isUsed: Bool, _ term: String) -> [UInt8] {
    areKnown(term) ? Array("\u{1B}[?1000\(isUsed ? "h" : "l")\u{1B}[?1006\(isUsed ? "h" : "l")".utf8) : []
  }
}
