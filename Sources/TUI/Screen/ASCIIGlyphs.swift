/// What stands for the drawing characters where the locale is not UTF-8.
public enum ASCIIGlyphs {
  private static let table: [Unicode.Scalar: Unicode.Scalar] = [
    "─": "-", "│": "|", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┃": "#", "█": "#", "▓": "+", "░": "-", "·": ".", "…": ".",
    "▏": " ", "▎": " ", "▍": " ", "▌": "=", "▋": "=", "▊": "=", "▉": "#", "▸": ">", "▾": "v", "●": "*", "○": "o", "◌": "o",
    "✓": "+", "✗": "x", "→": ">", "←": "<", "↑": "^", "↓": "v", "±": "~", "×": "x", "–": "-", "▀": "^", "▁": "_", "▂": "_",
    "▃": "-", "▄": "_", "▅": "=", "▆": "=", "▇": "#", "■": "#",
    "Δ": "d", "▐": "=", "η": "n", "⏎": "^", "−": "-", "Ø": "O", "\u{A0}": " ", "▶": ">", "◀": "<", "‹": "<", "›": ">",
  ]

  /// One ASCII character; `?` where there is none of that meaning.
  public static func replacement(of scalar: Unicode.Scalar) -> Unicode.Scalar { table[scalar] ?? "?" }
}
