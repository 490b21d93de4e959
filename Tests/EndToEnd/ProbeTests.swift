import Foundation
import Testing

/// What the explorer makes of a terminal's answers, and that none of them is taken for a key.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ProbeTests {
  /// What kitty answers, with all characters `width` columns wide. The letters of the name and the numbers are keys of the explorer.
  private static func answers(width: Int, name: String = "kitty(0.35.2) quits") -> String {
    "\u{1B}P>|\(name)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\"
      + "\u{1B}[6;18;9t\u{1B}[>1;4000;26c" + (0...3).map { "\u{1B}[1;\(1 + $0 * width)R" }.joined() + "\u{1B}[?62;c"
  }

  private static let question = "\u{1B}[>q"

  /// Starts the explorer after `early` lies on the terminal's line: a terminal that answers at once, however busy the machine is.
  private func start(
    _ program: Program, early: String, _ extra: [String: String] = [:], options: String = ""
  ) throws -> (PseudoTerminal, String.Index) {
    var environment = program.environment
    for name in ["NO_COLOR", "TMUX", "STY", "LANG", "LC_CTYPE", "ENV", "LINES", "COLUMNS"] { environment[name] = nil }
    environment.merge(["TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"].merging(extra) { $1 }) { $1 }
    let terminal = try PseudoTerminal(columns: 100, rows: 30, environment: environment, folder: program.home)
    let mark = terminal.mark, go = program.home.appendingPathComponent("go")
    terminal.type(
      "stty -icanon -echo; sh -c 'printf \"ready%s.\\n\" 1; until [ -e go ]; do sleep 0.02; done; exec \(Program.path) explore\(options)'; "
        + "printf 'status=%s.\\n' $?\n")
    try terminal.wait(for: "the line", from: mark) { $0.contains("ready1.") }
    terminal.type(early)
    try Data().write(to: go)
    return (terminal, mark)
  }

  private func waitForImages(_ terminal: PseudoTerminal, from mark: String.Index) throws -> String {
    try terminal.wait(for: "images", from: mark) { text in
      text.contains("Episode 3: ") && text.unicodeScalars.contains { (0x2596...0x259F).contains($0.value) || Self.isSextant($0) }
    }
  }

  /// Without those that are drawn to measure them.
  private static func isSextant(_ scalar: Unicode.Scalar) -> Bool { (0x1FB00...0x1FB3B).contains(scalar.value) && scalar.value != 0x1FB17 }

  private func leave(_ terminal: PseudoTerminal, from mark: String.Index) throws {
    terminal.type("q")
    let text = try terminal.wait(for: "its end", from: mark) { $0.contains(/status=[0-9]+\./) }
    #expect(text.contains("status=0."))
  }

  /// Sextants where the terminal draws them one column wide, or somebody says so; else quadrants.
  @Test(arguments: [
    (1, "kitty(0.35.2)", "", "", "", true), (2, "kitty(0.35.2)", "", "", "", false), (1, "XTerm(379)", "", "", "", false),
    (1, "kitty(0.35.2)", "/tmp/tmux,1,0", "", "", false), (1, "kitty(0.35.2)", "", " --symbols quadrant", "", false),
    (1, "XTerm(379)", "", " --symbols sextant", "symbols = \"half\"", true), (1, "XTerm(379)", "", "", "symbols = \"sextant\"", true),
  ])
  func symbolsOfTheStart(width: Int, name: String, tmux: String, options: String, configured: String, hasSextants: Bool) throws {
    let program = try Program()
    defer { program.remove() }
    if !configured.isEmpty {
      let folder = program.home.appendingPathComponent("config/diffss")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(configured.utf8).write(to: folder.appendingPathComponent("config.toml"))
    }
    let environment = tmux.isEmpty ? [:] : ["TMUX": tmux]
    let (terminal, mark) = try start(program, early: Self.answers(width: width, name: name), environment, options: options)
    let text = try waitForImages(terminal, from: mark)
    #expect(text.contains(Self.question))
    #expect(text.unicodeScalars.contains(where: Self.isSextant) == hasSextants)
    try leave(terminal, from: mark)
  }

  /// Answers that come when the explorer has long begun type nothing, and the keyboard works behind them: whole, byte by byte, and one whose
  /// first half came in time.
  @Test(arguments: [("", answers(width: 1), "\u{1B}P", ">|q q q"), ("\u{1B}P>|kitty(0.35.2) q", "", "", "q")])
  func lateAnswersTypeNothing(early: String, late: String, beginning: String, letters: String) throws {
    let program = try Program()
    defer { program.remove() }
    let (terminal, mark) = try start(program, early: early)
    _ = try waitForImages(terminal, from: mark)
    // An escape and what follows it come together, as terminals send them.
    terminal.type(late + beginning)
    for letter in letters { terminal.type(String(letter)) }
    terminal.type("\u{1B}\\")
    let before = terminal.mark
    terminal.type("m")
    let text = try terminal.wait(for: "the next symbols", from: before) { $0.contains("half blocks") }
    #expect(!text.contains("status="))
    try leave(terminal, from: mark)
  }

  /// Where answers are still awaited the Esc key comes a moment later, by itself.
  @Test func escapeWithoutAnswers() throws {
    let program = try Program()
    defer { program.remove() }
    let (terminal, mark) = try start(program, early: "", options: " --symbols half")
    try terminal.wait(for: "the screen", from: mark) { $0.contains("Episode 3: ") }
    terminal.type("?")
    try terminal.wait(for: "the keys", from: mark) { $0.contains("Next row, or the tile below") }
    let before = terminal.mark
    terminal.type("\u{1B}")
    // More of them than stand beside the keys, where a prediction may come meanwhile.
    try terminal.wait(for: "the images behind them", from: before) { text in text.count { $0 == "▀" || $0 == "▄" } > 200 }
    try leave(terminal, from: mark)
  }

  /// Keys that are pressed before the explorer reads any are kept.
  @Test func keysBeforeTheStartAreKept() throws {
    let program = try Program()
    defer { program.remove() }
    let (terminal, mark) = try start(program, early: "m" + Self.answers(width: 1))
    try terminal.wait(for: "the key's effect", from: mark) { $0.contains("half blocks") }
    try leave(terminal, from: mark)
  }

  /// A terminal that does not answer is waited for; Ctrl-C ends that, and the line is as before.
  @Test func interruptedWhileItAsks() throws {
    let program = try Program()
    defer { program.remove() }
    var environment = program.environment
    for name in ["NO_COLOR", "TMUX", "STY", "LANG", "LC_CTYPE", "ENV"] { environment[name] = nil }
    environment.merge(["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]) { $1 }
    let terminal = try PseudoTerminal(columns: 100, rows: 30, environment: environment, folder: program.home)
    let before = try terminal.modes()
    let mark = terminal.mark
    // The image is not there: without the key its absence would be told.
    terminal.type("\(Program.path) render absent.png\n")
    try terminal.wait(for: "the question", from: mark) { $0.contains(Self.question) }
    terminal.type("\u{03}")
    // A shell that people type into ends the whole line with the program.
    try terminal.wait(for: "the prompt", from: mark) { $0.hasSuffix("shell> ") }
    terminal.type("echo status=$?.\n")
    let text = try terminal.wait(for: "its end", from: mark) { $0.contains(/status=[0-9]+\./) }
    #expect(try terminal.modes() == before)
    #expect(text.contains("status=130.") && !text.contains("error:"))
  }
}
