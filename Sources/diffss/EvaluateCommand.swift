import ArgumentParser
import Core
import Evaluation
import Foundation
import Generation
import Models
import Pipeline

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a segmentation network with and without generated supports.",
    discussion: """
      The same episodes are segmented twice: with K real supports, and with K real and --aux-shots generated ones. \
      Images that are missing are generated first. Figures are percent, ± one standard error over the episodes; better/worse counts \
      episodes, p is the sign test's. An evaluation that was ended goes on from its finished episodes when the same is asked again. \
      An episode whose images cannot be used is left out of the figures and named, and the exit status is 1.
      """
        + String.examples(
          "diffss evaluate --dataset demo --fold 0 --episodes 500",
          "diffss evaluate --network bam --aux aux/ --aux-shots 4 --all-folds",
          "diffss evaluate --condition hed --min-agreement 0.5 --out hed.json"))

  @OptionGroup(title: "Data") var data: DatasetOptions
  @OptionGroup(title: "Data") var evaluation: EvaluationOptions
  @OptionGroup(title: "Network") var choice: Choice
  @OptionGroup(title: "Network") var comparison: ComparisonOptions
  @OptionGroup var flags: GenerationFlags
  @OptionGroup(title: "Models") var demo: DemoWeightsOption
  @OptionGroup(title: "Output") var figures: FigureOptions
  @OptionGroup(title: "Output") var document: Document
  @OptionGroup(title: "Output") var dry: DryRunOption
  @OptionGroup(title: "Machine") var runtime: RuntimeOptions
  @OptionGroup(title: "Machine") var workers: WorkerOptions
  @OptionGroup(title: "Machine") var profile: ProfileOptions

  /// Which network, and what it is given beside the real supports.
  struct Choice: ParsableArguments {
    @Option(help: "The network: \(SegmentationNetwork.allCases.map(\.rawValue).joined(separator: ", ")).")
    var network: SegmentationNetwork = .dcama

    @Option(help: "Generated supports added to them; 0 measures the real ones alone.")
    var auxShots: Int = 4

    @Option(
      help: ArgumentHelp(
        """
        Generation drift: the network segments every generated support with the real one as its reference; those whose agreement, the \
        IoU of what it finds with the mask, is below T, 0...1, are replaced by further ones, and the figures are also given without them. 0 measures and drops none.
        """, valueName: "T"))
    var minAgreement: Double?

    func validate() throws {
      if !(0...64).contains(auxShots) { throw ValidationError("--aux-shots must be 0...64") }
      if let minAgreement, !(0...1).contains(minAgreement) { throw ValidationError("--min-agreement must be 0...1; 0.5 asks for half") }
      if minAgreement != nil && auxShots == 0 { throw ValidationError("--min-agreement needs --aux-shots above 0") }
    }
  }

  /// Where the figures go beside standard output.
  struct Document: ParsableArguments {
    @Option(help: ArgumentHelp("Also write the JSON document, every episode in it.", valueName: "file"))
    var out: String?
  }

  func run() async throws {
    try runtime.apply()
    try await profile.measure(evaluate)
  }

  private func evaluate() async throws {
    let workbench = try workbench(), plans = try await plans(workbench)
    if !dry.isAsked { try checkOutput() }
    if try await ends(dry, profile, plans, workbench) { return }
    try deliver(try await EvaluationWatch(workbench: workbench).run(plans))
  }

  /// Throws `CoreError.cannotWrite` where the document cannot be written, before hours are spent on it.
  func checkOutput() throws { try document.out.map(OutputPath.check) }

  /// With the standard store when `store` is nil; with `isComplete` no image is generated.
  func workbench(store: Store? = nil, isComplete: Bool = false) throws -> Workbench {
    try Workbench.open(
      data, runtime, models: flags.others.models, workers: isComplete ? GenerationWorkers() : workers.workers(), store: store,
      isComplete: isComplete)
  }

  /// An evaluation for each fold and seed; says what is to be known of them before.
  func plans(_ workbench: Workbench) async throws -> [EvaluationPlan] {
    evaluation.warn(unusedBesideAux: flags.ofImages)
    var (plan, folds, seeds) = try evaluation.plan(
      data, workbench, options: flags.options(workbench.models, seed: evaluation.seed), auxiliaryShots: choice.auxShots)
    plan.network = choice.network
    if choice.auxShots > 0, plan.auxiliaryFolder == nil {
      PromptRemarks.say(try await workbench.promptRemarks(plan.options, classes: folds.flatMap(workbench.dataset.classes(inFold:))))
    }
    plan.minimumAgreement = choice.minAgreement
    plan.inputSide = comparison.size
    plan.comparison = comparison.comparison(choice.network)
    let plans = plan.over(folds: folds, seeds: seeds)
    try evaluation.warn(plan, folds: folds, workbench)
    demo.warn(workbench.demoWeights(of: plans))
    return plans
  }

  /// Prints and writes the figures: what cannot be written is seen all the same. Throws an `ExitStatus` where episodes are left out.
  func deliver(_ summary: EvaluationSummary) throws {
    evaluation.reportMissing(summary.reports)
    // One report is one document as ever, several are a summary.
    func document() throws -> Data {
      try summary.reports.count == 1 && summary.leftOut == nil ? CanonicalJSON.data(summary.reports[0]) : CanonicalJSON.data(summary)
    }
    try figures.print(json: document(), csv: summary.csv, table: summary.table)
    if let out = self.document.out { try AtomicFile.write(document(), to: URL(fileURLWithPath: out)) }
    try evaluation.failIfLeftOut(summary.reports, parts: summary.leftOut)
  }
}
