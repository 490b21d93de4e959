extension Scores {
  /// The figures of one setting, with their errors over the episodes.
  package static func of(
    _ results: [(classIndex: Int, areas: Areas)], classes: [ClassInfo], _ convention: IoUConvention
  ) -> Scores {
    estimate(results.map { ($0.classIndex, [($0.areas, 1)]) }, classes: classes, convention)
  }

  /// `right` minus `left` over the same episodes, paired.
  static func difference(
    _ left: [(classIndex: Int, areas: Areas)], _ right: [(classIndex: Int, areas: Areas)], classes: [ClassInfo],
    _ convention: IoUConvention
  ) -> Scores {
    estimate(zip(left, right).map { ($0.classIndex, [($1.areas, 1), ($0.areas, -1)]) }, classes: classes, convention)
  }

  /// Figures of a signed sum of settings: each episode holds one `Areas` and sign a setting.
  private static func estimate(
    _ episodes: [(classIndex: Int, settings: [(areas: Areas, sign: Double)])], classes: [ClassInfo], _ convention: IoUConvention
  ) -> Scores {
    var scores: [ClassScore] = [], variances: [Double?] = []
    for info in classes {
      let own = episodes.filter { $0.classIndex == info.index }.map(\.settings)
      let term = Term(own, convention) { ($0.foregroundIntersection, $0.foregroundUnion) }
      // A class without episode is a constant 0 in the mean: no error comes from it.
      let variance = own.isEmpty ? 0 : StandardError.variance(term.influences)
      variances.append(variance)
      scores.append(
        ClassScore(
          classIndex: info.index, name: PlainText.clean(info.name), episodes: own.count,
          iou: Estimate(value: 100 * term.value, error: own.isEmpty ? nil : variance.map { 100 * $0.squareRoot() })))
    }
    let count = Double(max(classes.count, 1))
    let known = variances.compactMap { $0 }
    let meanError = known.count == variances.count && !episodes.isEmpty
      ? 100 * known.reduce(0, +).squareRoot() / count : nil
    let settings = episodes.map(\.settings)
    let foreground = Term(settings, convention) { ($0.foregroundIntersection, $0.foregroundUnion) }
    let background = Term(settings, convention) { ($0.backgroundIntersection, $0.backgroundUnion) }
    let both = StandardError.variance(zip(foreground.influences, background.influences).map { ($0 + $1) / 2 })
    return Scores(
      miou: Estimate(value: scores.reduce(0) { $0 + $1.iou.value } / count, error: meanError),
      fbIoU: Estimate(value: 50 * (foreground.value + background.value), error: both.map { 100 * $0.squareRoot() }),
      classes: scores)
  }

  /// A signed sum of accumulated IoUs and every episode's influence on it.
  private struct Term {
    var value = 0.0
    var influences: [Double]

    init(_ episodes: [[(areas: Areas, sign: Double)]], _ convention: IoUConvention, _ ratio: (Areas) -> StandardError.Ratio) {
      influences = episodes.map { _ in 0 }
      guard let first = episodes.first else { return }
      for (setting, sign) in first.map(\.sign).enumerated() {
        let ratios = episodes.map { ratio($0[setting].areas) }
        let intersection = ratios.reduce(0) { $0 + $1.intersection }, union = ratios.reduce(0) { $0 + $1.union }
        value += sign * convention.ratio(intersection, union)
        for (index, influence) in StandardError.influences(ratios).enumerated() { influences[index] += sign * influence }
      }
    }
  }
}
