/// Terminals that tell pasted text from typed keys.
enum BracketedPaste {
  static let off = "\u{1B}[?2004l"

  /// What asks for it; empty for terminals that may show it in place of obeying.
  static func on(_ term: String) -> [UInt8] {
    let known = ["xterm", "tmux", "screen", "rxvt", "foot", "alacritty", "kitty", "ghostty", "wezterm", "konsole", "vte", "gnome", "st-"]
    return known.contains(where: term.hasPrefix) ? Array("\u{1B}[?2004h".utf8) : []
  }
}
