import Foundation
import TestSupport
import Testing

/// `generate --pack tar`, and everything that reads what it wrote.
@Suite(.timeLimit(.minutes(15))) struct PackTests {
  private func run(_ program: Program, _ arguments: [String], status: Int32 = 0) throws -> Program.Output {
    let output = try program.run(arguments)
    #expect(output.status == status, "\(output.standardError)")
    return output
  }

  /// Two shards, one of them ended on its way: as files, as archives and unpacked they are the same to every reader.
  @Test func shardsGoFromGeneratingToEvaluating() throws {
    let program = try Program()
    defer { program.remove() }
    let (loose, packed, unpacked) = (
      program.home.appendingPathComponent("loose"), program.home.appendingPathComponent("packed"),
      program.home.appendingPathComponent("unpacked")
    )
    let generate = ["generate", "--condition", "mask", "--steps", "8", "--limit", "20", "--shots", "2"]
    _ = try run(program, generate + ["--out", loose.path])
    // Nothing of the store helps those that follow, so that there is something to end.
    try FileManager.default.removeItem(at: program.home.appendingPathComponent("data"))
    let second = generate + ["--shard", "2/2", "--pack", "tar", "--out", packed.path],
      archive = packed.appendingPathComponent("supports-0002-of-0002.tar")
    let ended = try program.start(second)
    let deadline = Date().addingTimeInterval(patience)
    func size() -> Int { (try? FileManager.default.attributesOfItem(atPath: archive.path)[.size] as? Int) ?? 0 }
    while size() < 60_000, Date() < deadline { usleep(2000) }
    #expect(ended.kill(SIGKILL), "the run was over before it could be ended")
    let rest = try run(program, second)
    #expect(rest.standardError.contains("of 20 images") && !rest.standardError.contains("kept 0,"), "\(rest.standardError)")
    let first = try run(program, generate + ["--shard", "1/2", "--pack", "tar", "--out", packed.path, "--json"])
    #expect(first.standardOutput.contains("supports-0001-of-0002.tar:scene-"))

    try FileManager.default.createDirectory(at: unpacked, withIntermediateDirectories: true)
    for number in 1...2 {
      let tar = Process()
      tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      tar.arguments = ["tar", "-xf", packed.appendingPathComponent("supports-000\(number)-of-0002.tar").path, "-C", unpacked.path]
      try tar.runToEnd()
      #expect(tar.terminationStatus == 0)
    }
    func files(_ folder: URL) throws -> [String: Data] {
      try Dictionary(
        uniqueKeysWithValues: FileManager.default.contentsOfDirectory(atPath: folder.path).map {
          ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
        })
    }
    #expect(try files(unpacked) == files(loose))
    #expect(try FileManager.default.contentsOfDirectory(atPath: packed.path).count == 2)

    let evaluate = ["evaluate", "--aux-shots", "2", "--episodes", "40", "--csv", "--aux"]
    let figures = try run(program, evaluate + [loose.path])
    for place in [packed, unpacked, archive] {
      let same = try run(program, evaluate + [place.path])
      if place == archive {
        #expect(same.standardError.contains("are not in \(archive.path)"), "\(same.standardError)")
      } else {
        #expect(
          same.standardOutput.replacing(place.path, with: loose.path) == figures.standardOutput
            && same.standardError.contains("not in") == figures.standardError.contains("not in")
        )
      }
    }
    // One that is cut off is used as far as it goes, and that is said.
    try Data(contentsOf: archive).dropLast(3000).write(to: unpacked.appendingPathComponent("cut.tar"))
    for file in try files(loose).keys { try FileManager.default.removeItem(at: unpacked.appendingPathComponent(file)) }
    let cut = try run(program, evaluate + [unpacked.path])
    #expect(cut.standardError.contains("cut.tar is cut off in scene-"), "\(cut.standardError)")
    let sheets = try [loose, packed].map { place in
      let sheet = program.home.appendingPathComponent("sheet.png")
      _ = try run(program, ["report", "--images", place.path, "--limit", "3", "--sheet", sheet.path])
      return try Data(contentsOf: sheet)
    }
    #expect(sheets[0] == sheets[1])
    #expect(try run(program, ["render", archive.path], status: 2).standardError.contains("tar xf"))
    let verified = try run(program, ["verify", archive.path])
    #expect(
      verified.standardOutput.split(separator: "\n").count == 20
        && verified.standardOutput.split(separator: "\n").allSatisfy { $0.hasPrefix("identical  \(archive.path):") })
  }

  @Test func whatCannotBeIsSaid() throws {
    let program = try Program()
    defer { program.remove() }
    let out = program.home.appendingPathComponent("out"), archive = out.appendingPathComponent("supports.tar")
    let generate = ["generate", "--steps", "1", "--limit", "1", "--shots", "1", "--pack", "tar", "--out", out.path]
    let own = try run(program, ["generate", "--control", "c.png", "--pack", "tar", "--out", out.path], status: 2)
    #expect(own.standardError.contains("--pack"))
    #expect(try run(program, generate + ["--pack", "zip"], status: 2).standardError.contains("--pack"))
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
    try Data("notes".utf8).write(to: archive)
    let foreign = try run(program, generate, status: 2)
    #expect(foreign.standardError.contains("is not an archive of this program") && foreign.standardError.contains("hint: "))
    #expect(try Data(contentsOf: archive) == Data("notes".utf8))
    for command in [["evaluate", "--episodes", "1", "--aux"], ["report", "--sheet", "s.png", "--images"], ["verify"]] {
      #expect(try run(program, command + [archive.path], status: 2).standardError.contains("it is no tar archive"), "\(command)")
    }
  }
}
