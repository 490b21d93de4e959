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
    // https://no-color.org: present and not empty.
    guard (environment["NO_COLOR"] ?? "").isEmpty, colors >= 8 else { return .mono }
    // GNU screen hands COLORTERM through but misreads 24-bit sequences.
    let isScreen = environment["STY"] != nil && environment["TMUX"] == nil
    let claims = ["truecolor", "24bit"].contains((environment["COLORTERM"] ?? "").lowercased())
    let knows = tigetflag("RGB") > 0 || tigetflag("Tc") > 0
    if !isScreen, knows || (claims && (colors >= 256 || term.hasPrefix("xterm"))) { return .truecolor }
    return ColorDepth(announced: colors)
  }
}
