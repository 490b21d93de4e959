/// IoU of an episode in percent, as far as measured.
package struct EpisodeScore: Hashable, Sendable {
  package var baseline: Double?
  package var augmented: Double?
  /// 0...1: what part of their masks the generated supports' objects have left, on average (1 minus `SupportAgreement`).
  package var drift: Double?

  package init(baseline: Double? = nil, augmented: Double? = nil, drift: Double? = nil) {
    self.baseline = baseline
    self.augmented = augmented
    self.drift = drift
  }

  /// What generated supports bring.
  package var difference: Double? {
    guard let baseline, let augmented else { return nil }
    return augmented - baseline
  }
}
