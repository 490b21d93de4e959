import Core
import Data
import Generation
import Models

extension EvaluationPlan: Codable {
  private enum CodingKeys: String, CodingKey {
    case fold, network, shots, auxiliaryShots, options, precision, episodes, episodeProtocol, seed, workers, lists, episodeList,
      auxiliaryFolder,
      minimumAgreement, inputSide, comparison, classMean
  }

  /// Whether it is `options` that decide the generated supports: without any nothing does, and a folder's images say themselves how they were made.
  private var isOfOptions: Bool { auxiliaryShots > 0 && auxiliaryFolder == nil }

  /// The same without options that decide nothing.
  var told: EvaluationPlan {
    if isOfOptions { return self }
    var plan = self
    plan.options = .of(precision)
    return plan
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let precision = try values.decodeIfPresent(Precision.self, forKey: .precision) ?? .float32
    self.init(
      fold: try values.decode(Int.self, forKey: .fold), network: try values.decode(SegmentationNetwork.self, forKey: .network),
      shots: try values.decode(Int.self, forKey: .shots), auxiliaryShots: try values.decode(Int.self, forKey: .auxiliaryShots),
      options: try values.decodeIfPresent(GenerationOptions.self, forKey: .options) ?? .of(precision),
      episodes: try values.decode(Int.self, forKey: .episodes),
      episodeProtocol: try values.decode(EpisodeProtocol.self, forKey: .episodeProtocol),
      seed: try values.decode(UInt64.self, forKey: .seed),
      workers: try values.decodeIfPresent(Int.self, forKey: .workers), lists: try values.decodeIfPresent(String.self, forKey: .lists),
      episodeList: try values.decodeIfPresent(String.self, forKey: .episodeList),
      auxiliaryFolder: try values.decodeIfPresent(String.self, forKey: .auxiliaryFolder),
      minimumAgreement: try values.decodeIfPresent(Double.self, forKey: .minimumAgreement),
      inputSide: try values.decodeIfPresent(Int.self, forKey: .inputSide),
      comparison: try values.decodeIfPresent(Comparison.self, forKey: .comparison),
      classMean: try values.decodeIfPresent(ClassMean.self, forKey: .classMean))
    self = told
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(fold, forKey: .fold)
    try values.encode(network, forKey: .network)
    try values.encode(shots, forKey: .shots)
    try values.encode(auxiliaryShots, forKey: .auxiliaryShots)
    if isOfOptions {
      try values.encode(options, forKey: .options)
    } else if precision != .float32 {
      try values.encode(precision, forKey: .precision)
    }
    try values.encode(episodes, forKey: .episodes)
    try values.encode(episodeProtocol, forKey: .episodeProtocol)
    try values.encode(seed, forKey: .seed)
    try values.encodeIfPresent(workers, forKey: .workers)
    try values.encodeIfPresent(lists, forKey: .lists)
    try values.encodeIfPresent(episodeList, forKey: .episodeList)
    try values.encodeIfPresent(auxiliaryFolder, forKey: .auxiliaryFolder)
    try values.encodeIfPresent(minimumAgreement, forKey: .minimumAgreement)
    try values.encodeIfPresent(inputSide, forKey: .inputSide)
    try values.encodeIfPresent(comparison, forKey: .comparison)
    try values.encodeIfPresent(classMean, forKey: .classMean)
  }
}

extension GenerationOptions {
  /// Those of a plan that generates nothing.
  static func of(_ precision: Precision) -> GenerationOptions { GenerationOptions(DiffusionSettings { $0.precision = precision }) }
}
