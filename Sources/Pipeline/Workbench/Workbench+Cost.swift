import Core
import Data
import Evaluation
import Foundation
import Generation
import Models

extension Workbench {
  /// What images cost before they are made (`CostEstimator`). `written` is the format of copies outside the store; `say` hears what is measured, from
  /// a background thread.
  ///
  /// Cancelling the calling task ends it with `CancellationError`; otherwise throws where a step must be measured and cannot be.
  public func cost(
    _ works: [ImageWork], _ measuring: CostEstimator.Measuring, written: ImageFormat? = nil,
    say: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> WorkCost {
    let estimator = CostEstimator(requests: requestMaker, generator: diffusion, models: models, store: store)
    return try await evaluationLane.run { stop in try estimator.cost(works, measuring, written: written, stop: stop, say: say) }
  }

  /// The images that evaluations add to real supports: of each setting of the images those of all folds and seeds, each once. Those that would
  /// replace drifted ones are not among them.
  ///
  /// Throws what drawing or reading episodes does, and what would end the evaluations before their first image.
  public func imageWorks(of plans: [EvaluationPlan]) async throws -> [ImageWork] {
    try await evaluationLane.run { [evaluator] stop in
      try evaluator.check(plans)
      var order: [GenerationOptions] = [], wanted: [GenerationOptions: Set<GeneratedSupport>] = [:],
        drawn: [EvaluationPlan: [Episode]] = [:]
      for plan in plans where plan.auxiliaryShots > 0 && plan.auxiliaryFolder == nil {
        if stop.isSet { throw CancellationError() }
        let key = EvaluationPlan(
          fold: plan.fold, shots: plan.shots, auxiliaryShots: 0, episodes: plan.episodes, episodeProtocol: plan.episodeProtocol,
          seed: plan.seed,
          workers: plan.workers, lists: plan.lists, episodeList: plan.episodeList)
        let episodes = try drawn[key] ?? evaluator.episodes(of: key)
        drawn[key] = episodes
        if wanted[plan.options] == nil { order.append(plan.options) }
        wanted[plan.options, default: []].formUnion(episodes.generatedSupports(plan.auxiliaryShots))
      }
      return order.map { options in
        let own = wanted[options] ?? []
        let samples = Set(own.lazy.map(\.support)).sorted { ($0.item.id, $0.classIndex) < ($1.item.id, $1.classIndex) }
        return ImageWork(options, count: own.count, samples: samples)
      }
    }
  }
}

extension WorkCost {
  /// What the jobs of a queue cost that wait or run, as far as it was measured before; nil where none does, or where their data set cannot be
  /// opened. Jobs of other data sets than the first one's are left out.
  public static func of(_ jobs: [Job], store: Store, workers: GenerationWorkers) -> WorkCost? {
    let open = jobs.filter { !$0.state.isFinal }
    guard let origin = open.first?.origin, let dataset = try? Datasets.open(origin.source) else { return nil }
    let models = ModelLibrary(
      folders: origin.modelFolders, files: origin.files ?? GivenFiles(), for: origin.source.kind, memory: origin.memory)
    let chain = GenerationChain(dataset, models: models, store: store, workers: workers, report: { _ in })
    return CostEstimator(requests: chain.requests, generator: chain.diffusion, models: models, store: store)
      .cost(of: open.filter { $0.origin == origin }.map(\.request))
  }
}
