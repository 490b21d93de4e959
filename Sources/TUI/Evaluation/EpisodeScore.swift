/// IoU of an episode in percent, as far as measured.
public struct EpisodeScore: Hashable, Sendable {
  public var baseline: Double?
  public var augmented: Double?
  /// 0...1: what part of their masks the generated supports' objects have left, on average (1 minus `SupportAgreement`).
  public var drift: Double?

  public init(baseline: Double? = nil, augmented: Double? = nil, drift: Double? = nil) {
    self.baseline = baseline
    self.augmented = augmented
    self.drift = drift
  }

  /// What generated supports bring in words; nil where one is not known.
  var change: String? { baseline.flatMap { before in augmented.map { NumberText.change(from: before, to: $0) } } }

  /// What generated supports bring.
  public var difference: Double? {
    guard let baseline, let augmented else { return nil }
    return augmented - baseline
  }
}
