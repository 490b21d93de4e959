extension Scores {
  /// The figures of one setting, with their errors over the episodes.
  package static func of(
    _ results: [(classIndex: Int, areas: Areas)], classes: [ClassInfo], _ convention: IoUConvention, mean: ClassMean
  ) -> Scores {
    estimate(results.map { ($0.classIndex, [($0.areas, 1)]) }, classes: classes, convention, mean)
  }

  /// `right` minus `left` over the same episodes, paired.
  static func difference(
    _ left: [(classIndex: Int, areas: Areas)], _ right: [(classIndex: Int, areas: Areas)], classes: [ClassInfo],
    _ convention: IoUConvention, mean: ClassMean
  ) -> Scores {
    estimate(zip(left, right).map { ($0.classIndex, [($1.areas, 1), ($0.areas, -1)]) }, classes: classes, convention, mean)
  }

  /// Figures of a signed sum of settings: each episode holds one `Areas` and sign a setting.
  private static func estimate(
    _ episodes: [(classIndex: Int, settings: [(areas: Areas, sign: Double)])], classes: [ClassInfo],
    _ convention: IoUConvention, _ mean: ClassMean
  ) -> Scores {
    var scores: [ClassScore] = [], variances: [Double?] = [], sum = 0.0
    for info in classes {
      let own = episodes.filter { $0.classIndex == info.index }.map(\.settings)
      let term = Term(own, convention) { ($0.foregroundIntersection, $0.foregroundUnion) }
      let name = PlainText.clean(info.name)
      guard !own.isEmpty else {
        // Where it counts, it is a constant 0: no error comes from it.
        scores.append(ClassScore(classIndex: info.index, name: name, episodes: 0, iou: nil))
        continue
      }
      let variance = StandardError.variance(term.influences)
      variances.append(variance)
      sum += 100 * term.value
      scores.append(
        ClassScore(
          classIndex: info.index, name: name, episodes: own.count,
          iou: Estimate(value: 100 * term.value, error: variance.map { 100 * $0.squareRoot() })))
    }
    let count = Double(max(mean == .all ? classes.count : variances.count, 1))
    let known = variances.compactMap { $0 }
    let meanError = known.count == variances.count && !episodes.isEmpty
      ? 100 * known.reduce(0, +).squareRoot() / count : nil
    let settings = episodes.map(\.settings)
    let foreground = Term(settings, convention) { ($0.foregroundIntersection, $0.foregroundUnion) }
    let background = Term(settings, convention) { ($0.backgroundIntersection, $0.backgroundUnion) }
    let both = StandardError.variance(zip(foreground.influences, background.influences).map { ($0 + $1) / 2 })
    return Scores(
      miou: Estimate(value: sum / count, error: meanError),
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
