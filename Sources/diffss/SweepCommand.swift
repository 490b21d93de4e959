import ArgumentParser
import Foundation
import Models
import Pipeline

struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Measure every combination of lists of settings on the same episodes.",
    discussion: """
      An ablation in one command: --condition mask,scribble,hed --steps 2,10,50 are six settings. Baseline, features and pictures that \
      settings have in common are made once. A row a setting is printed; with --out there are also plots of mIoU against each list (PNG \
      and SVG) and every evaluation's document. A sweep that was ended goes on from its finished episodes when the same is asked again.
      """)

  @OptionGroup var data: DatasetOptions
  @OptionGroup var others: OtherGenerationFlags
  @OptionGroup var runtime: RuntimeOptions
  @OptionGroup var demo: DemoWeightsOption
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var evaluation: EvaluationOptions
  @OptionGroup var comparison: ComparisonOptions
  @OptionGroup var figures: FigureOptions

  @Option(help: ArgumentHelp("Networks: \(SegmentationNetwork.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "list"))
  var network = CommaList<SegmentationNetwork>([.dcama])

  @Option(help: ArgumentHelp("Conditions: \(ConditionType.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "list"))
  var condition = CommaList<ConditionType>([.mask])

  @Option(help: ArgumentHelp("Samplers: \(SamplerName.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "list"))
  var sampler = CommaList<String>(["ddim"])

  @Option(help: ArgumentHelp("Denoising steps, 1...1000; \(GenerationOptions().steps) when absent.", valueName: "list"))
  var steps: CommaList<Int>?

  @Option(help: ArgumentHelp("\(GenerationFlags.spacingHelp): \(GenerationFlags.spacings); the model's own when absent.", valueName: "list"))
  var timestepSpacing: CommaList<SchedulerConfig.Spacing>?

  @Option(help: ArgumentHelp("Guidance scales; the model's recommendation when absent, else 9.", valueName: "list"))
  var guidance: CommaList<Double>?

  @Option(help: ArgumentHelp("Strengths of the ControlNet's residuals.", valueName: "list"))
  var controlScale: CommaList<Double>?

  @Option(help: ArgumentHelp("Numbers of generated supports.", valueName: "list"))
  var auxShots = CommaList<Int>([4])

  @Option(help: ArgumentHelp("Least agreements of a generated support with its mask, 0...1: see `diffss evaluate --help`.", valueName: "list"))
  var minAgreement: CommaList<Double>?

  @Option(help: ArgumentHelp("Folder for sweep.json, sweep.csv, sweep.md, plots and evaluations.", valueName: "dir"))
  var out: String?

  func validate() throws {
    if !auxShots.values.allSatisfy((0...64).contains) { throw ValidationError("--aux-shots must be 0...64") }
    if let minAgreement {
      if !minAgreement.values.allSatisfy((0...1).contains) { throw ValidationError("--min-agreement must be 0...1; 0.5 asks for half") }
      if auxShots.values.contains(0) { throw ValidationError("--min-agreement needs --aux-shots above 0") }
    }
  }

  func run() async throws {
    try runtime.apply()
    try await profile.measure(evaluate)
  }

  private func evaluate() async throws {
    let folder = try out.map { try SweepFolder(creating: URL(fileURLWithPath: $0, isDirectory: true)) }
    let workbench = try Workbench.open(data, runtime, models: others.models)
    var (base, folds, seeds) = try evaluation.plan(
      data, workbench, options: others.options(workbench.models, conditions: condition.values, seed: evaluation.seed),
      auxiliaryShots: auxShots.values[0])
    base.inputSide = comparison.size
    PromptRemarks.say(try await workbench.promptRemarks(base.options, classes: folds.flatMap(workbench.dataset.classes(inFold:))))
    let axes: [SweepAxis] = [
      .networks(network.values) { [comparison] in comparison.comparison($0) }, .conditions(condition.values), .samplers(sampler.values), .steps(steps?.values ?? []),
      .timestepSpacings(timestepSpacing?.values ?? []), .guidance(guidance?.values ?? []), .controlScales(controlScale?.values ?? []), .auxiliaryShots(auxShots.values),
      .minimumAgreements(minAgreement?.values ?? []),
    ]
    let sweep = SweepPlan(base, folds: folds, seeds: seeds, axes: axes)
    try evaluation.warn(base, folds: folds, workbench)
    demo.warn(evaluation.demoWeights(sweep.evaluations, workbench))
    reportShortRanges(base.options, workbench.models.menu)
    let result = try await SweepWatch(workbench: workbench).run(sweep)
    evaluation.reportMissing(result.evaluations.flatMap { $0 })
    try folder?.write(result.report, result.evaluations)
    try figures.print(json: CanonicalJSON.data(result.report), csv: result.report.csv, table: result.report.table)
    try evaluation.failIfLeftOut(result.evaluations.flatMap { $0 }, parts: result.report.leftOut)
  }

  /// Says which of the settings begin late.
  private func reportShortRanges(_ base: GenerationOptions, _ menu: ModelMenu) {
    for sampler in sampler.values {
      for steps in steps?.values ?? [base.steps] {
        for spacing in timestepSpacing.map({ $0.values.map(Optional.some) }) ?? [nil] {
          var options = base
          (options.condition, options.sampler, options.steps, options.timestepSpacing) = (condition.values[0], sampler, steps, spacing)
          report(shortRange: menu.timesteps(options), sampler)
        }
      }
    }
  }
}
