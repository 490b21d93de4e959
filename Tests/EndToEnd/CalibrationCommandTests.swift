import Foundation
import TestSupport
import Testing

/// `diffss doctor --calibrate`: what it asks, what it remembers and what follows.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CalibrationCommandTests {
  private func memory(_ program: Program) -> String? {
    try? String(contentsOf: program.home.appendingPathComponent("config/diffss/terminals.json"), encoding: .utf8)
  }

  /// In tmux, which gives a name: finer symbols than it would get are taken from then on, and the next calibration takes that back.
  @Test func whatIsSaidDecides() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try TerminalSession("sh -i", columns: 100, rows: 50, environment: program.environment)
    func calibrate(_ keys: String...) throws {
      try session.send(keys: "clear; \(Program.path) doctor --calibrate; echo status=$?.", "Enter")
      try session.wait(for: "What does tmux")
      for key in keys {
        let asked = try session.wait(for: "a question") { $0.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("[y/n]") }
        // Other keys answer nothing.
        try session.send(keys: "Up", "x", key)
        try session.wait(for: "the answer") { $0 != asked && !$0.hasSuffix("[y/n]") }
      }
    }
    try calibrate("y", "y", "n", "n", "n")
    let screen = try session.wait(for: "status=0.")
    #expect(screen.contains("symbols sextant, light background") && screen.contains("terminals.json"))
    #expect(memory(program)?.contains("\"symbols\":\"sextant\"") == true)
    try session.send(keys: "clear; \(Program.path) doctor", "Enter")
    let doctor = try session.wait(for: "calibration: remembered of tmux").replacing("\n", with: "")
    #expect(doctor.contains("images: symbols: sextant, as you said that tmux") && doctor.contains("background: light"))
    try calibrate("n", "y")
    try session.wait(for: "symbols half, dark background")
    // Nothing is written after Ctrl-C, and what is typed is shown again.
    let before = memory(program)
    try calibrate("y")
    try session.send(keys: "C-c")
    try session.wait(for: "status=130.")
    #expect(try session.screen().contains("nothing new is remembered") && memory(program) == before)
    try session.send(keys: "echo typed", "Enter")
    try session.wait(for: "the line") { $0.contains("echo typed") && $0.contains("\ntyped") }
  }

  /// A terminal that is not asked is remembered by its names, and `render` takes what was said of it.
  @Test func terminalsWithoutAName() throws {
    let program = try Program()
    defer { program.remove() }
    let image = Golden.fixture("opencv/scene.png").path
    var environment = program.environment
    for name in ["NO_COLOR", "TMUX", "STY", "LANG", "LC_CTYPE", "ENV", "COLORTERM", "TERM_PROGRAM"] { environment[name] = nil }
    environment.merge(["TERM": "linux", "LC_ALL": "C.UTF-8"]) { $1 }
    let terminal = try PseudoTerminal(columns: 100, rows: 40, environment: environment, folder: program.home)
    var mark = terminal.mark
    terminal.type("\(Program.path) doctor --calibrate; echo status=$?.\n")
    try terminal.wait(for: "the first question", from: mark) { $0.contains("[y/n] ") }
    terminal.type("n")
    try terminal.wait(for: "the background", from: mark) { $0.contains("lighter than what is behind it? [y/n] ") }
    terminal.type("y")
    let text = try terminal.wait(for: "its end", from: mark) { $0.contains("status=0.") }
    #expect(text.contains("remembered of TERM=linux: symbols half, dark background"))
    mark = terminal.mark
    terminal.type("\(Program.path) render \(image); echo status=$?.\n")
    let shown = try terminal.wait(for: "the image", from: mark) { $0.contains("status=0.") }
    #expect(shown.contains("▀") || shown.contains("▄"))
    #expect(!shown.unicodeScalars.contains { (0x2596...0x259F).contains($0.value) || (0x2581...0x2583).contains($0.value) })
    // A file that is not ours: said by doctor, and replaced by the next answers.
    try Data("{".utf8).write(to: program.home.appendingPathComponent("config/diffss/terminals.json"))
    mark = terminal.mark
    terminal.type("\(Program.path) doctor; echo status=$?.\n")
    let doctor = try terminal.wait(for: "the findings", from: mark) { $0.contains(/status=[0-9]\./) }
    #expect(doctor.contains("limited  calibration: cannot read") && doctor.contains("-> delete the file"))
  }

  @Test func withoutATerminal() throws {
    let program = try Program()
    defer { program.remove() }
    let output = try program.run(["doctor", "--calibrate"])
    #expect(output.status == 2 && output.standardOutput.isEmpty && memory(program) == nil)
    #expect(output.standardError.contains("error: calibrating needs a terminal, but standard input is not one\nhint: run `diffss doctor"))
    #expect(try program.run(["doctor", "--calibrate", "--json"]).status == 2)
  }
}
