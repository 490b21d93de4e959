import Data

/// What generated supports come to when those that have drifted are dropped.
public struct GateReport: Codable, Hashable, Sendable {
  /// The drift of one class's generated supports, or of all.
  public struct Drift: Codable, Hashable, Sendable {
    /// Generated supports used by the episodes, each once.
    public let supports: Int
    /// Their mean agreement, percent; nil without any.
    public let agreement: Estimate?
    /// How many were below the least agreement.
    public let dropped: Int
    /// In how many places a further image is; in those of the other dropped ones is the real support.
    public let replaced: Int
  }

  /// With the remaining and the further ones.
  public let scores: Scores
  /// Minus the baseline, paired.
  public let difference: Scores
  /// Minus the figures with all generated supports, paired.
  public let effect: Scores
  /// Against the baseline.
  public let signTests: SignTests
  /// Of each class, in the order of the scores' classes.
  public let classes: [Drift]
  public let all: Drift
  /// Of every image measured, the wanted ones first, then the further ones.
  public let agreements: [SupportAgreement]
}

extension GateReport.Drift {
  enum CodingKeys: String, CodingKey { case supports, agreement, dropped, replaced }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    supports = try values.decode(Int.self, forKey: .supports)
    let agreement = try values.decodeIfPresent(Estimate.self, forKey: .agreement)
    // Older documents hold 0 where nothing was measured.
    self.agreement = supports == 0 ? nil : agreement
    dropped = try values.decode(Int.self, forKey: .dropped)
    replaced = try values.decode(Int.self, forKey: .replaced)
  }

  /// `agreement` is null without a support, never absent.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(supports, forKey: .supports)
    try values.encode(agreement, forKey: .agreement)
    try values.encode(dropped, forKey: .dropped)
    try values.encode(replaced, forKey: .replaced)
  }
}

extension GateReport {
  init(
    _ outcome: DriftGate.Outcome, wanted: [GeneratedSupport], _ results: [EpisodeResult], classes infos: [ClassInfo],
    _ convention: IoUConvention, mean: ClassMean
  ) {
    func areas(_ areas: (EpisodeResult) -> Areas?) -> [(classIndex: Int, areas: Areas)] {
      results.compactMap { result in areas(result).map { (result.episode.classIndex, $0) } }
    }
    let gated = areas(\.gated)
    scores = .of(gated, classes: infos, convention, mean: mean)
    difference = .difference(areas(\.baseline), gated, classes: infos, convention, mean: mean)
    effect = .difference(areas(\.augmented), gated, classes: infos, convention, mean: mean)
    signTests = SignTests(results, classes: infos) { $0.gated }
    func drift(_ supports: [GeneratedSupport]) -> Drift {
      Drift(
        supports: supports.count, agreement: supports.isEmpty ? nil : .mean(of: supports.map { 100 * (outcome.agreements[$0] ?? 0) }),
        dropped: supports.count { outcome.dropped.contains($0) }, replaced: supports.count { outcome.replacements[$0] != nil })
    }
    classes = infos.map { info in drift(wanted.filter { $0.classIndex == info.index }) }
    all = drift(wanted)
    agreements = outcome.measured.map { SupportAgreement($0, outcome.agreements[$0] ?? 0) }
  }
}
