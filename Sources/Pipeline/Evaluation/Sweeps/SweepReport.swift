import Generation
import Models

/// The figures of a sweep's settings: means over the folds and the seeds, percent.
public struct SweepReport: Codable, Hashable, Sendable {
  public struct Axis: Codable, Hashable, Sendable {
    /// As on the command line.
    public let name: String
    /// In words.
    public let title: String
    public let values: [String]
    /// Nil when the values are names.
    public let numbers: [Double]?
  }

  public struct Setting: Codable, Hashable, Sendable {
    /// Its value on each axis.
    public let values: [String]
    /// With the real supports alone.
    public let baseline: Estimate
    /// With the generated ones added; nil without any.
    public let augmented: Estimate?
    /// Augmented minus baseline, paired.
    public let difference: Estimate?
    /// Over all episodes of all folds and seeds.
    public let signTest: SignTest?
    /// Without the supports that have drifted; nil when no agreement was asked for.
    public let gated: Estimate?
    /// Gated minus baseline, paired.
    public let gatedDifference: Estimate?
    /// The generated supports' mean agreement with their masks.
    public let agreement: Estimate?
    /// Episodes of all folds and seeds that could not be evaluated; nil when all were.
    public let leftOut: Int?
    /// Seed by seed, means over the folds.
    public let passes: [EvaluationSummary.Pass]
    /// How its generated supports were made, by the names of the options; nil without any, and in older reports.
    public let generated: [String: String]?
    /// Files of its evaluations in the sweep's folder, fold by fold, within it seed by seed.
    public let files: [String]

    /// What the setting comes to: without drifted supports where these are dropped.
    public var result: Estimate { gated ?? augmented ?? baseline }
    /// The result minus the baseline, paired.
    public var gain: Estimate { gatedDifference ?? difference ?? Estimate(value: 0, error: nil) }
  }

  public let dataset: String
  /// The first fold and seed of the first setting that has generated supports, else of the first setting: the others differ from it in what the
  /// axes say alone. In older reports what the axes vary has no meaning here.
  public let plan: EvaluationPlan
  public let folds: [Int]
  public let seeds: [UInt64]
  public let axes: [Axis]
  /// Every combination of the axes' values; the last axis varies fastest.
  public let settings: [Setting]
  /// Which classes the means are over; nil in older reports, whose means are over all.
  public let classMean: ClassMean?
  /// Weights of the demo that generated or segmented on another data set; nil without any.
  public let demoWeights: [String]?

  /// SHA-256 by model identifier, of all that generated or segmented; nil in older reports.
  public let weights: [String: String]?
  /// How a folder's generated supports were made, as they say; nil when they came from the store, and in older reports.
  public let auxiliaries: AuxiliaryFacts?
  /// Folds, seeds and settings of which nothing could be evaluated, a sentence each; nil when there are none.
  public let leftOut: [String]?

  /// What has to be said with every figure of it, a sentence each.
  var remarks: [String] {
    let mean = (classMean ?? .all) == .present
      ? "mIoU is the mean over those of a fold's classes that have episodes."
      : "mIoU is the mean over all of a fold's classes; one without episodes counts 0, as in the published code."
    // Where several are compared the table says which is which.
    let precisions = axes.first { $0.name == Generation.Setting.ID.precision.rawValue }?.values.compactMap(Precision.init) ?? []
    return [mean] + (precisions.count == 1 ? precisions[0].remarks : []) + (leftOut ?? [])
      + (demoWeights.map { [DemoWeights.remark($0)] } ?? [])
  }
}

extension SweepReport {
  /// `settings` are positions on the axes; `evaluations` are each setting's, fold by fold, within it seed by seed.
  init(dataset: String, _ sweep: SweepPlan, settings: [[Int]], evaluations: [[EvaluationReport]], leftOut: [String] = []) {
    self.dataset = dataset
    self.leftOut = leftOut.isEmpty ? nil : leftOut
    plan = sweep.first(of: settings)
    folds = sweep.folds
    seeds = sweep.seeds
    classMean = sweep.base.classMean ?? .present
    let demo = Set(evaluations.joined().flatMap { $0.demoWeights ?? [] })
    demoWeights = demo.isEmpty ? nil : demo.sorted()
    weights = evaluations.joined().reduce(into: [:]) { $0.merge($1.weights) { first, _ in first } }
    let auxiliaries = AuxiliaryFacts.common(evaluations.joined().compactMap(\.auxiliaries))
    self.auxiliaries = auxiliaries
    // An axis of one value is among the columns even where a folder's images say themselves what theirs is.
    func text(_ axis: SweepAxis, _ position: Int) -> String {
      guard let auxiliaries, axis.isOfImages else { return axis.values[position].text }
      return auxiliaries.settings[axis.name] ?? "unknown"
    }
    axes = sweep.axes.map { axis in
      let numbers = axis.values.compactMap(\.number)
      return Axis(
        name: axis.name, title: axis.title, values: axis.values.indices.map { text(axis, $0) },
        numbers: numbers.count == axis.values.count ? numbers : nil)
    }
    self.settings = zip(settings, evaluations).enumerated().map { number, setting in
      Setting(
        values: zip(sweep.axes, setting.0).map { text($0, $1) }, reports: setting.1,
        files: setting.1.indices.map { "evaluations/\(Self.padded(number * setting.1.count + $0 + 1)).json" })
    }
  }

  private static func padded(_ number: Int) -> String { String(repeating: "0", count: max(0, 4 - "\(number)".count)) + "\(number)" }
}

extension SweepReport.Setting {
  fileprivate init(values: [String], reports: [EvaluationReport], files: [String]) {
    func mean(_ scores: (EvaluationReport) -> Estimate?) -> Estimate? {
      let figures = reports.compactMap(scores)
      return figures.count == reports.count ? .mean(independent: figures) : nil
    }
    let generated = reports.compactMap(\.generated)
    let tests = reports.compactMap(\.signTests?.all), leftOut = reports.reduce(0) { $0 + ($1.leftOut?.count ?? 0) }
    self.init(
      values: values, baseline: mean(\.baseline.miou) ?? Estimate(value: 0, error: nil), augmented: mean(\.augmented?.miou),
      difference: mean(\.difference?.miou),
      signTest: tests.isEmpty ? nil : SignTest(better: tests.reduce(0) { $0 + $1.better }, worse: tests.reduce(0) { $0 + $1.worse }),
      gated: mean(\.gate?.scores.miou), gatedDifference: mean(\.gate?.difference.miou), agreement: mean(\.gate?.all.agreement),
      leftOut: leftOut == 0 ? nil : leftOut, passes: EvaluationSummary(reports).passes,
      generated: generated.isEmpty ? nil : AuxiliaryFacts.common(generated), files: files)
  }
}
