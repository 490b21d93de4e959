import CNcurses
import Foundation
import Render

/// How many colours a terminal gets, and how that is known.
struct ColorChoice: Hashable {
  let depth: ColorDepth
  /// In a word or two.
  let reason: String

  /// Of the environment, the terminal's description, which has been read and says `colors`, what the terminal answered and what tmux says
  /// of the one behind it.
  init(
    _ environment: [String: String], term: String, colors: Int, isDirect: Bool, _ answers: TerminalAnswers?, tmux: TmuxClient? = nil
  ) {
    (depth, reason) = Self.choose(environment, term, colors, isDirect, answers, tmux)
  }

  private static func choose(
    _ environment: [String: String], _ term: String, _ colors: Int, _ isDirect: Bool, _ answers: TerminalAnswers?, _ tmux: TmuxClient?
  ) -> (ColorDepth, String) {
    // https://no-color.org: present and not empty.
    guard (environment["NO_COLOR"] ?? "").isEmpty else { return (.mono, "NO_COLOR") }
    guard colors >= 8 else { return (.mono, "TERM") }
    // GNU screen hands COLORTERM through but misreads 24-bit sequences.
    let isScreen = environment["STY"] != nil && environment["TMUX"] == nil
    let claims = ["truecolor", "24bit"].contains((environment["COLORTERM"] ?? "").lowercased())
    if isScreen { return (ColorDepth(announced: colors), "GNU screen") }
    if isDirect { return (.truecolor, "TERM") }
    if claims, colors >= 256 || term.hasPrefix("xterm") { return (.truecolor, "COLORTERM") }
    if answers?.hasTrueColor == true { return (.truecolor, "terminal says so") }
    if tmux?.hasTrueColor == true { return (.truecolor, "tmux says so") }
    return (ColorDepth(announced: colors), "TERM")
  }
}
