import Core
import Data
import Generation
import Models

extension Evaluator {
  /// Does one shard's part of some evaluations, network by network; blocks until it is done. Returns how many episodes could not be evaluated.
  ///
  /// The plans differ in their settings alone, or in fold and seed, and are the same for every shard. One of which nothing can be drawn is
  /// left to whoever puts the parts together. Throws `CancellationError` soon after `stop` is set, or asks to begin nothing.
  public func evaluateParts(
    _ plans: [EvaluationPlan], _ shard: Shard, stop: StopFlag, progress: (SweepProgress) -> Void
  ) throws -> Int {
    try check(plans)
    let share = EpisodeShare(shard, of: try allEpisodes(plans))
    let inOrder = SegmentationNetwork.allCases.flatMap { network in
      let own = plans.filter { $0.network == network }
      return own.map(\.draws).uniqued().flatMap { draws in own.filter { $0.draws == draws } }
    }
    let shared = SharedWork()
    var failures = 0
    for (number, plan) in inOrder.enumerated() {
      do {
        failures += try evaluatePart(plan, share, sharing: shared, stop: stop) { evaluation in
          progress(SweepProgress(number: number + 1, of: inOrder.count, evaluation: evaluation))
        }
      } catch let error as any Explained where error.leavesOutOnePart {
        Log.evaluation.warning("fold \(plan.fold), seed \(plan.seed) left out: \(error.message)")
      }
    }
    return failures
  }

  /// The episodes of all plans, those of equal draws once.
  private func allEpisodes(_ plans: [EvaluationPlan]) throws -> [Episode] {
    var seen: Set<EvaluationPlan.Draws> = []
    return try plans.filter { seen.insert($0.draws).inserted }.flatMap { plan in
      do { return try episodes(of: plan) } catch let error as any Explained where error.leavesOutOnePart { return [] }
    }
  }
}

extension EvaluationPlan {
  /// What decides a plan's episodes.
  fileprivate struct Draws: Hashable {
    let fold: Int
    let draw: EpisodeDraw
    let episodes: Int
    let list: String?
  }

  fileprivate var draws: Draws { Draws(fold: fold, draw: draw, episodes: episodes, list: episodeList) }
}

extension Sequence where Element: Hashable {
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
