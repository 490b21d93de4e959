/// Every combination of some axes' values, on the same folds and the same episodes.
public struct SweepPlan: Sendable {
  /// What no axis varies; what one does has no meaning here.
  public let base: EvaluationPlan
  public let folds: [Int]
  /// Of the episodes; results are means over them.
  public let seeds: [UInt64]
  public let axes: [SweepAxis]

  public init(_ base: EvaluationPlan, folds: [Int], seeds: [UInt64], axes: [SweepAxis]) {
    self.base = base
    self.folds = folds
    self.seeds = seeds
    self.axes = axes.filter { !$0.values.isEmpty }
  }

  /// Positions of a setting's values, one an axis; the last axis varies fastest.
  var settings: [[Int]] {
    axes.reduce([[]]) { settings, axis in settings.flatMap { setting in axis.values.indices.map { setting + [$0] } } }
  }

  /// Every evaluation of it.
  public var evaluations: [EvaluationPlan] { settings.flatMap { plans($0) } }

  /// Of the first setting that has generated supports, else of the first: what no axis varies is as in all others.
  func first(of settings: [[Int]]) -> EvaluationPlan {
    let firsts = settings.compactMap { plans($0).first }
    return firsts.first { $0.auxiliaryShots > 0 } ?? firsts.first ?? base
  }

  /// A setting's evaluations, fold by fold, within it seed by seed.
  func plans(_ setting: [Int]) -> [EvaluationPlan] {
    var plan = base
    for (axis, position) in zip(axes, setting) { axis.values[position].apply(&plan) }
    return plan.over(folds: folds, seeds: seeds)
  }
}

/// How far a sweep has come: evaluation number `number` of `of`, and how far that one is.
public struct SweepProgress: Hashable, Sendable {
  public let number: Int
  public let of: Int
  public let evaluation: EvaluationProgress
}
