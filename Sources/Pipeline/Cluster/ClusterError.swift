import Core

/// What can go wrong with runs on a cluster; each case carries the facts.
public enum ClusterError: Explained, Hashable, Sendable {
  /// Slurm's program is not on this machine.
  case noSlurm(program: String)
  /// Slurm refused, or did not answer.
  case refused(program: String, reason: String)
  /// No run of that name, or several.
  case unknownRun(name: String, folder: String, known: [String])
  /// A run's folder by another version of the program, whose results may differ.
  case otherVersion(folder: String, version: String)
  /// A run's plan is not what its tasks were submitted with.
  case changedPlan(folder: String)
  /// A task number that the plan does not have.
  case noSuchTask(number: Int, count: Int)
  /// Another process works on the task.
  case taskIsTaken(number: Int, by: String)
  /// Another process submits the run's tasks.
  case isBeingSubmitted(run: String)
  /// A whole time limit brought a task no further.
  case limitTooShort
  /// A task found what concerns all of them.
  case stopped(task: Int, reason: String, hint: String?)
  /// An image that no task has made.
  case notMade(key: String)

  public var message: String {
    switch self {
    case .noSlurm(let program): "there is no `\(program)` on this machine"
    case .refused(let program, let reason): "\(program): \(reason)"
    case .unknownRun(let name, let folder, let known):
      name.isEmpty
        ? "there is no run in \(folder)" : known.count > 1 ? "several runs are called \(name)" : "there is no run \(name) in \(folder)"
    case .otherVersion(let folder, let version): "\(folder) was made by diffss \(version), this is \(ProgramVersion.current)"
    case .changedPlan(let folder): "the plan in \(folder) was changed after it was submitted"
    case .noSuchTask(let number, let count): "there is no task \(number): the plan has tasks 1 to \(count)"
    case .taskIsTaken(let number, let by): "task \(number) is being worked on by \(by)"
    case .isBeingSubmitted(let run): "run \(run) is being submitted by another process"
    case .limitTooShort: "nothing was finished within the time limit: the next start would come no further"
    case .stopped(let task, let reason, _): "task \(task) found what concerns all tasks: \(reason)"
    case .notMade(let key): "no task has made image \(key)"
    }
  }

  public var hint: String? {
    switch self {
    case .noSlurm: "run this on a node of the cluster from which jobs are submitted, with Slurm's programs in PATH"
    case .refused("sbatch", let reason):
      reason.contains("array specification")
        ? "Slurm takes no more tasks in one array: `scontrol show config | grep MaxArraySize`; give fewer --tasks"
        : "`sinfo` lists partitions and their limits; give others with --partition, --account, --time, --gres, --mem"
    case .refused("squeue", _):
      "is this a node from which jobs are submitted, and Slurm's controller up? `sinfo` tells; --dry-run needs neither"
    case .refused: nil
    case .unknownRun(_, _, let known):
      known.isEmpty
        ? "give its folder, or submit one with: diffss cluster submit"
        : "give more of its name or its folder; there are: \(known.joined(separator: " "))"
    case .otherVersion: "collect it with that version, or submit the same again with this one: it gets a folder of its own"
    case .changedPlan: "submit the command again: it gets a folder of its own"
    case .noSuchTask: nil
    case .taskIsTaken: "wait for it to end; where that process is gone, its file system may hold the lock for some minutes"
    case .isBeingSubmitted: "wait for it to end"
    case .limitTooShort: "submit it again with a longer --time, or a shorter --notice"
    case .stopped(_, _, let hint): hint
    case .notMade: "submit what is missing with: diffss cluster collect --resubmit"
    }
  }
}
