import Core
import Foundation

/// How far a run is: what its tasks say of themselves beside what Slurm's queue says of them.
public struct ClusterStatus: Codable, Hashable, Sendable {
  /// Where a task is.
  public enum Stage: String, CaseIterable, Codable, Sendable {
    case finished
    /// Its process works.
    case running
    /// In Slurm's queue.
    case waiting
    /// It ended before all was done, and nobody will start it again.
    case interrupted
    /// It could not go on, and said why.
    case failed
    /// It ended without a word: killed, out of memory, its machine gone.
    case lost
    /// It was never begun and is not in the queue.
    case missing
    /// Slurm does not answer, and the task has not ended.
    case unknown

    /// Whether it has ended and is not whole.
    public var needsResubmission: Bool { [.interrupted, .failed, .lost, .missing].contains(self) }
  }

  /// A task's line.
  public struct Task: Codable, Hashable, Sendable {
    public let number: Int
    public let stage: Stage
    /// What it said last; nil before it first started.
    public let state: TaskState?
    /// Slurm's word and reason, while it is in the queue.
    public let slurm: String?
    /// The last lines of its output, where it needs to be looked at.
    public let lines: [String]
  }

  public let run: String
  public let folder: String
  public let command: ClusterPlan.Command
  public let tasks: [Task]
  /// What one task found that concerns all.
  public let stopped: String?
  /// What is to be known beside: Slurm that does not answer, clocks that differ.
  public let remarks: [String]

  /// Asks the tasks' folders and Slurm. `lines` are those of a failed task's output that are told.
  public init(_ run: ClusterRun, lines: Int = 5) {
    var remarks: [String] = [], queue: SlurmQueue?
    do { queue = try SlurmQueue(of: run) } catch { remarks.append("tasks are told by their own words alone: \(error)") }
    self.init(run, queue, remarks: remarks, lines: lines)
  }

  /// The same with an answer of Slurm's that was had before; nil where it gave none.
  public init(_ run: ClusterRun, _ queue: SlurmQueue?, remarks: [String] = [], lines: Int = 5) {
    self.run = run.name
    folder = run.folder.path
    command = run.plan.command
    stopped = run.stop.map { "task \($0.task): \($0.error)" + ($0.hint.map { " (\($0))" } ?? "") }
    var remarks = remarks, clocks: [String: Double] = [:]
    tasks = (1...run.plan.tasks).map { number in
      let state = run.state(number), entry = queue?.entries[number]
      let stage = Self.stage(state, entry, isAnswered: queue != nil)
      if let state, let error = run.clockError(number), abs(error) >= Self.toleratedClock { clocks[state.node] = error }
      let isBad = stage == .failed || stage == .lost || state?.failures ?? 0 > 0
      return Task(
        number: number, stage: stage, state: state, slurm: entry.map { $0.reason == "None" ? $0.state : "\($0.state) (\($0.reason))" },
        lines: isBad ? Self.last(lines, of: run.log(number)) : [])
    }
    for (node, error) in clocks.sorted(by: { $0.key < $1.key }) {
      remarks.append(
        "the clock of \(PlainText.clean(node)) is \(Int(abs(error).rounded())) s \(error > 0 ? "ahead of" : "behind") the file system's: paces and results are not touched, times in logs and files are"
      )
    }
    let hopeless = queue?.entries.values.filter(\.neverStarts) ?? []
    if let first = hopeless.map(\.reason).min() {
      remarks.append(
        "\(hopeless.count) tasks wait for what does not come by itself (\(first)): ask for less, with `scontrol update`, or cancel and submit again"
      )
    }
    self.remarks = remarks
  }

  /// Seconds by which clocks may differ unnoticed; a state is written and named within a few.
  private static let toleratedClock = 30.0

  private static func stage(_ state: TaskState?, _ entry: SlurmQueue.Entry?, isAnswered: Bool) -> Stage {
    if state?.stage == .finished { return .finished }
    if let entry { return entry.state == "PENDING" ? .waiting : .running }
    guard isAnswered else { return state?.stage == .failed ? .failed : .unknown }
    switch state?.stage {
    case .running: return .lost
    case .interrupted: return .interrupted
    case .failed: return .failed
    case .finished: return .finished
    case nil: return .missing
    }
  }

  /// The last lines of a file, clean.
  private static func last(_ count: Int, of file: URL) -> [String] {
    guard count > 0, let handle = try? FileHandle(forReadingFrom: file), let size = try? handle.seekToEnd() else { return [] }
    defer { try? handle.close() }
    try? handle.seek(toOffset: size > 8192 ? size - 8192 : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    // A progress line overwrites itself.
    let lines = text.replacingOccurrences(of: "\r\n", with: "\n").split(separator: "\n").compactMap { $0.split(separator: "\r").last }
    return lines.suffix(count).map { PlainText.clean(String($0.prefix(400))) }
  }
}

extension ClusterStatus {
  /// Numbers of tasks, by where they are; only of those that there are.
  public var counts: [(stage: Stage, count: Int)] {
    Stage.allCases.compactMap { stage in
      let count = tasks.count { $0.stage == stage }
      return count > 0 ? (stage, count) : nil
    }
  }

  /// Images that are ready.
  public var images: Int { tasks.reduce(0) { $0 + ($1.state?.images ?? 0) } }

  /// Images a second of all tasks that run; nil while none has made one.
  public var imageRate: Double? {
    let rates = tasks.filter { $0.stage == .running }.compactMap { $0.state?.imageRate }
    return rates.isEmpty ? nil : rates.reduce(0, +)
  }

  /// The part of the whole that is done, 0...1.
  public var fraction: Double { tasks.reduce(0) { $0 + ($1.state?.fraction ?? 0) } / Double(max(tasks.count, 1)) }

  /// Seconds until all is done with as many tasks at work as now, by the pace of their last start; nil while that cannot be told.
  public var secondsLeft: Double? {
    let paces = tasks.filter { $0.stage == .running }.compactMap { task -> Double? in
      guard let state = task.state, state.seconds > 0, state.fraction > state.fractionBefore else { return nil }
      return (state.fraction - state.fractionBefore) / state.seconds
    }
    let left = tasks.reduce(0) { $0 + (1 - ($1.stage == .finished ? 1 : $1.state?.fraction ?? 0)) }
    guard left > 0, !paces.isEmpty else { return nil }
    // The slowest of those at work may be the last, however many there are.
    let slowest = tasks.filter { $0.stage == .running }.compactMap { $0.state?.secondsLeft }.max() ?? 0
    return max(left / paces.reduce(0, +), slowest)
  }

  /// Whether every task is whole.
  public var isComplete: Bool { tasks.allSatisfy { $0.stage == .finished && ($0.state?.failures ?? 0) == 0 } }

  /// Whether every task is done, though some things could not be made.
  public var isCollectable: Bool { tasks.allSatisfy { $0.stage == .finished } }

  /// Whether nothing more will happen by itself.
  public var isOver: Bool { !tasks.contains { [.running, .waiting, .unknown].contains($0.stage) } }

  /// Tasks that have ended and are not whole.
  public var incomplete: [Int] {
    tasks.filter { $0.stage.needsResubmission || $0.stage == .finished && ($0.state?.failures ?? 0) > 0 }.map(\.number)
  }
}
