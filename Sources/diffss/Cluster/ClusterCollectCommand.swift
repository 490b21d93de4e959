import ArgumentParser
import Cluster
import Core
import Foundation
import Generation

struct ClusterCollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "Put together what a run's tasks have made, as the command would have left it on one machine.",
    discussion: """
      Images go into the store, those of a generation into its --out as well; once all tasks are done the figures of an evaluation or a sweep are printed \
      and written. Asked again it takes nothing twice. While something is missing it says what, and the exit status is 1.
      """)

  @OptionGroup var choice: RunChoice

  @Flag(help: "Submit the tasks that have ended and are not whole again, as they were submitted last.")
  var resubmit = false

  @OptionGroup var pool: ThreadOptions

  func run() async throws {
    let run = try choice.chosen()
    try run.enterDirectory()
    try pool.apply()
    let status = ClusterStatus(run, lines: 2)
    switch run.plan.command {
    case .generate: try collectImages(run)
    case .evaluate, .sweep:
      let outcome = try Collection(run).collect(into: .opened())
      printError("collected \(Counted(outcome.images, "new image"))")
      if status.isCollectable { try await evaluate(run) }
    }
    guard !status.isComplete else { return }
    for line in status.text { printError(line) }
    if resubmit { try run.submitMissing(run.submissions.last?.options ?? SlurmOptions()) }
    throw ExitStatus.someFailed
  }

  private func collectImages(_ run: ClusterRun) throws {
    let command = try GenerateCommand.parse(run.plan.words), folder = URL(fileURLWithPath: command.out, isDirectory: true)
    let outcome = try Collection(run).collect(into: SupportFolder(creating: folder), .opened())
    print("collected \(Counted(outcome.images, "new image")) into \(PlainText.clean(folder.path))")
    for path in outcome.foreign.prefix(5) {
      report(message: "\(PlainText.clean(path)) is there, and is not an image of this program: it is left as it is", hint: nil)
    }
    if !outcome.foreign.isEmpty { throw ExitStatus.someFailed }
  }

  /// Prints and writes the figures from what the tasks have measured.
  private func evaluate(_ run: ClusterRun) async throws {
    let parts = Collection(run).parts
    if run.plan.command == .evaluate {
      let command = try EvaluateCommand.parse(run.plan.words)
      try command.checkOutput()
      let workbench = try command.workbench(isComplete: true)
      try command.deliver(try await EvaluationWatch(workbench: workbench).run(try await command.plans(workbench), parts: parts))
    } else {
      let command = try SweepCommand.parse(run.plan.words), folder = try command.folder(),
        workbench = try command.workbench(isComplete: true)
      try command.deliver(try await SweepWatch(workbench: workbench).run(try await command.sweepPlan(workbench), parts: parts), in: folder)
    }
  }
}
