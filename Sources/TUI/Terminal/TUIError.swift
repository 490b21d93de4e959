import Core

/// Why the explorer cannot run; each case carries the facts.
public enum TUIError: Explained, Hashable, Sendable {
  /// Standard input or output is a file or a pipe.
  case noTerminal(stream: String)
  /// The terminal cannot place its cursor (`TERM=dumb`).
  case terminalTooSimple(term: String)
  /// Neither `TERM` nor any fallback is in the terminal database.
  case noTerminalDescription(term: String)
  /// What a terminal draws is asked of somebody who sees it.
  case cannotCalibrate(stream: String)
  /// The locale is not UTF-8.
  case noUnicode
  /// The process may not open more files.
  case noDescriptors
  /// A file of colours cannot be used.
  case badTheme(path: String, reason: String)

  /// What happened.
  public var message: String {
    switch self {
    case .noTerminal(let stream): "the explorer needs a terminal, but \(stream) is not one"
    case .terminalTooSimple(let term): "the terminal TERM=\(term) cannot place its cursor, which the explorer needs"
    case .noTerminalDescription(let term):
      "there is no description of the terminal TERM=\(term), nor of xterm-256color, xterm, vt100 or ansi"
    case .cannotCalibrate(let stream): "calibrating needs a terminal, but \(stream) is not one"
    case .noUnicode: "the locale is not UTF-8, so that no block characters reach the terminal"
    case .noDescriptors: "the process may not open more files"
    case .badTheme(let path, let reason): "the theme \(path) cannot be used: \(reason)"
    }
  }

  /// What to do about it.
  public var hint: String? {
    switch self {
    case .noTerminal:
      """
      without a screen use the subcommands: `diffss generate` generates supports, `diffss evaluate` measures IoU, \
      `diffss condition` makes control images
      """
    case .terminalTooSimple:
      "set TERM to what the terminal is (often xterm-256color), or use `diffss generate` and `diffss evaluate`"
    case .noTerminalDescription: "install the terminal database (Debian: apt install ncurses-base) or set TERMINFO"
    case .cannotCalibrate: "run `diffss doctor --calibrate` on the terminal that you look at, without pipes"
    case .noUnicode: "set LC_ALL=C.UTF-8"
    case .noDescriptors: "raise the limit with `ulimit -n`"
    case .badTheme: "correct the file or move it away; docs/explorer.md, Colours, says what it may hold"
    }
  }
}
