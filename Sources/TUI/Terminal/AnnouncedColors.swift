import CNcurses
import Foundation
import Render

/// The colours that environment and terminal database promise, without taking the screen.
public enum AnnouncedColors {
  /// Of the terminal at standard output.
  public static func depth(_ environment: [String: String]) -> ColorDepth {
    let term = environment["TERM"] ?? ""
    var problem: Int32 = 0
    guard setupterm(term, STDOUT_FILENO, &problem) == OK else { return .mono }
    return depth(environment, term: term, colors: Int(tigetnum("colors")))
  }

  /// What the terminal draws its named colours with: the Linux console those of VGA, others near enough xterm's.
  public static func named(_ environment: [String: String]) -> NamedColors {
    (environment["TERM"] ?? "").hasPrefix("linux") ? .vga : .xterm
  }

  /// The same where the terminal's description has been read; `colors` is how many that says.
  static func depth(_ environment: [String: String], term: String, colors: Int) -> ColorDepth {
    choice(environment, term: term, colors: colors, nil).depth
  }

  /// The same with what the terminal answered, and how it is known.
  static func choice(
    _ environment: [String: String], term: String, colors: Int, _ answers: TerminalAnswers?, tmux: TmuxClient? = nil
  ) -> ColorChoice {
    let isDirect = tigetflag("RGB") > 0 || tigetflag("Tc") > 0
    return ColorChoice(environment, term: term, colors: colors, isDirect: isDirect, answers, tmux: tmux)
  }
}
