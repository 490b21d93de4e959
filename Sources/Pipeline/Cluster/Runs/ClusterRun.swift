import Core
import Foundation
import Render

/// The folder of a run on a cluster, which every node reads and which holds all there is to know of it:
///
/// - `plan.json`: the plan, whose hash is the folder's name and in every task's state;
/// - `job.sh` and `submissions.jsonl`: what Slurm runs, and what was submitted when;
/// - `tasks/NNNN/`: a task's `state.json`, its results (`out` of a generation, `store` of an evaluation) and its lock;
/// - `logs/N.log`: what Slurm kept of a task's output;
/// - `stop.json`: what one task found that concerns all.
public struct ClusterRun: Hashable, Sendable {
  public let folder: URL
  public let plan: ClusterPlan
  /// `ClusterPlan.hash`.
  public let hash: String

  /// The length of the names of folders and jobs.
  private static let nameLength = 12

  /// Its short name, with which Slurm's jobs are named too.
  public var name: String { String(hash.prefix(Self.nameLength)) }
  public var jobName: String { "diffss-\(name)" }

  /// Finds or makes the run of a plan in a folder of runs. Throws `CoreError.cannotWrite`, and what reading one that is there does.
  public init(creating plan: ClusterPlan, in runs: URL) throws {
    let hash = try plan.hash()
    self.init(folder: runs.appendingPathComponent(String(hash.prefix(Self.nameLength)), isDirectory: true), plan: plan, hash: hash)
    for folder in [logs, tasksFolder] { try AtomicFile.createFolder(folder) }
    if FileManager.default.fileExists(atPath: planFile.path) {
      _ = try ClusterRun(self.folder)
    } else {
      try AtomicFile.write(CanonicalJSON.data(plan), to: planFile)
    }
  }

