import Data
import Generation
import Models

/// One evaluated episode.
public struct EpisodeResult: Codable, Hashable, Sendable {
  public let episode: Episode
  /// With the real supports alone.
  public let baseline: Areas
  /// With the generated supports added; nil when none were asked for.
  public let augmented: Areas?
  /// With those added whose object has not drifted; nil when no agreement was asked for.
  public let gated: Areas?

  public init(episode: Episode, baseline: Areas, augmented: Areas?, gated: Areas? = nil) {
    self.episode = episode
    self.baseline = baseline
    self.augmented = augmented
    self.gated = gated
  }
}

/// An episode that could not be evaluated: it is in no figure.
public struct LeftOutEpisode: Codable, Hashable, Sendable {
  public let episode: Episode
  /// What was wrong, in one line.
  public let reason: String

  public init(episode: Episode, reason: String) {
    self.episode = episode
    self.reason = reason
  }
}

/// Baseline and augmented results over the same episodes.
public struct EvaluationReport: Codable, Hashable, Sendable {
  public let dataset: String
  public let plan: EvaluationPlan
  /// SHA-256 of the weights by model identifier.
  public let weights: [String: String]
  public let episodes: [EpisodeResult]
  /// Nil when every episode was evaluated, and in reports of programs that ended at the first that could not be.
  public let leftOut: [LeftOutEpisode]?
  public let baseline: Scores
  public let augmented: Scores?
  /// Augmented minus baseline, paired: its errors come from the differences within each episode.
  public let difference: Scores?
  /// Nil without generated supports, and in reports of programs that made none.
  public let signTests: SignTests?
  /// Without the supports that have drifted; nil when no agreement was asked for.
  public let gate: GateReport?
  /// Which classes the mean is over; nil in older reports, whose mean is over all.
  public let classMean: ClassMean?
  /// Weights of the demo that generated or segmented on another data set, by their identifiers; nil without any.
  public let demoWeights: [String]?
  /// How predictions were compared; nil in reports of programs that knew one way (HSNet's, at the input size).
  public let comparison: Comparison?
  /// Side of the network's input square, pixels; nil in older reports.
  public let inputSide: Int?
  /// Generated supports that a folder of them lacks, so that the real one stood for each; nil when they came from the store.
  public let missingAuxiliaries: Int?
  /// How a folder's generated supports were made, as they say; nil when they came from the store, and in older reports.
  public let auxiliaries: AuxiliaryFacts?
  /// Wall time of the evaluation alone, without generating.
  public private(set) var seconds: Double

  public init(
    dataset: String, plan: EvaluationPlan, weights: [String: String], episodes: [EpisodeResult], baseline: Scores,
    augmented: Scores?, difference: Scores?, signTests: SignTests? = nil, gate: GateReport? = nil, classMean: ClassMean? = nil,
    demoWeights: [String]? = nil, comparison: Comparison? = nil, inputSide: Int? = nil, missingAuxiliaries: Int? = nil,
    auxiliaries: AuxiliaryFacts? = nil, leftOut: [LeftOutEpisode]? = nil, seconds: Double
  ) {
    self.leftOut = leftOut
    self.dataset = dataset
    self.plan = plan
    self.weights = weights
    self.episodes = episodes
    self.baseline = baseline
    self.augmented = augmented
    self.difference = difference
    self.signTests = signTests
    self.gate = gate
    self.classMean = classMean
    self.demoWeights = demoWeights
    self.comparison = comparison
    self.inputSide = inputSide
    self.missingAuxiliaries = missingAuxiliaries
    self.auxiliaries = auxiliaries
    self.seconds = seconds
  }
}

extension EvaluationReport {
  /// Whether it says what another one says: the same plan, weights, episodes and figures, however long it took. Other kernels, other images in
  /// a folder or another verdict on an image give other figures.
  public func isRepeat(of other: EvaluationReport) -> Bool {
    var own = self
    own.seconds = other.seconds
    return own == other
  }

  /// The figures of a list of results, by one way of comparing.
  public init(
    dataset: String, plan: EvaluationPlan, weights: [String: String], results: [EpisodeResult], classes: [ClassInfo],
    comparison: Comparison, inputSide: Int? = nil, missing: Int? = nil, auxiliaries: AuxiliaryFacts? = nil, gate: GateReport? = nil,
    demoWeights: [String]? = nil, leftOut: [LeftOutEpisode] = [],
    seconds: Double
  ) {
    let mean = plan.classMean ?? .present
    let baseline = results.map { (classIndex: $0.episode.classIndex, areas: $0.baseline) }
    let augmented = results.compactMap { result in result.augmented.map { (classIndex: result.episode.classIndex, areas: $0) } }
    let isPaired = augmented.count == baseline.count && !augmented.isEmpty, convention = comparison.convention
    self.init(
      dataset: dataset, plan: plan, weights: weights, episodes: results,
      baseline: .of(baseline, classes: classes, convention, mean: mean),
      augmented: isPaired ? .of(augmented, classes: classes, convention, mean: mean) : nil,
      difference: isPaired ? .difference(baseline, augmented, classes: classes, convention, mean: mean) : nil,
      signTests: isPaired ? SignTests(results, classes: classes) { $0.augmented } : nil, gate: gate, classMean: mean,
      demoWeights: demoWeights, comparison: comparison, inputSide: inputSide, missingAuxiliaries: missing,
      auxiliaries: auxiliaries, leftOut: leftOut.isEmpty ? nil : leftOut, seconds: seconds)
  }
}

extension Precision {
  /// What has to be said with every figure of networks that multiply in it; nothing of Float32.
  var remarks: [String] { self == .float32 ? [] : ["The networks' products are of \(rawValue): figures may differ from those in float32."] }
}

extension EvaluationReport {
  /// What has to be said with every figure of it, a sentence each.
  public var remarks: [String] {
    [(classMean ?? .all).caption(present: baseline.present, of: baseline.classes.count)] + plan.precision.remarks
      + (demoWeights.map { [DemoWeights.remark($0)] } ?? [])
  }
}
