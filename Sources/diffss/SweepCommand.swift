import ArgumentParser
import Core
import Evaluation
import Foundation
import Generation
import Models
import Pipeline

struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Measure every combination of lists of settings on the same episodes.",
    discussion: """
      An ablation in one command: --condition mask,scribble,hed --steps 2,10,50 are six settings. Baseline, features and images that \
      settings have in common are made once. A row a setting is printed; with --out there are also plots of mIoU against each list (PNG \
      and SVG) and every evaluation's document. A sweep that was ended goes on from its finished episodes when the same is asked again.
      """
        + String.examples(
          "diffss sweep --condition mask,hed --steps 5,20 --episodes 100",
          "diffss sweep --network bam,hsnet --aux-shots 1,4 --out ablation/",
          "diffss sweep --guidance 1,3,9 --dry-run"))

  @OptionGroup(title: "Data") var data: DatasetOptions
  @OptionGroup(title: "Data") var evaluation: EvaluationOptions
  @OptionGroup(title: "Varied") var varied: SweepLists
  @OptionGroup(title: "Network") var comparison: ComparisonOptions
  @OptionGroup var others: OtherGenerationFlags
  @OptionGroup(title: "Models") var demo: DemoWeightsOption
  @OptionGroup(title: "Output") var figures: FigureOptions
  @OptionGroup(title: "Output") var output: Output
  @OptionGroup(title: "Output") var dry: DryRunOption
  @OptionGroup(title: "Machine") var runtime: RuntimeOptions
  @OptionGroup(title: "Machine") var workers: WorkerOptions
  @OptionGroup(title: "Machine") var profile: ProfileOptions

  /// Where the figures go beside standard output.
  struct Output: ParsableArguments {
    @Option(help: ArgumentHelp("Folder for sweep.json, sweep.csv, sweep.md, plots and evaluations.", valueName: "dir"))
    var out: String?
  }

  func run() async throws {
    try runtime.apply()
    try await profile.measure(evaluate)
  }

  private func evaluate() async throws {
    let workbench = try workbench(), sweep = try await sweepPlan(workbench), folder = try dry.isAsked ? nil : folder()
    if try await ends(dry, profile, sweep.evaluations, workbench) { return }
    try deliver(try await SweepWatch(workbench: workbench).run(sweep), in: folder)
  }

  /// Where its documents go; nil where they are not asked for.
  func folder() throws -> SweepFolder? {
    try output.out.map { URL(fileURLWithPath: $0, isDirectory: true) }.map { url in
      try OutputPath.making(url) { try SweepFolder(creating: url) }
    }
  }

  /// With the standard store when `store` is nil; with `isComplete` no image is generated.
  func workbench(store: Store? = nil, isComplete: Bool = false) throws -> Workbench {
    try Workbench.open(
      data, runtime, models: others.models, workers: isComplete ? GenerationWorkers() : workers.workers(), store: store,
      isComplete: isComplete)
  }

  /// What is to be measured; says what is to be known of it before.
  func sweepPlan(_ workbench: Workbench) async throws -> SweepPlan {
    if evaluation.aux != nil, let list = varied.several(but: .precision) {
      throw ValidationError("--\(list) cannot be varied beside --aux, whose images are made already")
    }
    evaluation.warn(unusedBesideAux: varied.given.filter { $0 != .precision } + others.given.map(\.id))
    let settings = try varied.lists.map { try SweepAxis.setting($0.id, $0.texts) }
    let conditions = try varied.conditions.texts.map { try Self.options($0, of: .condition).condition }
    var (base, folds, seeds) = try evaluation.plan(
      data, workbench, options: others.options(workbench.models, conditions: conditions, seed: evaluation.seed),
      auxiliaryShots: varied.auxShots.values[0])
    base.inputSide = comparison.size
    PromptRemarks.say(try await workbench.promptRemarks(base.options, classes: folds.flatMap(workbench.dataset.classes(inFold:))))
    let asked = Set(varied.lists.map(\.id) + others.given.map(\.id)), menu = workbench.models.menu
    let speeds = varied.speed.map { [SweepAxis.speeds($0.values, keeping: asked, menu)] } ?? []
    let axes =
      [SweepAxis.networks(varied.network.values) { [comparison] in comparison.comparison($0) }] + speeds + settings
      + [.auxiliaryShots(varied.auxShots.values), .minimumAgreements(varied.minAgreement?.values ?? [])]
    let sweep = SweepPlan(base, folds: folds, seeds: seeds, axes: axes)
    try evaluation.warn(base, folds: folds, workbench)
    demo.warn(workbench.demoWeights(of: sweep.evaluations))
    reportShortRanges(base.options, workbench.models.menu)
    report(precision: varied.precision?.texts ?? [])
    return sweep
  }

  /// Prints and writes the figures: what cannot be written is seen all the same. Throws an `ExitStatus` where episodes are left out.
  func deliver(_ result: (report: SweepReport, evaluations: [[EvaluationReport]]), in folder: SweepFolder?) throws {
    evaluation.reportMissing(result.evaluations.flatMap { $0 })
    try figures.print(json: CanonicalJSON.data(result.report), csv: result.report.csv, table: result.report.table)
    try folder?.write(result.report, result.evaluations)
    try evaluation.failIfLeftOut(result.evaluations.flatMap { $0 }, parts: result.report.leftOut)
  }

  private static func options(_ text: String, of id: Setting.ID, in base: GenerationOptions = GenerationOptions()) throws
    -> GenerationOptions
  {
    var options = base
    try Setting[id].set(text, in: &options)
    return options
  }

  /// Says which of the settings begin late.
  private func reportShortRanges(_ base: GenerationOptions, _ menu: ModelMenu) {
    let combinations = [varied.samplers, varied.steps, varied.timestepSpacing].compactMap { $0 }.reduce([base]) { options, list in
      options.flatMap { own in list.texts.compactMap { try? Self.options($0, of: list.id, in: own) } }
    }
    for options in combinations { report(shortRange: menu.timesteps(options), options.sampler) }
  }
}
