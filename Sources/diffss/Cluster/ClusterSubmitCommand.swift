import ArgumentParser
import Cluster
import Core
import Foundation
import Generation
import Pipeline

struct ClusterSubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Submit a command as a Slurm job array.",
    discussion: """
      The options are the command's own, beside those for Slurm; what follows -- goes to sbatch. The same command in the same folder, cut in the same way, is \
      the same run: submitted again, only tasks are that are neither done nor in the queue.
      """
        + String.examples(
          "diffss cluster submit sweep --condition mask,hed --tasks 100 --cpus 16",
          "diffss cluster submit evaluate --all-folds --partition cpu --time 4:00:00",
          "diffss cluster submit generate --dataset coco --dry-run --out aux/"),
    subcommands: [SubmitGenerate.self, SubmitEvaluate.self, SubmitSweep.self])
}

/// A command that can be cut into tasks.
protocol ClusterWork: ParsableCommand {
  static var work: ClusterPlan.Command { get }

  /// Whether nothing is to be submitted.
  var isDry: Bool { get }

  /// Finds out what would stop every task, before any is submitted.
  func check() async throws -> ClusterCheck
}

/// What there is to do for a cluster.
struct ClusterCheck {
  /// In words.
  let text: String
  /// The most tasks that it can be cut into.
  let parts: Int
  /// As far as this machine knows.
  let cost: WorkCost
}

extension ClusterWork {
  func submit(_ options: ClusterOptions) async throws {
    let words = ClusterOptions.others(in: Array(CommandLine.arguments.drop { $0 != Self.work.rawValue }.dropFirst()))
    options.warnOfNotice()
    let check = try await check()
    let plan = ClusterPlan(
      Self.work, words: words, directory: FileManager.default.currentDirectoryPath, tasks: max(1, min(options.tasks, check.parts)),
      threads: options.cpus)
    let text = "\(Self.work.rawValue): \(check.text) in \(plan.tasks) task\(plan.tasks == 1 ? "" : "s")"
    let share = check.cost.seconds.map { "; a task about \(DurationText.estimate($0 / Double(plan.tasks))) of it" } ?? ""
    if isDry { return print("\(text)\n\(PlainText.clean(check.cost.text(hint: "it could not be measured") + share))") }
    let run = try ClusterRun(creating: plan, in: options.runs.folder.folder)
    printError(text)
    if check.cost.images > 0 { printError("cost: \(PlainText.clean(check.cost.text(hint: "--dry-run measures a step") + share))") }
    do { try run.submitMissing(options.slurm) } catch {
      run.discardUnlessSubmitted()
      throw error
    }
  }
}

extension ClusterRun {
  /// Submits the tasks that are neither whole nor in Slurm's queue, and says so.
  func submitMissing(_ options: SlurmOptions) throws {
    let submission = try submitMissing(options, program: Self.program)
    if let submission {
      print("run \(name): submitted \(submission.tasks.count) task\(submission.tasks.count == 1 ? "" : "s") as job \(submission.job)")
    } else {
      print("run \(name): nothing to submit, its tasks are done or in the queue")
    }
    printError("folder: \(PlainText.clean(folder.path))\nhint: follow it with: diffss cluster status --watch \(name)")
  }

  /// This program's file, by its own name.
  private static var program: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }
}

struct SubmitGenerate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "See `diffss generate --help`: for a data set.",
    usage: "diffss cluster submit generate [OPTIONS] --out DIR [-- SBATCH OPTION ...]")

  @OptionGroup(title: "Slurm") var options: ClusterOptions
  @OptionGroup var command: GenerateCommand

  func run() async throws { try await command.submit(options) }
}

struct SubmitEvaluate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "See `diffss evaluate --help`.",
    usage: "diffss cluster submit evaluate [OPTIONS] [-- SBATCH OPTION ...]")

  @OptionGroup(title: "Slurm") var options: ClusterOptions
  @OptionGroup var command: EvaluateCommand

  func run() async throws { try await command.submit(options) }
}

struct SubmitSweep: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "See `diffss sweep --help`.",
    usage: "diffss cluster submit sweep [OPTIONS] [-- SBATCH OPTION ...]")

  @OptionGroup(title: "Slurm") var options: ClusterOptions
  @OptionGroup var command: SweepCommand

  func run() async throws { try await command.submit(options) }
}

extension GenerateCommand: ClusterWork {
  static var work: ClusterPlan.Command { .generate }

  var isDry: Bool { dry.isAsked }

  func check() async throws -> ClusterCheck {
    if own.isUsed { throw ValidationError("an image of your own is one task: cluster submit generate is for a data set") }
    if list.shard != .whole { throw ValidationError("--shard is for runs that you cut by hand; give --tasks") }
    try runtime.apply()
    let workbench = try workbench(), run = try await supportRun(workbench)
    let images = run.supports.count * run.shots, work = ImageWork(run.options, count: images, samples: run.supports)
    let cost = try await CostNote.cost([work], workbench, dry.measuring(.quick), written: list.format)
    let text = "\(Counted(images, "image")) of \(Counted(run.supports.count, "support"))"
    return ClusterCheck(text: text, parts: run.supports.count, cost: cost)
  }
}

extension EvaluateCommand: ClusterWork {
  static var work: ClusterPlan.Command { .evaluate }

  var isDry: Bool { dry.isAsked }

  func check() async throws -> ClusterCheck {
    try runtime.apply()
    let workbench = try workbench(), plans = try await plans(workbench)
    let cost = try await CostNote.cost(try await workbench.imageWorks(of: plans), workbench, dry.measuring(.quick))
    let text = "\(Counted(plans.count, "evaluation")) of \(Counted(evaluation.episodes, "episode"))"
    return ClusterCheck(text: text, parts: evaluation.episodes, cost: cost)
  }
}

extension SweepCommand: ClusterWork {
  static var work: ClusterPlan.Command { .sweep }

  var isDry: Bool { dry.isAsked }

  func check() async throws -> ClusterCheck {
    try runtime.apply()
    let workbench = try workbench(), plans = try await sweepPlan(workbench).evaluations
    let cost = try await CostNote.cost(try await workbench.imageWorks(of: plans), workbench, dry.measuring(.quick))
    let text = "\(Counted(plans.count, "evaluation")) of \(Counted(evaluation.episodes, "episode"))"
    return ClusterCheck(text: text, parts: evaluation.episodes, cost: cost)
  }
}
