import Foundation
import Testing

/// The real program in a real terminal: keys in, lines out.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ExplorerTests {
  private func explorer(
    _ program: Program, columns: Int = 120, rows: Int = 36, term: String = "tmux-256color", arguments: String = ""
  ) throws -> TerminalSession {
    let session = try TerminalSession(
      "\(Program.path) explore \(arguments); echo left with $?", columns: columns, rows: rows, environment: program.environment,
      term: term)
    try session.wait(for: "Episodes")
    return session
  }

  @Test func theWholeJob() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try explorer(program)
    // Pick the fifth episode; the first start begins at the third.
    try session.wait(for: "Episode 3: ")
    try session.send(keys: "j", "j")
    try session.wait(for: "Episode 5: ")
    // Another condition, fewer steps.
    try session.send(keys: "c")
    try session.wait(for: "the scribble condition") { $0.contains("condition: scribble") }
    // Another threshold for its edges.
    try session.send(keys: "Tab", "Tab", "j", "j", "h")
    try session.wait(for: "the lower threshold") { $0.contains("‹ 122 ›") }
    // Queue four supports and watch them finish.
    try session.send(keys: "g")
    try session.wait(for: "4 generated")
    // Read the IoU of 1-shot against 1+4.
    try session.send(keys: "e")
    try session.wait(for: "both IoU") { $0.contains(/IoU 1-shot [0-9.]+  (1\+4|with generated) [0-9.]+/) }
    try session.send(keys: "q")
    let after = try session.wait(for: "left with 0")
    #expect(!after.contains("Episodes"))
  }

  @Test func helpListsTheKeysAndQuitsLeaveTheTerminalAsItWas() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try explorer(program, columns: 80, rows: 24)
    try session.send(keys: "?")
    try session.wait(for: "type to filter")
    // Escape closes the help, and the key that comes with it leaves.
    try session.send(keys: "Escape", "C-c")
    try session.wait(for: "left with 130")
    // Echo and line editing are back: what is typed shows and runs.
    try session.send(keys: "echo se''en", "Enter")
    try session.wait(for: "a line seen") { $0.split(separator: "\n").contains("seen") }
  }

  @Test func noticesGoByThemselves() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try explorer(program)
    try session.send(keys: "m")
    try session.wait(for: "images in half blocks")
    try session.wait(for: "the notice gone") { !$0.contains("images in half blocks") }
    try session.send(keys: "q")
    try session.wait(for: "left with 0")
  }

  @Test func termination() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try explorer(program, columns: 80, rows: 24)
    try session.send(keys: "q")
    try session.wait(for: "left with 0")
    try session.send(keys: "\(Program.path) explore; echo ended with $?", "Enter")
    try session.wait(for: "Episodes")
    try session.signal(SIGTERM)
    try session.wait(for: "ended with 143")
    try session.send(keys: "echo se''en", "Enter")
    try session.wait(for: "a line seen") { $0.split(separator: "\n").contains("seen") }
  }

  @Test func tooSmallIsOneLineAndStillQuits() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try explorer(program, columns: 80, rows: 24)
    try session.resize(columns: 18, rows: 4)
    try session.wait(for: "one short line") { screen in
      let lines = screen.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
      return lines.count == 1 && lines[0].contains("small")
    }
    try session.send(keys: "q")
    try session.resize(columns: 80, rows: 24)
    try session.wait(for: "left with 0")
  }

  @Test func unknownTerminalFallsBackAndSaysSo() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try explorer(program, columns: 100, rows: 30, term: "xterm-nonsense")
    try session.wait(for: "xterm-256color")
    try session.send(keys: "q")
    try session.wait(for: "left with 0")
  }
}