  /// Takes the folder away again of a run of which nothing was ever handed to Slurm.
  public func discardUnlessSubmitted() {
    // It is written before the tasks are handed over, which may be in the queue though Slurm did not say so.
    guard !FileManager.default.fileExists(atPath: script.path), submissions.isEmpty else { return }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Reads a run. Throws `CoreError.unreadableFile`, `.malformedFile`, `ClusterError.changedPlan` where the plan is not the folder's, and
  /// `.otherVersion`.
  public init(_ folder: URL) throws {
    let file = Self.planFile(in: folder)
    let data: Data
    do { data = try Data(FileBytes.read(file, limit: Self.mostBytes)) } catch let error as any Explained {
      throw CoreError.unreadableFile(path: file.path, reason: error.ownReason)
    }
    guard let plan = try? JSONDecoder().decode(ClusterPlan.self, from: data), (1...ClusterPlan.mostTasks).contains(plan.tasks) else {
      // A plan of another version may hold other things.
      if let version = try? JSONDecoder().decode(Version.self, from: data).version, version != ProgramVersion.current {
        throw ClusterError.otherVersion(folder: folder.path, version: PlainText.clean(version))
      }
      throw CoreError.malformedFile(path: file.path, reason: "it is no plan of `diffss cluster submit`")
    }
    guard plan.version == ProgramVersion.current else {
      throw ClusterError.otherVersion(folder: folder.path, version: PlainText.clean(plan.version))
    }
    let hash = try plan.hash()
    guard folder.lastPathComponent == hash.prefix(Self.nameLength) else { throw ClusterError.changedPlan(folder: folder.path) }
    self.init(folder: folder, plan: plan, hash: hash)
  }

  private init(folder: URL, plan: ClusterPlan, hash: String) {
    self.folder = folder
    self.plan = plan
    self.hash = hash
  }

  private struct Version: Decodable {
    let version: String
  }

  static let mostBytes = 1 << 24

  private static func planFile(in folder: URL) -> URL { folder.appendingPathComponent("plan.json") }
  private var planFile: URL { Self.planFile(in: folder) }
  private var tasksFolder: URL { folder.appendingPathComponent("tasks", isDirectory: true) }

  // MARK: Its files

  public var script: URL { folder.appendingPathComponent("job.sh") }
  public var logs: URL { folder.appendingPathComponent("logs", isDirectory: true) }

  /// The folder of a task, 1....
  public func task(_ number: Int) -> URL {
    let text = "\(number)"
    return tasksFolder.appendingPathComponent(String(repeating: "0", count: max(0, 4 - text.count)) + text, isDirectory: true)
  }

  /// Where a task of a generation puts its images, as `generate --out` does.
  public func out(_ number: Int) -> URL { task(number).appendingPathComponent("out", isDirectory: true) }

  /// The data folder of a task of an evaluation.
  public func store(_ number: Int) -> URL { task(number).appendingPathComponent("store", isDirectory: true) }

  /// What Slurm kept of a task's output; all its starts are in it.
  public func log(_ number: Int) -> URL { logs.appendingPathComponent("\(number).log") }

  /// How far a task is; nil before it first started, and where that cannot be read.
  public func state(_ number: Int) -> TaskState? { read(TaskState.self, stateFile(number)).flatMap { $0.plan == hash ? $0 : nil } }

  /// Throws `CoreError.cannotWrite`.
  public func write(_ state: TaskState, _ number: Int) throws { try AtomicFile.write(CanonicalJSON.data(state), to: stateFile(number)) }

  /// How far the clock of the node that wrote a task's state is ahead of the file system's, seconds; nil before it first started.
  public func clockError(_ number: Int) -> Double? {
    guard let state = state(number) else { return nil }
    let stamp = FileStamp(of: stateFile(number).path)
    return stamp.isThere ? state.time - Double(stamp.time) * 1e-9 : nil
  }

  private func stateFile(_ number: Int) -> URL { task(number).appendingPathComponent("state.json") }

  private func read<T: Decodable>(_ type: T.Type, _ file: URL) -> T? {
    (try? FileBytes.read(file, limit: Self.mostBytes)).flatMap { try? JSONDecoder().decode(type, from: Data($0)) }
  }

  // MARK: What concerns all tasks

  /// What one task found that no task can do without.
  public struct Stop: Codable, Hashable, Sendable {
    public let task: Int
    public let error: String
    public let hint: String?

    public init(task: Int, error: String, hint: String?) {
      self.task = task
      self.error = error
      self.hint = hint
    }
  }

  /// Why no task goes on; nil while they may.
  public var stop: Stop? { read(Stop.self, stopFile) }

  /// Lets no task go on, or lets them again. Throws `CoreError.cannotWrite`.
  public func set(_ stop: Stop?) throws {
    if let stop { try AtomicFile.write(CanonicalJSON.data(stop), to: stopFile) } else { unlink(stopFile.path) }
  }

  private var stopFile: URL { folder.appendingPathComponent("stop.json") }

  // MARK: Submissions

  /// A job array that was submitted.
  public struct Submission: Codable, Hashable, Sendable {
    /// Slurm's number of it.
    public let job: String
    /// The tasks in it.
    public let tasks: [Int]
    /// What Slurm was asked for.
    public let options: SlurmOptions

    public init(job: String, tasks: [Int], options: SlurmOptions) {
      self.job = job
      self.tasks = tasks
      self.options = options
    }
  }

  /// In the order submitted; a line that was cut off is passed over.
  public var submissions: [Submission] {
    let lines = ((try? FileBytes.read(submissionsFile, limit: Self.mostBytes)) ?? []).split(separator: UInt8(ascii: "\n"))
    return lines.compactMap { try? JSONDecoder().decode(Submission.self, from: Data($0)) }
  }

  /// Throws `CoreError.cannotWrite`.
  public func add(_ submission: Submission) throws {
    let lines = try (submissions + [submission]).map { try CanonicalJSON.text($0) + "\n" }
    try AtomicFile.write(Data(lines.joined().utf8), to: submissionsFile)
  }

  private var submissionsFile: URL { folder.appendingPathComponent("submissions.jsonl") }
}

extension ClusterPlan {
  /// The most tasks of a run.
  public static let mostTasks = 100_000
}
