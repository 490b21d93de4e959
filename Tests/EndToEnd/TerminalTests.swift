import Foundation
import TestSupport
import Testing

/// What the explorer makes of terminals of every kind, and what it leaves behind, however it ends.
@Suite(.serialized, .timeLimit(.minutes(15))) struct TerminalTests {
  private static let kinds = ["xterm-256color", "tmux-256color", "xterm", "linux", "vt100", "dumb", "xterm-kitty", nil]
  private static let locales = ["C", "C.UTF-8"]

  private func environment(_ program: Program, term: String? = "xterm-256color", locale: String = "C.UTF-8") -> [String: String] {
    var environment = program.environment
    environment["TERM"] = term
    environment["LC_ALL"] = locale
    for name in ["COLORTERM", "NO_COLOR", "TMUX", "STY", "LANG", "LC_CTYPE", "ENV", "LINES", "COLUMNS"] { environment[name] = nil }
    return environment
  }

  private func terminal(_ program: Program, columns: Int = 80, rows: Int = 24, _ environment: [String: String]) throws -> PseudoTerminal {
    try PseudoTerminal(columns: columns, rows: rows, environment: environment, folder: program.home)
  }

  /// Types the line that starts the explorer; the shell prints its end as `status=N.`, its process as `process=N.`.
  private func start(_ terminal: PseudoTerminal) throws -> (process: pid_t, mark: String.Index) {
    let mark = terminal.mark
    terminal.type("sh -c 'printf \"process=%s.\\n\" $$; exec \(Program.path) explore'; printf 'status=%s.\\n' $?\n")
    let text = try terminal.wait(for: "a process", from: mark) { $0.contains(/process=[0-9]+\./) }
    let number = try #require(text.firstMatch(of: /process=([0-9]+)\./)?.1)
    return (try #require(pid_t(number)), mark)
  }

  private func waitUntilShown(_ terminal: PseudoTerminal, from mark: String.Index) throws {
    try terminal.wait(for: "the episodes", from: mark) { $0.contains("1-shot") && $0.contains("Episode 3: ") }
  }

  /// Everything that was switched on is switched off again, in the bytes that were sent.
  private func expectAllSwitchedOff(_ text: String, _ what: String) {
    for (on, off) in [("\u{1B}[?1049h", "\u{1B}[?1049l"), ("\u{1B}[?25l", "\u{1B}[?25h"), ("\u{1B}[?2026h", "\u{1B}[?2026l"), ("\u{1B}[?1h", "\u{1B}[?1l"), ("\u{1B}[?2004h", "\u{1B}[?2004l"), ("\u{1B}[?1000h", "\u{1B}[?1000l"), ("\u{1B}[?1006h", "\u{1B}[?1006l")] {
      guard let last = text.range(of: on, options: .backwards) else { continue }
      #expect(text.range(of: off, range: last.upperBound..<text.endIndex) != nil, "\(what): \(on.debugDescription) stays")
    }
  }

  @Test(arguments: kinds, locales) func everyKindOfTerminal(kind: String?, locale: String) throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try terminal(program, environment(program, term: kind, locale: locale))
    let before = try terminal.modes()
    let (_, mark) = try start(terminal)
    if kind == "dumb" {
      let text = try terminal.wait(for: "its end", from: mark) { $0.contains(/status=[0-9]+\./) }
      #expect(text.contains("status=2."))
      #expect(text.contains("error: the terminal TERM=dumb cannot place its cursor"))
      #expect(text.contains("hint: set TERM"))
      #expect(!text.contains("\u{1B}"))
    } else {
      try waitUntilShown(terminal, from: mark)
      terminal.type("q")
      let text = try terminal.wait(for: "its end", from: mark) { $0.contains(/status=[0-9]+\./) }
      #expect(text.contains("status=0."))
      expectAllSwitchedOff(text, "\(kind ?? "no TERM") in \(locale)")
      let isASCII = text.utf8.allSatisfy { $0 < 128 }
      #expect(isASCII || locale != "C")
    }
    let after = try terminal.modes()
    #expect(after == before)
  }

  /// Coloured text stands on the terminal's own background, which may be white.
  @Test(arguments: ["xterm", "xterm-256color"]) func noBlackBehindText(kind: String) throws {
    let program = try Program()
    defer { program.remove() }
    var environment = environment(program, term: kind)
    environment["COLORTERM"] = "truecolor"
    let terminal = try terminal(program, environment)
    let (_, mark) = try start(terminal)
    try waitUntilShown(terminal, from: mark)
    terminal.type("q")
    let text = try terminal.wait(for: "its end", from: mark) { $0.contains(/status=[0-9]+\./) }
    #expect(text.contains("\u{1B}[36m") && !text.contains("\u{1B}[40m"))
  }

  @Test func fiveHundredSizesAndTheLastOneIsShown() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try terminal(program, environment(program))
    let before = try terminal.modes()
    let (process, mark) = try start(terminal)
    try waitUntilShown(terminal, from: mark)
    for number in 0..<500 {
      terminal.resize(columns: 1 + number * 37 % 220, rows: 1 + number * 23 % 70)
      if number % 8 == 0 { terminal.drain() }
      usleep(1000)
    }
    let last = terminal.mark
    terminal.resize(columns: 60, rows: 5)
    try terminal.wait(for: "the last size", from: last) { $0.contains("too small: 60x5, needs 20x6") }
    let large = terminal.mark
    terminal.resize(columns: 100, rows: 30)
    try terminal.wait(for: "all panels", from: large) { $0.contains("1-shot") && $0.contains("Episode 3: ") && $0.contains("quit") }
    #expect(kill(process, 0) == 0)
    terminal.type("q")
    try terminal.wait(for: "its end", from: large) { $0.contains("status=0.") }
    let after = try terminal.modes()
    #expect(after == before)
  }

  /// A size that no terminal has is cut to one that can be drawn; the real one is taken when it comes.
  @Test func aSizeThatCannotBe() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try terminal(program, environment(program))
    terminal.resize(columns: 65_535, rows: 65_535)
    let (process, mark) = try start(terminal)
    try waitUntilShown(terminal, from: mark)
    #expect(kill(process, 0) == 0)
    let real = terminal.mark
    terminal.resize(columns: 100, rows: 30)
    try terminal.wait(for: "all panels", from: real) { $0.contains("1-shot") && $0.contains("quit") }
    terminal.type("q")
    try terminal.wait(for: "its end", from: real) { $0.contains("status=0.") }
  }

  /// Ways to end it, and the status that the shell sees.
  private static let ends: [(name: String, key: String?, signal: Int32, status: Int)] = [
    ("q", "q", 0, 0), ("Ctrl-C", "\u{3}", 0, 130), ("SIGTERM", nil, SIGTERM, 143), ("SIGHUP", nil, SIGHUP, 129), ("SIGINT", nil, SIGINT, 130),
    ("SIGQUIT", nil, SIGQUIT, 131), ("SIGSEGV", nil, SIGSEGV, 139), ("SIGABRT", nil, SIGABRT, 134), ("SIGBUS", nil, SIGBUS, 135),
    ("SIGILL", nil, SIGILL, 132), ("SIGTRAP", nil, SIGTRAP, 133),
  ]

  @Test(arguments: ["xterm-256color", "vt100"]) func theModesAreBackAfterEveryKindOfEnd(kind: String) throws {
    let program = try Program()
    defer { program.remove() }
    var variables = environment(program, term: kind)
    if kind != "vt100" { variables["COLORTERM"] = "truecolor" }
    let terminal = try terminal(program, variables)
    // Not what a terminal begins with: what was set stays set.
    try terminal.command("stty -ixon erase ^H")
    let before = try terminal.modes()
    #expect(before.contains("-ixon"))
    for end in Self.ends {
      let (process, mark) = try start(terminal)
      try waitUntilShown(terminal, from: mark)
      if let key = end.key { terminal.type(key) } else { kill(process, end.signal) }
      let text = try terminal.wait(for: "the end by \(end.name)", from: mark) { $0.contains(/status=[0-9]+\./) }
      #expect(text.contains("status=\(end.status)."), "\(end.name): \(String(text.suffix(60)))")
      expectAllSwitchedOff(text, end.name)
      let after = try terminal.modes()
      #expect(after == before, "\(end.name)")
    }
  }

  @Test func aStopGivesTheTerminalBackAndTakesItAgain() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try terminal(program, environment(program))
    let before = try terminal.modes()
    let (process, mark) = try start(terminal)
    try waitUntilShown(terminal, from: mark)
    // By the key, and by a signal from elsewhere.
    for stop in 0..<2 {
      let stopped = terminal.mark
      if stop == 0 { terminal.type("\u{1A}") } else { kill(process, SIGTSTP) }
      let text = try terminal.wait(for: "the prompt", from: stopped) { $0.contains("shell> ") }
      expectAllSwitchedOff(text, "stop \(stop)")
      let between = try terminal.modes()
      #expect(between == before)
      let continued = terminal.mark
      // Another size meanwhile.
      terminal.resize(columns: 90 + stop, rows: 28)
      terminal.type("fg\n")
      try waitUntilShown(terminal, from: continued)
    }
    let left = terminal.mark
    terminal.type("q")
    let text = try terminal.wait(for: "the prompt", from: left) { $0.contains("shell> ") }
    expectAllSwitchedOff(text, "q after fg")
    let after = try terminal.modes()
    #expect(after == before)
  }

  @Test func aLostConnectionEndsIt() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try terminal(program, environment(program))
    let (process, mark) = try start(terminal)
    try waitUntilShown(terminal, from: mark)
    terminal.hangUp()
    let deadline = Date().addingTimeInterval(patience)
    while kill(process, 0) == 0, Date() < deadline { usleep(10_000) }
    #expect(kill(process, 0) != 0)
  }

  /// A run through the list scrolls it under images that curses knows nothing of, and leaves the images alone until it ends.
  @Test func aKeyHeldDownEndsWithTheImagesOfItsEpisode() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try TerminalSession(
      "\(Program.path) explore; echo left with $?", columns: 80, rows: 24, environment: program.environment)
    try session.wait(for: "Episode 3: ")
    try session.wait(for: "weights ready")
    for number in 4...11 {
      try session.send(keys: "j")
      try session.wait(for: "Episode \(number): ")
    }
    var last = ""
    // The prediction comes by itself, the last of all.
    let calm = try session.wait(for: "its images") { screen in
      defer { last = screen }
      guard screen == last, screen.contains(#/1-shot  [0-9]/#), !screen.contains(#/[│ ]…/#) else { return false }
      return screen.contains { "▀▄▌▐".contains($0) }
    }
    try session.send(keys: "-N", "40", "j")
    try session.wait(for: "Episode 51: ")
    try session.send(keys: "-N", "40", "k")
    try session.wait(for: "the same screen again:\n\(calm)\n") { $0 == calm }
    try session.send(keys: "q")
    try session.wait(for: "left with 0")
  }

  /// Only what changed is sent for a key, and that is enough: drawn again as a whole the screen is the same, colours included.
  @Test(arguments: [(80, 24), (120, 40)]) func changesAloneShowTheWholeScreen(columns: Int, rows: Int) throws {
    let program = try Program()
    defer { program.remove() }
    let session = try TerminalSession(
      "env -u NO_COLOR \(Program.path) explore; echo left with $?", columns: columns, rows: rows, environment: program.environment)
    try session.wait(for: "Episode 3: ")
    try session.wait(for: "weights ready")
    var at = 3
    for (keys, steps) in [(["j"], 1), (["j"], 1), (["-N", "5", "j"], 5), (["k"], -1), (["o", "j"], 1), (["-N", "3", "k"], -3)] {
      try session.send(keys: keys)
      at += steps
      try session.wait(for: "Episode \(at): ")
      try waitForImages(of: at, session)
      let changed = try session.looks(), text = try session.screen()
      // The help comes after the drawing, and goes again.
      try session.send(keys: "C-l", "?")
      try session.wait(for: "help") { $0 != text && $0.contains("Esc") }
      try session.send(keys: "Escape")
      try session.wait(for: "the same screen after \(keys)") { _ in try session.looks() == changed }
    }
    try session.send(keys: "q")
    try session.wait(for: "left with 0")
  }

  /// Waits until all images of an episode and its prediction are there.
  private func waitForImages(of number: Int, _ session: TerminalSession) throws {
    var last = ""
    try session.wait(for: "its images") { screen in
      defer { last = screen }
      // A run of keys leaves the images as they were; the list has this episode's own figure.
      guard screen == last, let row = screen.firstMatch(of: try Regex("│ +\(number) [a-z]+ +([0-9.]+) ", as: (Substring, Substring).self))
      else { return false }
      return screen.contains("1-shot  \(row.1)") && !screen.contains(#/[│ ]…/#)
    }
  }
}
