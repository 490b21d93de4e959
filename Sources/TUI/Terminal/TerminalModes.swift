/// Modes that are asked for past curses, and how the shell gets its own back.
enum TerminalModes {
  /// What ends all of them, the mouse's that curses asks for among them.
  static let off = "\u{1B}[?2004l\u{1B}[?1006;1000l\u{1B}[?2026l"

  /// Terminals that are known to obey: others may show what they do not understand.
  static func areKnown(_ term: String) -> Bool {
    ["xterm", "tmux", "screen", "rxvt", "foot", "alacritty", "kitty", "ghostty", "wezterm", "konsole", "vte", "gnome", "st-"].contains(where: term.hasPrefix)
  }

  /// What asks the terminal to tell pasted text from typed keys.
  static func bracketedPaste(_ term: String) -> [UInt8] { areKnown(term) ? Array("\u{1B}[?2004h".utf8) : [] }
}
