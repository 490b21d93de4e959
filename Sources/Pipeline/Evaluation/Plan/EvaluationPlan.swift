import Core
import Data
import Generation
import Models

/// What to evaluate.
public struct EvaluationPlan: Hashable, Sendable {
  public var fold: Int
  public var network: SegmentationNetwork
  /// Real supports an episode, 1....
  public var shots: Int
  /// Generated supports added to them, 0 for the baseline alone. Number `k` comes from real support `k` modulo `shots`.
  public var auxiliaryShots: Int
  /// How the generated supports are made. Without any, and with a folder of them, nothing but its precision counts, and the JSON has no more.
  public var options: GenerationOptions
  public var episodes: Int
  public var episodeProtocol: EpisodeProtocol
  /// Seed of the episodes.
  public var seed: UInt64
  /// Loader workers of BAM's protocol; nil for the published number.
  public var workers: Int?
  /// The published lists drawn from; nil for lists made from the masks.
  public var lists: String?
  /// A saved `EpisodeList` to replay in place of drawing.
  public var episodeList: String?
  /// Folder or archive of pre-generated supports (`SupportFiles`); nil to take them from the store, generating what is missing.
  public var auxiliaryFolder: String?
  /// The least agreement of a generated support with its mask (`SupportAgreement`), 0...1: episodes are also segmented without those
  /// below it. nil measures no agreement, 0 measures it and drops none.
  public var minimumAgreement: Double?
  /// Side of the network's input square, pixels; nil for the one its weights recommend, else the published one.
  public var inputSide: Int?
  /// How predictions are compared with the truth; nil for the network's published way.
  public var comparison: Comparison?
  /// Which classes the mean is over; nil for those that have episodes.
  public var classMean: ClassMean?

  public init(
    fold: Int, network: SegmentationNetwork = .dcama, shots: Int = 1, auxiliaryShots: Int = 4,
    options: GenerationOptions = GenerationOptions(), episodes: Int = 500, episodeProtocol: EpisodeProtocol = .hsnet,
    seed: UInt64 = 0, workers: Int? = nil, lists: String? = nil, episodeList: String? = nil,
    auxiliaryFolder: String? = nil, minimumAgreement: Double? = nil, inputSide: Int? = nil, comparison: Comparison? = nil, classMean: ClassMean? = nil
  ) {
    self.fold = fold
    self.network = network
    self.shots = shots
    self.auxiliaryShots = auxiliaryShots
    self.options = options
    self.episodes = episodes
    self.episodeProtocol = episodeProtocol
    self.seed = seed
    self.workers = workers
    self.lists = lists
    self.episodeList = episodeList
    self.auxiliaryFolder = auxiliaryFolder
    self.minimumAgreement = minimumAgreement
    self.inputSide = inputSide
    self.comparison = comparison
    self.classMean = classMean
  }

  /// What the products of the segmentation network are made of, as those of the networks that generate are.
  public var precision: Precision { options.precision }

  /// How its episodes are drawn.
  public var draw: EpisodeDraw {
    EpisodeDraw(episodeProtocol, shots: shots, seed: seed, workers: workers ?? EpisodeDraw.publishedWorkers, lists: lists)
  }

  /// The same for every fold with every seed of the episodes, fold by fold.
  public func over(folds: [Int], seeds: [UInt64]) -> [EvaluationPlan] {
    folds.flatMap { fold in
      seeds.map { seed in
        var plan = self
        (plan.fold, plan.seed) = (fold, seed)
        return plan
      }
    }
  }

  /// The same without generated supports.
  var baseline: EvaluationPlan {
    var plan = ungated
    plan.auxiliaryShots = 0
    plan.options = .of(precision)
    plan.auxiliaryFolder = nil
    return plan
  }

  /// The same with all generated supports, drifted or not.
  var ungated: EvaluationPlan {
    var plan = self
    plan.minimumAgreement = nil
    return plan
  }

  /// Throws `CoreError.badSetting` for the first value outside its range.
  func validate() throws {
    if auxiliaryFolder == nil { try options.validate() }
    func require(_ fine: Bool, _ name: String, _ value: Int, _ allowed: String) throws {
      if !fine { throw CoreError.badSetting(name: name, value: "\(value)", allowed: allowed) }
    }
    try require((1...1_000_000).contains(episodes), "episodes", episodes, "1...1000000")
    try require((0...64).contains(auxiliaryShots), "auxiliary shots", auxiliaryShots, "0...64")
    if let minimumAgreement, !(0...1).contains(minimumAgreement) {
      throw CoreError.badSetting(name: "least agreement", value: "\(minimumAgreement)", allowed: "0...1")
    }
    if let inputSide { try require((16...2048).contains(inputSide), "size", inputSide, "16...2048") }
  }
}

/// How far an evaluation has come.
public enum EvaluationProgress: Hashable, Sendable {
  /// `done` of `of` images are generated or were found; `step` of `steps` of the one being generated.
  case generating(done: Int, of: Int, step: Int, steps: Int)
  /// The agreement of `done` of `of` generated supports with their masks is known.
  case checking(done: Int, of: Int)
  /// `done` of `of` episodes were finished before, and are taken over; said once, before the first episode.
  case resuming(done: Int, of: Int)
  /// `done` of `of` episodes are looked at; mIoU so far in percent, nil before the first one that could be evaluated, `augmented` also without
  /// generated supports.
  case evaluating(done: Int, of: Int, baseline: Double?, augmented: Double?)
}
