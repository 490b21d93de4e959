import CNcurses
import Core
import Foundation
import Pipeline
import Render

/// What `diffss doctor` can tell of the terminal, without taking its screen.
public enum TerminalDiagnosis {
  public static func findings(
    _ environment: [String: String] = ProcessInfo.processInfo.environment, graphics: GraphicsWish = .auto
  ) -> [Finding] {
    let term = environment["TERM"] ?? ""
    var problem: Int32 = 0
    guard setupterm(term, STDOUT_FILENO, &problem) == OK else {
      return [
        Finding(
          "terminal", .limited, "TERM=\(PlainText.clean(term)) is not in the terminal database",
          advice: "the explorer falls back to xterm-256color; apt install ncurses-term, or set TERM to a known name"),
        characters(environment),
      ]
    }
    // Nobody can be asked through a pipe.
    TerminalSettings.useLocale(environment)
    let canAsk = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    let answers = canAsk ? TerminalProbe.ask(environment, keepsTyped: false)?.answers : nil
    let tmux = canAsk ? TmuxClient.ask(environment) : nil
    return [screen(term), colours(environment, answers, tmux), characters(environment)]
      + (canAsk ? images(environment, graphics, answers, tmux) : [])
  }

  private static func screen(_ term: String) -> Finding {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      return Finding(
        "terminal", .limited, "TERM=\(PlainText.clean(term)), but input or output is not a terminal",
        advice: "the explorer needs one; the subcommands do not")
    }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return Finding("terminal", .fine, "TERM=\(PlainText.clean(term))")
    }
    let text = "TERM=\(PlainText.clean(term)), \(size.ws_col)x\(size.ws_row)"
    return size.ws_col >= 80 && size.ws_row >= 24
      ? Finding("terminal", .fine, text) : Finding("terminal", .limited, text, advice: "80x24 or more shows all panels")
  }

  private static func colours(_ environment: [String: String], _ answers: TerminalAnswers?, _ tmux: TmuxClient?) -> Finding {
    let count = tigetnum("colors")
    let choice = AnnouncedColors.choice(environment, term: environment["TERM"] ?? "", colors: Int(count), answers, tmux: tmux)
    if choice.depth == .truecolor, choice.reason != "COLORTERM" { return Finding("colours", .fine, "16.7 million (\(choice.reason))") }
    if ["truecolor", "24bit"].contains((environment["COLORTERM"] ?? "").lowercased()) {
      return Finding("colours", .fine, "16.7 million (COLORTERM)")
    }
    if count >= 256 {
      return Finding("colours", .limited, "\(count)", advice: "if the terminal shows true colour, set COLORTERM=truecolor")
    }
    return Finding("colours", .limited, count > 0 ? "\(count)" : "none", advice: "images need 256 colours or more to look right")
  }

  /// Which symbols images are drawn with, and whether as pixels.
  private static func images(
    _ environment: [String: String], _ wish: GraphicsWish, _ answers: TerminalAnswers?, _ tmux: TmuxClient?
  ) -> [Finding] {
    let profile = TerminalProfile.ofUser(environment, answers)
    let name = TerminalMemory.name(environment, answers), file = TerminalMemory.standardFile(environment)
    let memory = Result { () throws(CoreError) in try TerminalMemory(file) }
    let remembered = (try? memory.get())?[name]
    let isKnown = answers?.background != nil || remembered?.lightBackground != nil
    let background = isKnown ? profile.lightBackground ? "light" : "dark" : "unknown"
    let configured = (try? UserSettings.standard.get())?.symbols
    let symbols = configured.map { "\($0.rawValue), as config.toml says" } ?? "\(profile.symbols.rawValue), as \(profile.reason)"
    let choice = GraphicsChoice.ofTerminal(environment, answers, wish, tmux: tmux)
    return [
      Finding("images", .fine, "symbols: \(symbols); background: \(background)"),
      Finding("graphics", .fine, "\(choice.graphics.rawValue), as \(choice.reason)"),
      calibration(memory, name, file.path),
    ]
  }

  private static func calibration(_ memory: Result<TerminalMemory, CoreError>, _ name: String, _ path: String) -> Finding {
    switch memory {
    case .success(let memory):
      guard let entry = memory[name] else {
        return Finding("calibration", .fine, "nothing remembered of \(name); `diffss doctor --calibrate` shows what it draws")
      }
      let background = entry.lightBackground.map { $0 ? ", light background" : ", dark background" } ?? ""
      let remembered = "remembered of \(name): symbols \(entry.symbols.rawValue)\(background)"
      return Finding("calibration", .fine, "\(remembered) (\(PlainText.clean(path)))")
    case .failure(let error):
      return Finding("calibration", .limited, error.message, advice: "delete the file; `diffss doctor --calibrate` writes a new one")
    }
  }

  private static func characters(_ environment: [String: String]) -> Finding {
    TerminalSettings.useLocale(environment)
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? "none set"
    let name = PlainText.clean("locale \(locale)")
    return curses_is_utf8() != 0
      ? Finding("characters", .fine, "UTF-8 (\(name))")
      : Finding("characters", .limited, "not UTF-8 (\(name))", advice: "set LC_ALL=C.UTF-8 to see images as blocks")
  }
}
