import Foundation
import Render

/// The program on a terminal that shows images: what is sent is drawn.
final class ImageTerminal {
  /// What a terminal says of itself.
  struct Kind: Sendable {
    let name: String
    var kitty = false
    var sixel = false
    /// Pixels of a cell, as answered and as the line says; 0 is for no answer.
    var answered = (width: 9, height: 18)
    var told = (width: 9, height: 18)

    var answers: String {
      "\u{1B}P>|\(name)\u{1B}\\" + (kitty ? "\u{1B}_Gi=31;OK\u{1B}\\" : "")
        + (answered.width > 0 ? "\u{1B}[6;\(answered.height);\(answered.width)t" : "")
        + "\u{1B}[1;1R\u{1B}[1;2R\u{1B}[?62;\(sixel ? "4;" : "")22c"
    }
  }

  let program: Program
  private(set) var screen: ImageScreen
  private let kind: Kind
  private let terminal: PseudoTerminal
  private var fed: Int
  private let start: String.Index

  /// Starts `diffss` with `arguments` on a terminal of so many cells. Its answers lie on the line before anything is asked, however busy the
  /// machine is, or come when it is asked: who ends soon does not ask where input waits.
  init(_ kind: Kind, columns: Int, rows: Int, _ arguments: [String], answersFirst: Bool = true, in program: Program) throws {
    (self.kind, self.program) = (kind, program)
    var environment = program.environment
    for name in ["NO_COLOR", "TMUX", "STY", "LANG", "LC_CTYPE", "ENV", "LINES", "COLUMNS"] { environment[name] = nil }
    environment.merge(["TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"]) { $1 }
    terminal = try PseudoTerminal(columns: columns, rows: rows, cell: kind.told, environment: environment, folder: program.home)
    screen = ImageScreen(columns: columns, rows: rows, cell: kind.answered.width > 0 ? kind.answered : kind.told)
    let mark = terminal.mark, go = program.home.appendingPathComponent("go")
    try? FileManager.default.removeItem(at: go)
    let words = ([Program.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    terminal.type(
      "stty -icanon -echo; sh -c 'printf \"process=%s.\\n\" $$; until [ -e go ]; do sleep 0.02; done; exec \"$@\"' sh \(words); "
        + "printf 'status=%s.\\n' $?\n")
    let text = try terminal.wait(for: "the line", from: mark) { $0.contains(/process=[0-9]+\./) }
    (start, fed) = (mark, terminal.bytes.count)
    process = text.firstMatch(of: /process=([0-9]+)\./).flatMap { pid_t($0.1) } ?? -1
    if answersFirst { terminal.type(kind.answers) }
    try Data().write(to: go)
    guard !answersFirst else { return }
    try terminal.wait(for: "the questions", from: mark) { $0.contains("\u{1B}[>q") }
    terminal.type(kind.answers)
  }

  /// The explorer's.
  let process: pid_t

  func type(_ keys: String) { terminal.type(keys) }

  func resize(columns: Int, rows: Int) {
    update()
    terminal.resize(columns: columns, rows: rows, cell: kind.told)
    screen.resize(columns: columns, rows: rows)
  }

  /// Waits until the screen is as `condition` wants it.
  func wait(for what: String, until condition: (ImageScreen) -> Bool) throws {
    do {
      try terminal.wait(for: what, from: terminal.mark) { _ in
        update()
        return condition(screen)
      }
    } catch PseudoTerminal.Failure.timeout {
      let images = screen.shown.map { "\($0.columns)x\($0.rows) at \($0.column),\($0.row)\($0.isWhole ? "" : " in parts")" }
      throw PseudoTerminal.Failure.timeout(waitingFor: what, output: (screen.lines + images).joined(separator: "\n"))
    }
  }

  /// Waits for the program's end; its status.
  func end() throws -> Int? {
    let text = try terminal.wait(for: "its end", from: start) { $0.contains(/status=[0-9]+\./) }
    update()
    return text.firstMatch(of: /status=([0-9]+)\./).flatMap { Int($0.1) }
  }

  private func update() {
    screen.feed(terminal.bytes[fed...])
    fed = terminal.bytes.count
  }
}
