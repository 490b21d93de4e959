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
      """)

  @OptionGroup var data: DatasetOptions
  @OptionGroup var others: OtherGenerationFlags
  @OptionGroup var runtime: RuntimeOptions
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var demo: DemoWeightsOption
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var evaluation: EvaluationOptions
  @OptionGroup var comparison: ComparisonOptions
  @OptionGroup var figures: FigureOptions

  @Option(help: ArgumentHelp("Networks: \(SegmentationNetwork.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "list"))
  var network = CommaList<SegmentationNetwork>([.dcama])

  @Option(
    help: ArgumentHelp(
      "Places of the dial: \(SpeedPreset.allCases.map(\.rawValue).joined(separator: ", ")) (docs/speed.md). Settings given beside it win over it.",
      valueName: "list"))
  var speed: CommaList<SpeedPreset>?

  @Option(.condition) var condition: SettingList?
  @Option(.sampler) var sampler: SettingList?
  @Option(.steps) var steps: SettingList?
  @Option(.timestepSpacing) var timestepSpacing: SettingList?
  @Option(.precision) var precision: SettingList?
  @Option(.guidance) var guidance: SettingList?
  @Option(.controlScale) var controlScale: SettingList?
  @Option(.guidanceStart) var guidanceStart: SettingList?
  @Option(.guidanceEnd) var guidanceEnd: SettingList?
  @Option(.controlEvery) var controlEvery: SettingList?
  @Option(.cacheEvery) var cacheEvery: SettingList?
  @Option(.mergeTokens) var mergeTokens: SettingList?

  @Option(help: ArgumentHelp("Numbers of generated supports.", valueName: "list"))
  var auxShots = CommaList<Int>([4])

  @Option(help: ArgumentHelp("Least agreements of a generated support with its mask, 0...1: see `diffss evaluate --help`.", valueName: "list"))
  var minAgreement: CommaList<Double>?

  @Option(help: ArgumentHelp("Folder for sweep.json, sweep.csv, sweep.md, plots and evaluations.", valueName: "dir"))
  var out: String?

  /// The settings that are varied, in the order of the table's columns; condition and, without the dial, sampler are always among them.
  private var lists: [SettingList] {
    [conditions] + (speed != nil && sampler == nil ? [] : [samplers])
      + [
        steps, timestepSpacing, precision, guidance, controlScale, guidanceStart, guidanceEnd, controlEvery, cacheEvery, mergeTokens,
      ].compactMap { $0 }
  }

  private var conditions: SettingList { condition ?? SettingList(.condition, GenerationOptions().condition.rawValue) }
  private var samplers: SettingList { sampler ?? SettingList(.sampler, GenerationOptions().sampler) }

  func validate() throws {
    for list in lists { try list.validate() }
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
    let workbench = try Workbench.open(data, runtime, models: others.models, workers: workers.workers())
    let varied = try lists.map { try SweepAxis.setting($0.id, $0.texts) }
    let conditions = try conditions.texts.map { try Self.options($0, of: .condition).condition }
    var (base, folds, seeds) = try evaluation.plan(
      data, workbench, options: others.options(workbench.models, conditions: conditions, seed: evaluation.seed),
      auxiliaryShots: auxShots.values[0])
    base.inputSide = comparison.size
    PromptRemarks.say(try await workbench.promptRemarks(base.options, classes: folds.flatMap(workbench.dataset.classes(inFold:))))
    let asked = Set(lists.map(\.id) + others.given.map(\.id)), menu = workbench.models.menu
    let speeds = speed.map { [SweepAxis.speeds($0.values, keeping: asked, menu)] } ?? []
    let axes = [SweepAxis.networks(network.values) { [comparison] in comparison.comparison($0) }] + speeds + varied
      + [.auxiliaryShots(auxShots.values), .minimumAgreements(minAgreement?.values ?? [])]
    let sweep = SweepPlan(base, folds: folds, seeds: seeds, axes: axes)
    try evaluation.warn(base, folds: folds, workbench)
    demo.warn(workbench.demoWeights(of: sweep.evaluations))
    reportShortRanges(base.options, workbench.models.menu)
    report(precision: precision?.texts ?? [])
    let result = try await SweepWatch(workbench: workbench).run(sweep)
    evaluation.reportMissing(result.evaluations.flatMap { $0 })
    try folder?.write(result.report, result.evaluations)
    try figures.print(json: CanonicalJSON.data(result.report), csv: result.report.csv, table: result.report.table)
    try evaluation.failIfLeftOut(result.evaluations.flatMap { $0 }, parts: result.report.leftOut)
  }

  private static func options(_ text: String, of id: Setting.ID, in base: GenerationOptions = GenerationOptions()) throws -> GenerationOptions {
    var options = base
    try Setting[id].set(text, in: &options)
    return options
  }

  /// Says which of the settings begin late.
  private func reportShortRanges(_ base: GenerationOptions, _ menu: ModelMenu) {
    let combinations = [samplers, steps, timestepSpacing].compactMap { $0 }.reduce([base]) { options, list in
      options.flatMap { own in list.texts.compactMap { try? Self.options($0, of: list.id, in: own) } }
    }
    for options in combinations { report(shortRange: menu.timesteps(options), options.sampler) }
  }
}
