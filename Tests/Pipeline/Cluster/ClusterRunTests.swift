import Cluster
import Core
import Foundation
import Generation
import TestSupport
import Testing

/// A run's folder: what is in it, who may work on it, what is made of it beside Slurm's answers.
@Suite struct ClusterRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(tasks: Int = 4, words: [String] = ["--out", "a b"]) throws -> ClusterRun {
    try ClusterRun(
      creating: ClusterPlan(.generate, words: words, directory: folder.url.path, tasks: tasks, threads: 2), in: folder.file("runs"))
  }

  @Test func theSamePlanIsTheSameRun() throws {
    let run = try run(), again = try self.run(), other = try self.run(tasks: 5)
    #expect(run == again && run.folder != other.folder && run.folder.lastPathComponent == run.name)
    let runs = ClusterRuns(folder.file("runs"))
    #expect(Set(runs.names) == [run.name, other.name])
    #expect(try runs.run(String(run.name.prefix(8))) == run && ClusterRun(run.folder) == run)
    #expect(throws: ClusterError.self) { try runs.run("zzz") }
    #expect(throws: ClusterError.self) { try runs.run("") }
    #expect(throws: ClusterError.self) { try ClusterRuns(folder.file("none")).run(nil) }
  }

  @Test func aChangedOrForeignPlanIsRefused() throws {
    let run = try run(), file = run.folder.appendingPathComponent("plan.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    func reading(_ text: String) throws -> ClusterError? {
      try Data(text.utf8).write(to: file)
      do { _ = try ClusterRun(run.folder) } catch let error as ClusterError { return error } catch is CoreError {}
      return nil
    }
    #expect(try reading(text.replacingOccurrences(of: "a b", with: "c")) == .changedPlan(folder: run.folder.path))
    #expect(
      try reading(text.replacingOccurrences(of: ProgramVersion.current, with: "0.0.1"))
        == .otherVersion(folder: run.folder.path, version: "0.0.1"))
    #expect(try reading(#"{"version":"9.9","something":"else"}"#) == .otherVersion(folder: run.folder.path, version: "9.9"))
    #expect(throws: CoreError.self) {
      try Data("{".utf8).write(to: file)
      _ = try ClusterRun(run.folder)
    }
  }

  @Test func oneProcessWorksOnATask() throws {
    let run = try run()
    func begin(_ number: Int) throws -> ClusterTask { try ClusterTask(run, number: number, node: "n1", job: "7_\(number)") }
    do {
      let task = try begin(2)
      #expect(throws: ClusterError.taskIsTaken(number: 2, by: "n1, process \(getpid())")) { try begin(2) }
      #expect(throws: ClusterError.noSuchTask(number: 5, count: 4)) { try begin(5) }
      task.take(SupportRunEvent.begun(images: 10, leftOut: 0))
      for number in 0..<4 {
        task.take(.ended(SupportOutcome(name: "\(number).png", images: 1, result: .generated, request: nil, key: nil)))
      }
      task.take(.ended(SupportOutcome(name: "4.png", images: 1, result: .failed(CancellationError()), request: nil, key: nil)))
      #expect(try task.interrupt() == .interrupted(gained: true))
      let state = try #require(run.state(2))
      #expect(
        state.stage == .interrupted && state.done == 5 && state.of == 10 && state.images == 4 && state.failures == 1 && state.starts == 1)
      withExtendedLifetime(task) {}
    }
    let task = try begin(2)
    #expect(run.state(2)?.starts == 2 && run.state(2)?.stage == .running)
    #expect(try task.interrupt() == .interrupted(gained: false))
    #expect(try task.finish() == .finished(failures: 0), "the next start tries again what failed")
  }

  @Test func whatConcernsAllStopsAll() throws {
    let run = try run(), first = try ClusterTask(run, number: 1, node: "n1", job: nil)
    first.fail(GenerationError.engineLost(engine: "e", reason: "r", lastWords: nil))
    #expect(run.stop == nil && run.state(1)?.stage == .failed, "an engine is one machine's")
    first.fail(GenerationError.modelMissing(what: "Stable Diffusion", searched: ["/models"]))
    let stop = try #require(run.stop)
    #expect(stop.task == 1 && stop.error == "no Stable Diffusion found" && stop.hint?.contains("/models") == true)
    #expect(throws: ClusterError.stopped(task: 1, reason: stop.error, hint: stop.hint)) {
      try ClusterTask(run, number: 2, node: "n2", job: nil)
    }
    try run.set(nil)
    _ = try ClusterTask(run, number: 2, node: "n2", job: nil)
  }

  @Test func statusTellsTasksByTheirWordsAndSlurms() throws {
    let run = try run(tasks: 7)
    for (number, stage) in [
      (1, TaskState.Stage.finished), (2, .running), (3, .running), (4, .interrupted), (5, .interrupted), (6, .failed),
    ] {
      var state = TaskState(plan: run.hash, stage: stage, unit: "images", node: "n\(number)", job: "9_\(number)")
      (state.fraction, state.images, state.seconds, state.time) = (0.5, 5, 10, Date().timeIntervalSince1970 - (number == 6 ? 3600 : 0))
      if stage == .failed { state.error = "no weights" }
      try run.write(state, number)
    }
    try FileManager.default.createDirectory(at: run.logs, withIntermediateDirectories: true)
    try Data("one\ntwo\rthree \u{1B}[31mred\n".utf8).write(to: run.log(3))
    let queue = SlurmQueue("9|2|RUNNING|None\n9|4|PENDING|BeginTime\nnonsense\n9|7|PENDING|PartitionTimeLimit\n")
    let status = ClusterStatus(run, queue)
    #expect(status.tasks.map(\.stage) == [.finished, .running, .lost, .waiting, .interrupted, .failed, .waiting])
    #expect(
      status.tasks[3].slurm == "PENDING (BeginTime)" && status.tasks[2].lines == ["one", "three  [31mred"], "\(status.tasks[2].lines)")
    #expect(status.incomplete == [3, 5, 6] && !status.isOver && !status.isCollectable && status.images == 30)
    #expect(status.imageRate == 0.5 && status.secondsLeft != nil)
    #expect(
      status.remarks.contains { $0.contains("the clock of n6 is 3600 s behind") }
        && status.remarks.contains { $0.contains("PartitionTimeLimit") })
    // Without Slurm nobody can tell a task that runs from one that was lost.
    #expect(ClusterStatus(run, nil).tasks.map(\.stage) == [.finished, .unknown, .unknown, .unknown, .unknown, .failed, .unknown])
    #expect(ClusterStatus(run, SlurmQueue("")).tasks.last?.stage == .missing)
  }

  @Test(
    arguments: [
      ("5", 300), ("5:30", 330), ("2:00:00", 7200), ("1-12", 129_600), ("1-0:30", 88_200), ("0-0:0:7", 7), ("", nil), ("x", nil),
      ("1-", nil), ("-5", nil),
      ("1:2:3:4", nil), ("99999999999999999999", nil),
    ] as [(String, Int?)])
  func timesAreSlurms(text: String, seconds: Int?) { #expect(SlurmOptions.seconds(text) == seconds) }

  @Test func slurmIsAskedForWhatWasSaid() throws {
    let run = try run()
    var options = SlurmOptions()
    (options.partition, options.cpus, options.arrayLimit, options.further) = ("gpu", 4, 2, ["--constraint=a100"])
    let words = options.arguments(for: run, tasks: [7, 1, 2, 3, 9])
    #expect(words.contains("--array=1-3,7,9%2") && words.contains("--partition=gpu") && words.contains("--cpus-per-task=4"))
    #expect(words.contains("--signal=B:USR1@300") && words.suffix(2) == ["--constraint=a100", run.script.path])
    #expect(!words.contains { $0.hasPrefix("--time") })
  }
}
