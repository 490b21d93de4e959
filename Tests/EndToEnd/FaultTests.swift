import Foundation
import TestSupport
import Testing

/// Programs that share a data folder, and machines that misbehave.
@Suite(.serialized, .timeLimit(.minutes(15))) struct FaultTests {
  private struct Listed: Decodable {
    let key: String?
    let state: String
    let attempts: Int
  }

  private func jobs(_ program: Program) throws -> [Listed] {
    try JSONDecoder().decode([Listed].self, from: Data(program.run(["queue", "list", "--all", "--json"]).standardOutput.utf8))
  }

  private func images(_ program: Program) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: program.home.appendingPathComponent("data/diffss/images").path)
  }

  /// Two explorers show one queue; the one that generates is killed, and the other generates the rest.
  @Test func twoExplorersOnOneQueue() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(try program.run(["queue", "add", "--limit", "1", "--shots", "4", "--steps", "300"]).status == 0)
    func explorer() throws -> TerminalSession {
      let line = "\(Program.path) explore; echo left with $?"
      let session = try TerminalSession(line, columns: 140, rows: 40, environment: program.environment)
      try session.wait(for: "Episode 3: ")
      return session
    }
    let first = try explorer()
    try first.wait(for: "the first one generating") { $0.contains(#/✓ [1-3] generated/#) }
    let second = try explorer()
    try first.signal(SIGKILL)
    try first.wait(for: "left with 137")
    try second.wait(for: "the second one generating the rest") { $0.contains("4 generated") }
    // What the other one queues is seen here at once.
    #expect(try program.run(["queue", "add", "--limit", "1", "--shots", "1", "--steps", "2", "--seed", "9"]).status == 0)
    try second.wait(for: "5 generated")
    try second.send(keys: "q")
    try second.wait(for: "left with 0")
    let all = try jobs(program)
    // Those that ran when the first one was killed are begun again, no other.
    #expect(all.allSatisfy { $0.state == "finished" && $0.attempts <= 2 } && all.contains { $0.attempts == 1 })
    #expect(try images(program).count == 5)
  }

  /// Jobs queued before the clock went back by years are generated first all the same, and what was generated then is known.
  @Test func aClockThatGoesBack() throws {
    let program = try Program()
    defer { program.remove() }
    let library = URL(fileURLWithPath: Program.path).deletingLastPathComponent().appendingPathComponent("libClockShift.so").path
    func run(_ arguments: [String], years: Int = 0) throws {
      let output = try program.run(
        arguments, environment: ["LD_PRELOAD": library, "DIFFSS_TEST_CLOCK_SHIFT": "\(years * 31_557_600)"])
      #expect(output.status == 0, "\(output.standardError)")
    }
    try run(["queue", "add", "--limit", "1", "--shots", "2", "--steps", "2"])
    try run(["queue", "run"])
    try run(["queue", "add", "--limit", "1", "--shots", "3", "--steps", "2"], years: -5)
    try run(["queue", "add", "--limit", "1", "--shots", "4", "--steps", "2"], years: -20)
    let log = program.home.appendingPathComponent("data/diffss/logs/diffss.log")
    try run(["queue", "run"], years: -30)
    let lines = try String(contentsOf: log, encoding: .utf8)
    let year = Calendar(identifier: .gregorian).component(.year, from: Date())
    #expect([0, 5, 20, 30].allSatisfy { lines.contains("\(year - $0)-") || lines.contains("\(year - $0 - 1)-") }, "the clock was not set back")
    let all = try jobs(program)
    #expect(all.allSatisfy { $0.state == "finished" && $0.attempts <= 1 }, "\(all)")
    #expect(try images(program).count == 4)
    #expect(Set(all.compactMap(\.key)).count == 4)
  }

  /// Nothing can be kept, and that is said; nothing crashes.
  @Test(.enabled(if: Mounting.isPossible, "permissions do not bind root, who can mount instead")) func aDataFolderThatCannotBeWritten() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(try program.run(["queue", "add", "--limit", "1", "--shots", "1", "--steps", "2"]).status == 0)
    let data = program.home.appendingPathComponent("data").path
    try #require(mount(data, data, nil, UInt(MS_BIND), nil) == 0 && mount(data, data, nil, UInt(MS_BIND | MS_REMOUNT | MS_RDONLY), nil) == 0)
    defer { umount2(data, Int32(MNT_DETACH)) }
    for arguments in [["queue", "run"], ["queue", "add", "--limit", "1"], ["evaluate", "--network", "bam", "--episodes", "1"]] {
      let output = try program.run(arguments)
      #expect(output.status == 2 && output.standardError.contains("hint: check free space and permissions"), "\(arguments): \(output)")
    }
    let session = try TerminalSession("\(Program.path) explore; echo left with $?", columns: 100, rows: 30, environment: program.environment)
    // Whether SQLite opens a store that cannot be written depends on what its last connection left: either way the reason is told.
    try session.wait(for: "check free space and")
    try session.send(keys: "q")
    // It asks where the job that waits is known by then.
    if try session.wait(for: "the end, or a question", until: { $0.contains("left with") || $0.contains("Quit?") }).contains("Quit?") {
      try session.send(keys: "y")
    }
    try session.wait(for: "left with 0")
  }
}
