import Foundation
import Render
import TestSupport
import Testing

/// What work costs is said before it is begun; `--dry-run` says nothing else and leaves nothing behind.
@Suite(.timeLimit(.minutes(15))) struct CostCommandTests {
  private static var line: Regex<(Substring, Substring, Substring, Substring?, Substring?)> {
    /([0-9]+) images? of 128x128 at most, about [0-9.]+ (s|min|h)( [0-9]+ (s|min))? here.*, [0-9.]+ .B of memory, [0-9.]+ .B of files/
  }

  @Test(arguments: [
    (["generate", "--limit", "3", "--shots", "2", "--steps", "2", "--out", "OUT"], 6),
    (["generate", "--limit", "4", "--shots", "2", "--shard", "1/2", "--out", "OUT"], 4),
    (["evaluate", "--episodes", "1", "--aux-shots", "3", "--steps", "2"], 3),
    (["sweep", "--episodes", "1", "--aux-shots", "1,2", "--steps", "2,3", "--network", "hsnet"], 4),
    (["queue", "add", "--limit", "2", "--shots", "3"], 6),
    (["cluster", "submit", "generate", "--limit", "3", "--shots", "2", "--tasks", "2", "--out", "OUT"], 6),
    (["cluster", "submit", "evaluate", "--episodes", "1", "--aux-shots", "3"], 3),
  ]) func aDryRunMakesNothing(command: [String], images: Int) throws {
    let program = try Program()
    defer { program.remove() }
    let out = program.home.appendingPathComponent("out").path
    let output = try program.run(command.map { $0 == "OUT" ? out : $0 } + ["--dry-run"])
    #expect(output.status == 0, "\(output.standardError)")
    let said = try #require(output.standardOutput.firstMatch(of: Self.line), "\(output)")
    #expect(Int(said.1) == images, "\(output.standardOutput)")
    let data = program.home.appendingPathComponent("data/diffss"), files = FileManager.default
    #expect(!files.fileExists(atPath: out) && !files.fileExists(atPath: data.appendingPathComponent("cluster").path))
    #expect(((try? files.contentsOfDirectory(atPath: data.appendingPathComponent("images").path)) ?? []).isEmpty)
    #expect(try !program.run(["queue", "list"]).standardOutput.contains("waiting"))
  }

  /// What would end the work before its first image ends the dry run.
  @Test(arguments: [["evaluate"], ["sweep"], ["cluster", "submit", "evaluate"]]) func aDryRunFailsAsTheWorkWould(command: [String]) throws {
    let program = try Program()
    defer { program.remove() }
    let output = try program.run(command + ["--network", "bam", "--aux-shots", "1", "--episodes", "2", "--dry-run"])
    #expect(output.status == 2 && output.standardError.contains("these weights take no 2 supports"), "\(output)")
  }

  /// A fold that is not there has no weights either, but is what is wrong.
  @Test func theFoldIsLookedAtBeforeItsWeights() throws {
    let program = try Program()
    defer { program.remove() }
    for command in ["evaluate", "sweep"] {
      let output = try program.run([command, "--fold", "9"])
      #expect(output.status == 2 && output.standardError.contains("data set demo has no fold 9 (0...3)"), "\(output)")
    }
  }

  @Test func itIsSaidBeforeTheWorkToo() throws {
    let program = try Program()
    defer { program.remove() }
    let out = program.home.appendingPathComponent("out").path
    let generate = ["generate", "--limit", "2", "--shots", "2", "--steps", "2", "--out", out]
    let first = try program.run(generate)
    #expect(first.status == 0 && first.standardError.contains("cost: 4 images of 128x128 at most, about "), "\(first)")
    // One place: these images differ in their number alone.
    func known() throws -> (measured: NSDictionary?, images: Int) {
      let data = try Data(contentsOf: program.home.appendingPathComponent("data/diffss/paces.json"))
      let places = try #require(JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
      let place = try #require(places.values.first)
      return (place["measured"] as? NSDictionary, (place["images"] as? [Any])?.count ?? 0)
    }
    let atFirst = try known()
    #expect(atFirst.measured != nil && atFirst.images == 4)
    // What is there costs nothing; what is remembered is not measured again, and what is made is learned from.
    #expect(try !program.run(generate).standardError.contains("cost: "))
    let more = try program.run(generate.map { $0 == "2" ? "3" : $0 })
    #expect(
      more.standardError.contains("cost: 5 images of 128x128 at most, about ") && more.standardError.contains("4 more there and kept"),
      "\(more)")
    let then = try known()
    #expect(then.measured == atFirst.measured && then.images == 9)
    _ = try program.run(["queue", "add", "--limit", "1", "--shots", "4", "--steps", "1"])
    let worked = try program.run(["queue", "run"])
    #expect(worked.status == 0 && worked.standardError.contains("cost: 4 images of 128x128 at most, about "), "\(worked)")
    #expect(try program.run(["queue", "run", "--dry-run"]).standardOutput.contains("no job waits"))
    let measured = try program.run(["evaluate", "--episodes", "2", "--aux-shots", "1", "--steps", "1"])
    #expect(measured.status == 0 && measured.standardError.contains("cost: 2 images of 128x128 at most"), "\(measured)")
    let json = try program.run([
      "generate", "--limit", "1", "--dry-run", "--json", "--out", program.home.appendingPathComponent("none").path,
    ])
    let document = try #require(try JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8)) as? [String: Any])
    #expect(document["images"] as? Int == 4 && document["seconds"] as? Double != nil && document["memory"] as? Int != nil)
  }

  @Test func anImageOfOnesOwnHasACostToo() throws {
    let program = try Program()
    defer { program.remove() }
    let control = program.home.appendingPathComponent("c.png")
    try Image(width: 64, height: 64, color: [90, 20, 150]).writePNG(to: control)
    let out = program.home.appendingPathComponent("out").path
    let own = [
      "generate", "--control", control.path, "--model", "sd", "--controlnet", "controlnet-mask", "--prompt", "x", "--shots", "2", "--out",
      out,
    ]
    let dry = try program.run(own + ["--steps", "3", "--dry-run"])
    #expect(dry.status == 0 && dry.standardOutput.hasPrefix("2 images of "), "\(dry)")
    #expect(dry.standardOutput.contains(" at most, about ") && !FileManager.default.fileExists(atPath: out))
    // What is made is learned from: each image of a round by itself.
    func learned() throws -> Int {
      let data = try Data(contentsOf: program.home.appendingPathComponent("data/diffss/paces.json"))
      let places = try #require(JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
      return places.values.reduce(0) { $0 + (($1["images"] as? [Any])?.count ?? 0) }
    }
    #expect(try learned() == 0)
    #expect(try program.run(own + ["--steps", "3"]).status == 0)
    #expect(try learned() == 2)
    #expect(try program.run(own + ["--steps", "3", "--batch", "2"]).status == 0)
    #expect(try learned() == 3)
  }

  @Test(.enabled(if: Mounting.isPossible, "needs the right to mount a file system")) func aDiskWithoutRoomIsWarnedOf() throws {
    let program = try Program()
    defer { program.remove() }
    let disk = program.home.appendingPathComponent("disk")
    try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
    try #require(mount("tmpfs", disk.path, "tmpfs", 0, "size=64k") == 0)
    defer { umount2(disk.path, Int32(MNT_DETACH)) }
    let output = try program.run([
      "generate", "--limit", "8", "--shots", "4", "--steps", "1", "--out", disk.appendingPathComponent("out").path,
    ])
    #expect(output.standardError.contains("warning: \(disk.path)/out has room for "), "\(output.standardError)")
    #expect(output.status == 1 && output.standardError.contains("No space left on device"))
  }
}
