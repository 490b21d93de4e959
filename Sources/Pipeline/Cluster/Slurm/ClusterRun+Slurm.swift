import Core
import Foundation

extension ClusterRun {
  /// What Slurm runs: this program, in the place of the shell, so that Slurm's signals reach it.
  func scriptText(program: String) -> String {
    """
    #!/bin/sh
    # A task of the run in this folder: its number is $SLURM_ARRAY_TASK_ID.
    exec \(Self.quoted(program)) cluster run --run \(Self.quoted(folder.path))

    """
  }

  private static func quoted(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'" }

  /// Submits the tasks that have ended and are not whole, or were never begun, as one job array and notes it; nil when there are none.
  ///
  /// `program` is this program, by a path that every node knows. Throws `ClusterError.isBeingSubmitted`, `.noSlurm` or `.refused`, then nothing was
  /// submitted, and `CoreError.cannotWrite`.
  public func submitMissing(_ options: SlurmOptions, program: String) throws -> Submission? {
    guard let lock = try FileLock.take(folder.appendingPathComponent("submit.lock"), holder: "process \(getpid())") else {
      throw ClusterError.isBeingSubmitted(run: name)
    }
    defer { withExtendedLifetime(lock) {} }
    // Without Slurm's answer nobody knows which are in its queue.
    let missing = ClusterStatus(self, try SlurmQueue(of: self), lines: 0).incomplete
    return missing.isEmpty ? nil : try submit(missing, options, program: program)
  }

  private func submit(_ tasks: [Int], _ options: SlurmOptions, program: String) throws -> Submission {
    try AtomicFile.write(Data(scriptText(program: program).utf8), to: script)
    try set(nil)
    let answer: String
    do { answer = try SlurmProgram.run("sbatch", options.arguments(for: self, tasks: tasks)) } catch {
      // Where the controller is slow `sbatch` gives up, and the tasks come into the queue all the same.
      guard let job = try? SlurmQueue(of: self).entries.first(where: { tasks.contains($0.key) })?.value.job else { throw error }
      answer = job
    }
    // With several clusters it prints the number and the cluster's name.
    let job = answer.prefix { $0 != ";" && !$0.isWhitespace }
    guard !job.isEmpty, job.allSatisfy(\.isASCII), job.allSatisfy(\.isNumber) else {
      throw ClusterError.refused(program: "sbatch", reason: "it answered \(PlainText.clean(String(answer.prefix(80))))")
    }
    let submission = Submission(job: String(job), tasks: tasks, options: options)
    try add(submission)
    return submission
  }

  /// Takes its tasks out of Slurm's queue, unless only those that wait are meant. Returns how many there were.
  /// Throws `ClusterError.noSlurm` or `.refused`.
  @discardableResult
  public func cancel(waitingOnly: Bool = false) throws -> Int {
    let entries = try SlurmQueue(of: self).entries.filter { !waitingOnly || $0.value.state == "PENDING" }
    guard !entries.isEmpty else { return 0 }
    let names = entries.sorted { $0.key < $1.key }.map { "\($0.value.job)_\($0.key)" }
    for start in stride(from: 0, to: names.count, by: 500) {
      _ = try SlurmProgram.run("scancel", Array(names[start..<min(start + 500, names.count)]))
    }
    return names.count
  }

  /// Has Slurm start a task again, at whose end this process is. Throws `ClusterError.noSlurm` or `.refused`.
  public static func requeue(job: String) throws { _ = try SlurmProgram.run("scontrol", ["requeue", job]) }
}
