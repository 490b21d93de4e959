import ArgumentParser
import Cluster
import Core
@preconcurrency import Dispatch
import Evaluation
import Foundation
import Generation
import Models
import Pipeline
import Synchronization

/// What every task of a job array executes; by hand too, on a machine without Slurm.
struct ClusterRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Work on one task of a run: what the job array executes.",
    discussion: """
      SIGUSR1 lets the images under way end, begins no further one and has Slurm start the task again; SIGTERM ends it at its next step. Either way the next \
      start goes on there.
      """)

  @Option(help: "The run: its folder, its name or the first letters of it.")
  var run: String

  @Option(help: "The task's number; $SLURM_ARRAY_TASK_ID when absent.")
  var task: Int?

  @OptionGroup var runs: RunsOption

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    guard let number = task ?? environment["SLURM_ARRAY_TASK_ID"].flatMap(Int.init) else {
      throw ValidationError("give --task: SLURM_ARRAY_TASK_ID is not set")
    }
    let chosen = try runs.folder.run(run)
    // The last task of an array has the array's own number as its job: only this name means it alone.
    let job = environment["SLURM_ARRAY_JOB_ID"].map { "\($0)_\(number)" }
    let task = try ClusterTask(chosen, number: number, node: environment["SLURMD_NODENAME"] ?? ProcessInfo.processInfo.hostName, job: job)
    do {
      let signals = TaskSignals(task.stop)
      try chosen.enterDirectory()
      let given = environment["SLURM_CPUS_PER_TASK"] ?? environment["SLURM_CPUS_ON_NODE"]
      if let threads = chosen.plan.threads ?? given.flatMap(Int.init) { Compute.threads = max(1, min(threads, 64)) }
      switch try await work(on: task) {
      case .finished(let failures):
        print("task \(number): done" + (failures > 0 ? ", \(failures) could not be made" : ""))
        if failures > 0 { throw ExitStatus.someFailed }
      case .interrupted(let gained):
        guard signals.isNearLimit, let job else { throw ExitStatus.interrupted }
        guard gained else { throw ClusterError.limitTooShort }
        print("task \(number): its time limit is near, it goes on at its next start")
        try ClusterRun.requeue(job: job)
      }
    } catch let status as ExitStatus {
      throw status
    } catch {
      task.fail(error)
      throw error
    }
  }

  private func work(on task: ClusterTask) async throws -> ClusterTask.End {
    let plan = task.run.plan
    do {
      switch plan.command {
      case .generate: return try await generate(try GenerateCommand.parse(plan.words), task)
      case .evaluate:
        let command = try EvaluateCommand.parse(plan.words)
        try command.runtime.apply(logs: task.run.task(task.number))
        let workbench = try command.workbench(store: Store(folder: task.run.store(task.number)))
        return try await evaluate(try await command.plans(workbench), workbench, task)
      case .sweep:
        let command = try SweepCommand.parse(plan.words)
        try command.runtime.apply(logs: task.run.task(task.number))
        let workbench = try command.workbench(store: Store(folder: task.run.store(task.number)))
        return try await evaluate(try await command.sweepPlan(workbench).evaluations, workbench, task)
      }
    } catch is CancellationError {
      return try task.interrupt()
    }
  }

  /// The store is the machine's own, for as long as the task runs: the images are kept in the task's folder, each once.
  private func generate(_ command: GenerateCommand, _ task: ClusterTask) async throws -> ClusterTask.End {
    try command.runtime.apply(logs: task.run.task(task.number))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "diffss-\(task.run.name)-\(task.number)-\(getpid())", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try Store(folder: folder), workbench = try command.workbench(store: store)
    var run = try await command.supportRun(workbench)
    run.shard = task.shard
    try await workbench.generate(
      run, into: command.list.pack.output(creating: task.run.out(task.number), shard: task.shard), stop: task.stop
    ) { event in
      if case .ended(let outcome) = event {
        if let key = outcome.key { unlink(store.file(key).path) }
        if case .failed(let error) = outcome.result { printError("error: \(PlainText.clean("\(outcome.name): \(error)"))") }
      }
      task.take(event)
    }
    return try task.finish()
  }

  private func evaluate(_ plans: [EvaluationPlan], _ workbench: Workbench, _ task: ClusterTask) async throws -> ClusterTask.End {
    let store = workbench.store
    @Sendable func images() -> Int { (try? store.imageCount()) ?? 0 }
    do {
      let failures = try await workbench.evaluateParts(plans, task.shard, stop: task.stop) { task.take($0, images: images()) }
      return try task.finish(failures: failures, images: images())
    } catch is CancellationError {
      return try task.interrupt(images: images())
    }
  }
}

/// Turns Slurm's signals into a task's stop flag: SIGUSR1 before the time limit, SIGTERM (and Ctrl-C) where the task must go.
private final class TaskSignals: Sendable {
  private let source: any DispatchSourceSignal
  private let nearLimit = Mutex(false)

  init(_ stop: StopFlag) {
    signal(SIGUSR1, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGUSR1, queue: .global())
    source.setEventHandler { [unowned self] in
      nearLimit.withLock { $0 = true }
      printError("the time limit is near: no further image is begun")
      stop.setAfterThis()
    }
    source.resume()
    Interrupt.shared.onRequest { stop.set() }
  }

  /// Whether the time limit is why the work ended.
  var isNearLimit: Bool { nearLimit.withLock { $0 } && !Interrupt.shared.isRequested }

  deinit { source.cancel() }
}
