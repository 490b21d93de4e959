import Core
import Foundation
import TestSupport
import Testing

/// `diffss cluster` on a Slurm of one node, which the test starts and ends.
@Suite(.serialized, .enabled(if: SlurmNode.isAvailable), .timeLimit(.minutes(15)))
struct ClusterTests {
  private struct Status: Decodable {
    struct Task: Decodable {
      struct State: Decodable {
        let images: Int
        let starts: Int
        let error: String?
      }

      let number: Int
      let stage: String
      let state: State?
    }

    let folder: String
    let tasks: [Task]
    let stopped: String?
    let remarks: [String]
  }

  /// A program whose commands see the node.
  private struct Bench {
    let program: Program
    let node: SlurmNode

    init() throws {
      program = try Program()
      node = try SlurmNode()
    }

    func run(_ words: [String], _ extra: [String: String] = [:]) throws -> Program.Output {
      try program.run(words, environment: node.environment.merging(extra) { $1 })
    }

    func status() throws -> Status {
      try JSONDecoder().decode(Status.self, from: Data(run(["cluster", "status", "--json"]).standardOutput.utf8))
    }

    /// The status once it is as wanted; asked for a few times a second.
    func status(_ what: String, where isWanted: (Status) -> Bool) throws -> Status {
      var last = try status()
      do {
        try node.wait(for: what) {
          last = try status()
          return isWanted(last)
        }
      } catch let error as TookTooLong {
        throw SlurmNode.Failure(description: "\(error)\n\(try run(["cluster", "status"]).standardOutput)\n\(node.lastWords)")
      }
      return last
    }

    /// The process of a task that has made an image, stopped so that it is still there when something happens to it.
    func stopped(_ number: Int, of run: URL) throws -> pid_t {
      let folder = run.appendingPathComponent("tasks/\(String(repeating: "0", count: 4 - "\(number)".count))\(number)")
      var stopped: pid_t = 0
      try node.wait(for: "task \(number)") {
        let images = FileManager.default.subpaths(atPath: folder.path)?.count { $0.hasSuffix(".png") && !$0.hasSuffix("_control.png") } ?? 0
        let holder = (try? String(contentsOf: folder.appendingPathComponent("lock"), encoding: .utf8))?.split(separator: " ").last
        guard images > 0, let process = holder.flatMap({ pid_t($0) }), kill(process, SIGSTOP) == 0 else { return false }
        stopped = process
        return true
      }
      return stopped
    }

    func end() {
      try? node.stop()
      program.remove()
    }
  }

