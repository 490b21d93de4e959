import Foundation
import TestSupport
import Testing

/// What is there after the program was killed.
@Suite(.serialized, .timeLimit(.minutes(15))) struct KilledTests {
  private let program: Program

  init() throws { program = try Program() }

  private var data: URL { program.home.appendingPathComponent("data/diffss") }

  private func explorer(_ arguments: String = "") throws -> TerminalSession {
    let session = try TerminalSession("\(Program.path) explore \(arguments)", columns: 120, rows: 36, environment: program.environment)
    try session.wait(for: "Episode")
    return session
  }

  private func wait(for what: String, until condition: () -> Bool) throws {
    let deadline = Date().addingTimeInterval(patience)
    while !condition() {
      try #require(Date() < deadline, "waited for \(what)")
      usleep(50_000)
    }
  }

  @Test func anExplorerIsFoundWhereItWas() throws {
    defer { program.remove() }
    var session = try explorer()
    try session.wait(for: "Episode 3: ")
    try session.send(keys: "j", "j")
    try session.wait(for: "Episode 5: ")
    let file = data.appendingPathComponent("explorer.json")
    try wait(for: "the session") { (try? String(contentsOf: file, encoding: .utf8).contains("\"episode\":4,")) == true }
    try session.signal(SIGKILL)
    session = try explorer()
    try session.wait(for: "Episode 5: ")
    // Without a screen too.
    let plain = try program.run(["explore", "--plain"], input: "")
    #expect(plain.standardOutput.contains("5 of "), "\(plain)")
  }

  @Test func anEvaluationIsToldAndGoesOn() throws {
    defer { program.remove() }
    let words = ["evaluate", "--episodes", "3000", "--aux-shots", "0"], folder = data.appendingPathComponent("evaluations")
    func finished() -> Int {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      guard let name = names.first(where: { $0.hasSuffix(".jsonl") }) else { return 0 }
      let lines = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8).split(separator: "\n")
      return lines?.count { $0.contains("position") && $0.hasSuffix("}") } ?? 0
    }
    var running = try program.start(words)
    try wait(for: "finished episodes") { finished() >= 20 }
    #expect(running.kill(SIGKILL))
    let done = finished()
    let session = try explorer()
    try session.wait(for: "an evaluation was cut off, \(done) of 3000 episodes finished")
    try session.send(keys: "L")
    try session.wait(for: "unfinished")
    try session.send(keys: "Enter")
    try session.wait(for: "Go on with it?")
    try session.send(keys: "y")
    try session.wait(for: "\(done) of 3000 episodes were finished before")
    try wait(for: "more finished episodes") { finished() > done + 20 }
    try session.signal(SIGKILL)
    // On a command line as well.
    let more = finished()
    running = try program.start(words)
    try wait(for: "still more") { finished() > more + 20 }
    #expect(running.kill(SIGINT))
    let last = finished(), output = try program.run(words)
    #expect(
      output.status == 0 && output.standardError.contains("segmenting: \(last) of 3000 episodes were finished before and are taken over\n"),
      "\(output)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
