import Core

/// What Slurm's queue holds of a run. A task that has ended is not in it.
public struct SlurmQueue: Sendable {
  /// A task in the queue.
  public struct Entry: Hashable, Sendable {
    /// Number of the job array.
    public let job: String
    /// In Slurm's words: `PENDING`, `RUNNING`, `COMPLETING`, ....
    public let state: String
    /// Why it waits, in Slurm's words.
    public let reason: String

    /// Whether it waits for what does not come by itself: Slurm takes such tasks and never starts them.
    public var neverStarts: Bool { state == "PENDING" && Self.hopeless.contains { reason.hasPrefix($0) } }

    private static let hopeless = [
      "PartitionTimeLimit", "PartitionNodeLimit", "PartitionConfig", "BadConstraints", "DependencyNeverSatisfied", "InvalidAccount",
      "InvalidQOS", "JobHeld",
    ]
  }

  /// By the tasks' numbers.
  public let entries: [Int: Entry]

  /// Asks Slurm. Throws `ClusterError.noSlurm` or `.refused`.
  public init(of run: ClusterRun) throws {
    self.init(try SlurmProgram.run("squeue", ["--noheader", "--array", "--name=\(run.jobName)", "--format=%F|%K|%T|%r"]))
  }

  /// From the lines that `squeue` prints: number of the array, of the task, state, reason, between bars.
  public init(_ text: String) {
    var entries: [Int: Entry] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false).map { PlainText.clean(String($0)) }
      guard parts.count == 4, let task = Int(parts[1]) else { continue }
      let entry = Entry(job: parts[0], state: parts[2], reason: parts[3])
      // One that ends may be there beside the same task submitted anew.
      if entries[task] == nil || entry.state != "COMPLETING" { entries[task] = entry }
    }
    self.entries = entries
  }
}