  /// Files of a folder by their paths, without how long an evaluation took.
  private func contents(_ folder: URL) throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { ($0 as NSString).pathExtension != "" }
    return Dictionary(
      uniqueKeysWithValues: try names.map { name in
        let data = try Data(contentsOf: folder.appendingPathComponent(name))
        guard name.hasPrefix("evaluations/") else { return (name, data) }
        let text = String(decoding: data, as: UTF8.self).replacing(/"seconds":[-+.e0-9]+/, with: "")
        return (name, Data(text.utf8))
      })
  }

  private func images(_ data: URL) throws -> [String: Data] {
    try contents(data.appendingPathComponent("diffss/images"))
  }

  /// One task is killed, one put back by `scontrol requeue`, one comes to its time limit: byte for byte the results of a single process.
  @Test func aSweepSurvivesWhatHappensToItsTasks() throws {
    let bench = try Bench()
    defer { bench.end() }
    let home = bench.program.home, words = ["--episodes", "24", "--condition", "mask,scribble", "--steps", "12", "--aux-shots", "2"]
    let together = home.appendingPathComponent("together"), alone = home.appendingPathComponent("alone")
    let submitted = try bench.run(
      ["cluster", "submit", "sweep"] + words + [
        "--tasks", "8", "--cpus", "1", "--time", "5", "--notice", "30", "--out", together.path, "--", "--comment=ours",
      ])
    #expect(submitted.status == 0 && submitted.standardOutput.contains("submitted 8 tasks"), "\(submitted.standardError)")
    let folder = URL(fileURLWithPath: try bench.status().folder)
    let job = try #require(submitted.standardOutput.split(whereSeparator: \.isWhitespace).last)

    let killed = try bench.stopped(2, of: folder)
    _ = try bench.stopped(4, of: folder)
    _ = try bench.stopped(7, of: folder)
    // Slurm wakes a process with each of its signals.
    #expect(kill(killed, SIGKILL) == 0)
    try bench.node.run("scontrol", "requeue", "\(job)_4")
    try bench.node.run("scontrol", "update", "JobId=\(job)_7", "EndTime=now+50")

    let half = try bench.status("seven tasks") { status in
      status.tasks.count { $0.stage == "finished" } == 7 && !status.tasks.contains { $0.stage == "running" }
    }
    #expect(half.tasks.filter { $0.stage != "finished" }.map(\.number) == [2] && half.tasks[1].stage == "lost")
    #expect(half.tasks[3].state?.starts == 2 && half.tasks[6].state?.starts == 2)
    let log = try String(contentsOf: folder.appendingPathComponent("logs/7.log"), encoding: .utf8)
    #expect(log.contains("its time limit is near, it goes on at its next start"), "\(log)")

    let partly = try bench.run(["cluster", "collect", "--resubmit"])
    #expect(
      partly.status == 1 && partly.standardOutput.contains("submitted 1 task as job"), "\(partly.standardOutput)\(partly.standardError)")
    #expect(!FileManager.default.fileExists(atPath: together.appendingPathComponent("sweep.json").path), "no figure before all is there")
    let again = try bench.run(["cluster", "submit", "sweep"] + words + ["--tasks", "8", "--cpus", "1", "--out", together.path])
    #expect(again.status == 0 && again.standardOutput.contains("nothing to submit"), "\(again.standardOutput)\(again.standardError)")

    let whole = try bench.status("all tasks") { $0.tasks.allSatisfy { $0.stage == "finished" } }
    #expect(whole.tasks[1].state?.starts == 2)
    let collected = try bench.run(["cluster", "collect"]), twice = try bench.run(["cluster", "collect"])
    #expect(collected.status == 0 && twice.status == 0, "\(collected.standardError)")
    #expect(twice.standardError.contains("collected 0 new images") && twice.standardOutput == collected.standardOutput)

    let data = home.appendingPathComponent("alone-data")
    let single = try bench.run(["sweep"] + words + ["--threads", "1", "--out", alone.path], ["XDG_DATA_HOME": data.path])
    #expect(single.status == 0 && single.standardOutput == collected.standardOutput, "\(single.standardError)")
    #expect(try contents(together) == contents(alone))
    #expect(try images(home.appendingPathComponent("data")) == images(data))
  }

  /// Supports into a folder, cancelled once; then exactly what `generate` writes.
  @Test func aGenerationIsWhatOneProcessWrites() throws {
    let bench = try Bench()
    defer { bench.end() }
    let home = bench.program.home, words = ["--limit", "6", "--shots", "2", "--steps", "12", "--condition", "scribble"]
    let together = home.appendingPathComponent("together"), alone = home.appendingPathComponent("alone")
    func submit() throws -> Program.Output {
      try bench.run(["cluster", "submit", "generate", "--tasks", "3", "--cpus", "1"] + words + ["--out", together.path])
    }
    #expect(try submit().status == 0)
    _ = try bench.stopped(3, of: URL(fileURLWithPath: bench.status().folder))
    let cancelled = try bench.run(["cluster", "cancel"])
    #expect(cancelled.status == 0 && cancelled.standardOutput.contains("cancelled"), "\(cancelled.standardError)")
    let ended = try bench.status("the end") { status in !status.tasks.contains { $0.stage == "running" || $0.stage == "waiting" } }
    #expect(ended.tasks[2].stage == "interrupted" && (ended.tasks[2].state?.images ?? 0) >= 1, "\(ended.tasks)")
    let early = try bench.run(["cluster", "collect"])
    #expect(early.status == 1 && early.standardError.contains("interrupted"), "\(early.standardError)")
    let more = try submit()
    #expect(more.status == 0 && more.standardOutput.contains("submitted"), "\(more.standardError)")
    _ = try bench.status("all tasks") { $0.tasks.allSatisfy { $0.stage == "finished" } }
    let collected = try bench.run(["cluster", "collect"])
    #expect(collected.status == 0, "\(collected.standardError)")
    #expect(
      try bench.run(
        ["generate"] + words + ["--threads", "1", "--out", alone.path], ["XDG_DATA_HOME": home.appendingPathComponent("other").path]
      ).status == 0)
    #expect(try contents(together) == contents(alone) && contents(alone).count == 18)
    #expect(try bench.run(["cluster", "collect"]).standardOutput.hasPrefix("collected 0 new images"))

    // Packed, they are an archive a task.
    let packed = home.appendingPathComponent("packed"), unpacked = home.appendingPathComponent("unpacked")
    let pack = words + ["--pack", "tar", "--tasks", "2", "--cpus", "1", "--out", packed.path]
    #expect(try bench.run(["cluster", "submit", "generate"] + pack).status == 0)
    _ = try bench.status("all tasks") { $0.tasks.count == 2 && $0.tasks.allSatisfy { $0.stage == "finished" } }
    #expect(try bench.run(["cluster", "collect"]).standardOutput.hasPrefix("collected 12 new images"))
    #expect(try bench.run(["cluster", "collect"]).standardOutput.hasPrefix("collected 0 new images"))
    let archives = try FileManager.default.contentsOfDirectory(atPath: packed.path).sorted()
    #expect(archives == ["supports-0001-of-0002.tar", "supports-0002-of-0002.tar"])
    try FileManager.default.createDirectory(at: unpacked, withIntermediateDirectories: true)
    for archive in archives {
      let tar = try bench.node.run("tar", "-C", unpacked.path, "-xf", packed.appendingPathComponent(archive).path)
      #expect(tar.isEmpty)
    }
    #expect(try contents(unpacked) == contents(alone))
  }

  /// What no task can do without is said by one, and the others do not begin.
  @Test func missingWeightsStopAll() throws {
    let bench = try Bench()
    defer { bench.end() }
    let models = bench.program.home.appendingPathComponent("models")
    try FileManager.default.copyItem(at: Golden.projectRoot.appendingPathComponent("Assets/demo"), to: models)
    let words = ["generate", "--tasks", "6", "--cpus", "1", "--array-limit", "1", "--limit", "6", "--shots", "1", "--steps", "2"]
    let choice = ["--model", models.appendingPathComponent("sd").path, "--out", bench.program.home.appendingPathComponent("out").path]
    let submitted = try bench.run(["cluster", "submit"] + words + choice + ["--", "--hold"])
    #expect(submitted.status == 0, "\(submitted.standardError)")
    try FileManager.default.removeItem(at: models)
    try bench.node.run("scontrol", "release", String(try #require(submitted.standardOutput.split(whereSeparator: \.isWhitespace).last)))
    let ended = try bench.status("the end") { status in
      status.stopped != nil && !status.tasks.contains { $0.stage == "running" || $0.stage == "waiting" }
    }
    #expect(ended.tasks.count { $0.stage == "failed" } == 1 && ended.tasks.count { $0.stage == "missing" } >= 4, "\(ended.tasks)")
    let text = try bench.run(["cluster", "status"])
    #expect(text.status == 1 && text.standardOutput.contains("stopped: task 1"), "\(text.standardOutput)")
  }

  /// Where the shared disk is full, that is said once, and what is finished stays whole.
  @Test(.enabled(if: getuid() == 0, "mounting needs root")) func aFullDiskStopsAll() throws {
    let bench = try Bench(), runs = bench.program.home.appendingPathComponent("runs")
    defer { bench.end() }
    try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
    try #require(mount("tmpfs", runs.path, "tmpfs", 0, "size=600k") == 0)
    defer { umount2(runs.path, Int32(MNT_DETACH)) }
    let words = [
      "cluster", "submit", "generate", "--tasks", "2", "--cpus", "1", "--limit", "20", "--shots", "2", "--steps", "2", "--runs", runs.path,
    ]
    let submitted = try bench.run(words + ["--out", bench.program.home.appendingPathComponent("out").path])
    #expect(submitted.status == 0, "\(submitted.standardError)")
    var status: Program.Output?
    try bench.node.wait(for: "the end") {
      status = try bench.run(["cluster", "status", "--runs", runs.path])
      return try bench.node.run("squeue", "-h").isEmpty
    }
    status = try bench.run(["cluster", "status", "--runs", runs.path])
    #expect(
      status?.standardOutput.contains("No space left on device") == true && status?.standardOutput.contains("stopped: task") == true,
      "\(status?.standardOutput ?? "")")
    let collected = try bench.run(["cluster", "collect", "--runs", runs.path])
    #expect(
      collected.status == 1 && !collected.standardOutput.hasPrefix("collected 0"), "\(collected.standardOutput)\(collected.standardError)")
  }

  /// What Slurm refuses, and where there is none.
  @Test func slurmsRefusalsAreTold() throws {
    let bench = try Bench()
    defer { bench.end() }
    let words = [
      "cluster", "submit", "generate", "--limit", "4", "--steps", "2", "--out", bench.program.home.appendingPathComponent("out").path,
    ]
    let partition = try bench.run(words + ["--partition", "nosuch"])
    #expect(partition.status == 2 && partition.standardError.contains("invalid partition specified: nosuch"), "\(partition.standardError)")
    #expect(partition.standardError.contains("hint: `sinfo`"))
    let none = try bench.run(words, ["PATH": "/nowhere"])
    #expect(none.status == 2 && none.standardError.contains("there is no `squeue` on this machine"), "\(none.standardError)")
    // Nothing is left of what was never handed over.
    let runs = bench.program.home.appendingPathComponent("runs")
    #expect(try bench.run(words, ["PATH": "/nowhere", "DIFFSS_RUNS": runs.path]).status == 2)
    #expect(try FileManager.default.contentsOfDirectory(atPath: runs.path) == [])
    let unknown = try bench.run(["cluster", "status", "zzz"])
    #expect(unknown.status == 2 && unknown.standardError.contains("no run zzz"), "\(unknown.standardError)")
    let options = try bench.run(words + ["--cpus", "0"])
    #expect(options.status == 2 && options.standardError.contains("--cpus must be"), "\(options.standardError)")
  }
}
