import Data

extension EvaluationReport {
  /// What this evaluation comes to above another one, each with its generated supports where it has any: paired, so that its errors come from
  /// the differences within each episode. Nil unless both compared the same episodes in the same way.
  public func difference(from other: EvaluationReport) -> Scores? {
    guard comparison == other.comparison, plan.network.convention == other.plan.network.convention, !episodes.isEmpty,
      episodes.map(\.episode) == other.episodes.map(\.episode)
    else { return nil }
    func ends(_ report: EvaluationReport) -> [(classIndex: Int, areas: Areas)] {
      report.episodes.map { ($0.episode.classIndex, $0.augmented ?? $0.baseline) }
    }
    let classes = baseline.classes.map { ClassInfo(index: $0.classIndex, name: $0.name, promptName: $0.name, adeIndex: 0) }
    return .difference(ends(other), ends(self), classes: classes, comparison?.convention ?? plan.network.convention, mean: classMean ?? .all)
  }
}
