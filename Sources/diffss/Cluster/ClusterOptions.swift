import ArgumentParser
import Cluster
import Core
import Foundation

/// What Slurm is asked for, and how the work is cut.
struct ClusterOptions: ParsableArguments {
  @Option(help: "Tasks that the work is cut into; by supports of the data set, or by the episodes' supports.")
  var tasks: Int = 16

  @Option(help: "Slurm's partition.")
  var partition: String?

  @Option(help: "Slurm's account.")
  var account: String?

  @Option(help: ArgumentHelp("Time limit of a task, as Slurm writes it: minutes, or days-hours:minutes:seconds.", valueName: "time"))
  var time: String?

  @Option(help: ArgumentHelp("What a task needs beside processors, as Slurm writes it, such as gpu:1.", valueName: "list"))
  var gres: String?

  @Option(help: "Processors of a task, which are its threads too; Slurm's default when absent.")
  var cpus: Int?

  @Option(help: ArgumentHelp("Memory of a task, as Slurm writes it, such as 16G.", valueName: "size"))
  var mem: String?

  @Option(help: ArgumentHelp("The most tasks at the same time.", valueName: "n"))
  var arrayLimit: Int?

  @Option(
    help: ArgumentHelp(
      "Seconds before its time limit at which a task begins no further image; it is put into the queue again once those under way have ended.",
      valueName: "s"))
  var notice: Int = 300

  @OptionGroup var runs: RunsOption

  @Argument(parsing: .postTerminator, help: ArgumentHelp("Further options for sbatch, after --.", valueName: "sbatch option"))
  var sbatch: [String] = []

  func validate() throws {
    if !(1...ClusterPlan.mostTasks).contains(tasks) { throw ValidationError("--tasks must be 1...\(ClusterPlan.mostTasks)") }
    if let cpus, !(1...64).contains(cpus) { throw ValidationError("--cpus must be 1...64") }
    if let arrayLimit, arrayLimit < 1 { throw ValidationError("--array-limit must be at least 1") }
    // Slurm keeps it in 16 bits.
    if !(0...65535).contains(notice) { throw ValidationError("--notice must be 0...65535 seconds") }
    for (name, value) in [("partition", partition), ("account", account), ("time", time), ("gres", gres), ("mem", mem)] {
      if let value, value.isEmpty || value.unicodeScalars.contains(where: { $0.value < 0x20 }) {
        throw ValidationError("--\(name) must not be empty or hold control characters")
      }
    }
  }

  /// Says that a task would stop soon after it began, where it would.
  func warnOfNotice() {
    guard let time, let limit = SlurmOptions.seconds(time), notice * 2 > limit else { return }
    printError(
      "note: --notice \(notice) leaves \(max(0, limit - notice)) of the \(limit) seconds of --time \(PlainText.clean(time)) for work; Slurm looks every 30 seconds"
    )
  }

  var slurm: SlurmOptions {
    var options = SlurmOptions()
    (options.partition, options.account, options.time, options.gres) = (partition, account, time, gres)
    (options.cpus, options.memory, options.arrayLimit, options.notice, options.further) = (cpus, mem, arrayLimit, notice, sbatch)
    return options
  }

  /// The names of its options that take a value.
  private static let names: Set<String> = [
    "--tasks", "--partition", "--account", "--time", "--gres", "--cpus", "--mem", "--array-limit", "--notice", "--runs",
  ]

  /// A command line without these options: what is left are the command's own.
  static func others(in words: [String]) -> [String] {
    var others: [String] = [], rest = words.prefix { $0 != "--" }[...]
    while let word = rest.popFirst() {
      if names.contains(word) {
        _ = rest.popFirst()
      } else if !names.contains(where: { word.hasPrefix($0 + "=") }) {
        others.append(word)
      }
    }
    return others
  }
}

/// Where runs are.
struct RunsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder of runs, on a file system that every node has; $DIFFSS_RUNS, else cluster in the data folder, when absent.", valueName: "dir")
  )
  var runs: String?

  var folder: ClusterRuns { ClusterRuns(runs.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? ClusterRuns.standard()) }
}

/// Which run is meant.
struct RunChoice: ParsableArguments {
  @Argument(help: "The run: its name, the first letters of it, or its folder. The one last submitted when absent.")
  var run: String?

  @OptionGroup var runs: RunsOption

  func chosen() throws -> ClusterRun { try runs.folder.run(run) }
}

extension ClusterRun {
  /// Makes the folder in which the command was given that of this process, as relative paths are of it. Throws `CoreError.unreadableFile`.
  func enterDirectory() throws {
    guard FileManager.default.changeCurrentDirectoryPath(plan.directory) else {
      throw CoreError.unreadableFile(path: plan.directory, reason: "the folder in which the run was submitted is not here")
    }
  }
}
