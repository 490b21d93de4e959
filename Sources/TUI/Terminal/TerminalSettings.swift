import CNcurses
import Foundation
import Render

/// What environment and terminal database say about the terminal.
enum TerminalSettings {
  /// Takes the user's character set. Where none is set at all, as in most containers, UTF-8: every terminal in use speaks it.
  static func useLocale(_ environment: [String: String]) {
    let isSet = ["LC_ALL", "LC_CTYPE", "LANG"].contains { !(environment[$0] ?? "").isEmpty }
    if setlocale(LC_CTYPE, isSet ? "" : "C.UTF-8") == nil { setlocale(LC_CTYPE, "C.UTF-8") }
  }

  /// After curses has opened.
  static func capabilities(
    _ environment: [String: String], term: String, _ profile: TerminalProfile, _ answers: TerminalAnswers? = nil, tmux: TmuxClient? = nil
  ) -> Capabilities {
    let choice = colors(environment, term: term, answers, tmux)
    var capabilities = Capabilities(depth: choice.depth, unicode: curses_is_utf8() != 0, named: AnnouncedColors.named(environment))
    capabilities.depthReason = choice.reason
    (capabilities.symbols, capabilities.lightBackground) = (profile.symbols, profile.lightBackground)
    return capabilities
  }

  private static func colors(
    _ environment: [String: String], term: String, _ answers: TerminalAnswers?, _ tmux: TmuxClient?
  ) -> ColorChoice {
    guard has_colors(), (environment["NO_COLOR"] ?? "").isEmpty else {
      return AnnouncedColors.choice(environment, term: term, colors: 0, answers)
    }
    start_color()
    use_default_colors()
    return AnnouncedColors.choice(environment, term: term, colors: Int(curses_colors()), answers, tmux: tmux)
  }
}
