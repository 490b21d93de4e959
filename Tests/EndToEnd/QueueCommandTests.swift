import Foundation
import Render
import TestSupport
import Testing

/// `diffss queue` and `diffss verify` on the demo: what is queued outlives whatever happens to the processes that generate it.
@Suite(.timeLimit(.minutes(15))) struct QueueCommandTests {
  private struct Listed: Decodable {
    let id: String
    let key: String?
    let attempts: Int
  }

  private func add(_ program: Program, jobs: Int, steps: Int, seed: Int = 0) throws {
    let options = ["--limit", "\(jobs / 4)", "--shots", "4", "--steps", "\(steps)", "--seed", "\(seed)"]
    let output = try program.run(["queue", "add"] + options)
    #expect(output.standardOutput == "\(jobs) jobs queued\n", "\(output.standardError)")
  }

  private func waitUntilRunning(_ program: Program) throws {
    let deadline = Date().addingTimeInterval(patience)
    while try !program.run(["queue", "list"]).standardOutput.contains("| running ") {
      if Date() > deadline { throw TookTooLong("a running job", seconds: patience) }
    }
  }

  private func images(_ program: Program) -> URL { program.home.appendingPathComponent("data/diffss/images") }

  /// Name, inode and time of change of every image, each of which must be whole.
  private func contents(_ program: Program) throws -> [String: String] {
    let folder = images(program)
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { !$0.hasPrefix(".") }
    return Dictionary(uniqueKeysWithValues: try names.map { name in
      let file = folder.appendingPathComponent(name)
      let bytes = try FileBytes.read(file)
      #expect((try? Image.decode(bytes: bytes)) != nil, "\(name) is half-written")
      #expect(try ImageText.of(bytes)["diffss"]?.contains(name.dropLast(4)) == true)
      var status = stat()
      stat(file.path, &status)
      return (name, "\(status.st_ino) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)")
    })
  }

  /// Fifty times `kill -9` at random moments: no finished image is lost, none half-written, none generated twice.
  @Test func killedAtRandomNothingIsLost() throws {
    let program = try Program()
    defer { program.remove() }
    var random = SystemRandomNumberGenerator(), seen: [String: String] = [:], kills = 0, batches = 0
    while kills < 50 {
      // However fast or slow the machine is, there is something to generate, and the first one dies while it generates.
      if seen.count == 20 * batches {
        try add(program, jobs: 20, steps: 30, seed: batches)
        batches += 1
      }
      let process = try program.start(["queue", "run"])
      if kills == 0 { try waitUntilRunning(program) }
      // Loading takes a quarter of this time.
      _ = process.ends(within: Double.random(in: 0...0.7, using: &random))
      if process.kill(SIGKILL) { kills += 1 }
      let now = try contents(program)
      for (name, identity) in seen { #expect(now[name] == identity, "\(name) was lost or generated again") }
      seen = now
    }
    let last = try program.run(["queue", "run"])
    #expect(last.status == 0, "\(last.standardError)")
    let after = try contents(program)
    for (name, identity) in seen { #expect(after[name] == identity, "\(name) was lost or generated again") }
    let jobs = try JSONDecoder().decode([Listed].self, from: Data(program.run(["queue", "list", "--all", "--json"]).standardOutput.utf8))
    let count = 20 * batches
    #expect(jobs.count == count && Set(jobs.compactMap(\.key)).count == count && after.count == count)
    #expect(jobs.map(\.attempts).reduce(0, +) > count)
    #expect(try FileManager.default.contentsOfDirectory(atPath: images(program).path).count == count, "something temporary was left")
  }

  @Test func aProcessThatIsAskedToStopInterruptsItsImage() throws {
    let program = try Program()
    defer { program.remove() }
    try add(program, jobs: 4, steps: 1000)
    let process = try program.start(["queue", "run"])
    try waitUntilRunning(program)
    // A second worker waits for the first, and takes over when that is gone.
    let heir = try program.start(["queue", "run"])
    #expect(process.kill(SIGTERM))
    #expect(process.status == 130)
    try waitUntilRunning(program)
    #expect(heir.kill(SIGTERM))
    #expect(heir.status == 130)
    let list = try program.run(["queue", "list"]).standardOutput
    #expect(list.contains("| interrupted | its program was asked to stop |"), "\(list)")
    #expect(try program.run(["queue", "cancel", "--all"]).standardOutput == "4 jobs cancelled\n")
    let empty = try program.run(["queue", "list"]).standardOutput
    #expect(empty == "The queue is empty.\n\nNot shown: 4 cancelled jobs (diffss queue list --all).\n")
    let all = try program.run(["queue", "list", "--all"]).standardOutput
    #expect(all.contains("| cancelled | by diffss queue cancel |") && all.contains("| condition | sampler | steps | guidance |"), "\(all)")
    #expect(try program.run(["queue", "run"]).status == 0)
    #expect(try contents(program).isEmpty)
  }

  @Test func imagesVerifyThemselves() throws {
    let program = try Program()
    defer { program.remove() }
    try add(program, jobs: 4, steps: 2)
    #expect(try program.run(["queue", "run"]).status == 0)
    let files = try contents(program).keys.sorted().map { images(program).appendingPathComponent($0) }
    let good = try program.run(["verify", files[0].path, files[1].path, "--threads", "1"])
    #expect(good.status == 0 && good.standardOutput.components(separatedBy: "identical").count == 3, "\(good.standardError)")
    let folder = try program.run(["verify", images(program).path])
    #expect(folder.status == 0 && folder.standardOutput.components(separatedBy: "identical").count == 5, "\(folder.standardError)")
    let bytes = try FileBytes.read(files[0]), text = try ImageText.of(bytes)
    var image = try Image.decode(bytes: bytes)
    let rewritten = program.home.appendingPathComponent("rewritten.png"), altered = program.home.appendingPathComponent("altered.png")
    try image.writePNG(to: rewritten, text: text.merging(["note": "kept"]) { $1 })
    image.pixels[100] ^= 0x40
    try image.writePNG(to: altered, text: text)
    let tampered = program.home.appendingPathComponent("tampered.png"), plain = program.home.appendingPathComponent("plain.png")
    try image.writePNG(to: tampered, text: text.mapValues { $0.replacingOccurrences(of: "\"steps\":2", with: "\"steps\":3") })
    try image.writePNG(to: plain)
    let bad = try program.run(["verify", rewritten.path, altered.path, tampered.path, plain.path])
    #expect(bad.status == 2)
    let lines = bad.standardOutput.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    #expect(lines == ["rewritten", "different", "tampered", "failed"], "\(bad.standardOutput)")
    #expect(bad.standardOutput.contains("1 of 16384 pixels, by 64 of 255 at most"))
  }

  @Test func aDamagedStoreIsSetAsideAndSaidSo() throws {
    let program = try Program()
    defer { program.remove() }
    try add(program, jobs: 4, steps: 2)
    #expect(try program.run(["queue", "run"]).status == 0)
    let before = try contents(program)
    let store = program.home.appendingPathComponent("data/diffss/store.sqlite")
    try Data(repeating: 0x20, count: 5000).write(to: store)
    // A log that an ended process left beside it would be read in its place.
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: store.path + suffix) }
    let output = try program.run(["queue", "list"])
    #expect(output.status == 0 && output.standardError.contains("the store was damaged: it is kept as store.damaged-1.sqlite"), "\(output)")
    // The images are known again: none is generated a second time.
    try add(program, jobs: 4, steps: 2)
    #expect(try program.run(["queue", "run"]).status == 0)
    #expect(try contents(program) == before)
  }

  /// A disk of 1 MB, then room again.
  @Test(.enabled(if: Mounting.isPossible, "mounting needs root")) func aFullDiskLosesNothing() throws {
    let program = try Program()
    defer { program.remove() }
    let data = program.home.appendingPathComponent("data")
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    try #require(mount("tmpfs", data.path, "tmpfs", 0, "size=1m") == 0)
    defer { umount2(data.path, Int32(MNT_DETACH)) }
    try add(program, jobs: 12, steps: 2)
    let filler = data.appendingPathComponent("filler")
    var size = 1 << 20
    while size > 0 {
      if (try? Data(repeating: 1, count: size).write(to: filler)) != nil { break }
      size -= 16 << 10
    }
    let full = try program.run(["queue", "run"])
    #expect(full.status != 0 && full.standardError.contains("No space left"), "\(full)")
    _ = try contents(program)
    try FileManager.default.removeItem(at: filler)
    _ = try program.run(["queue", "retry", "--failed"])
    let again = try program.run(["queue", "run"])
    #expect(again.status == 0, "\(again.standardError)")
    #expect(try contents(program).count == 12)
  }

  @Test func theLogTellsWhatWasDone() throws {
    let program = try Program()
    defer { program.remove() }
    try add(program, jobs: 4, steps: 2)
    let log = program.home.appendingPathComponent("data/diffss/logs/diffss.log")
    #expect(try program.run(["queue", "run", "--log-level", "error"]).status == 0)
    #expect((try? String(contentsOf: log, encoding: .utf8))?.contains("job ") != true)
    _ = try program.run(["condition", "--image", "/no\u{1B}[2J", "--mask", "/no", "--class-index", "1", "--type", "mask", "--out", "/no"])
    try add(program, jobs: 4, steps: 3)
    #expect(try program.run(["queue", "run"]).status == 0)
    let text = try String(contentsOf: log, encoding: .utf8)
    for part in [" info program: diffss queue run", " info models: ", " info generating: ", " begins, attempt 1: demo scene-00000 class 2", ": finished"] {
      #expect(text.contains(part), "\(part) is not in\n\(text)")
    }
    #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
  }

  @Test func wrongNamesAreRefused() throws {
    let program = try Program()
    defer { program.remove() }
    for arguments in [["cancel", "nothing"], ["cancel"], ["retry"], ["priority", "--set", "1"], ["cancel", "--all", "abc"], ["add", "--limit", "0"]] {
      #expect(try program.run(["queue"] + arguments).status == 2, "\(arguments)")
    }
    #expect(try program.run(["queue", "add", "--fold", "9"]).standardError.contains("no fold 9"))
  }
}
