import Foundation
import Render

/// Everything that the explorer and the command line do with one data set: browse, condition, generate, segment, evaluate.
///
/// Safe from any thread. What is `async` runs on the workbench's own threads, never on the caller's; what is not returns
/// at once. Opening reads no weights: they load when first needed.
public final class Workbench: Sendable {
  public let dataset: any Dataset
  public let models: ModelLibrary
  public let store: Store

  public init(dataset: any Dataset, models: ModelLibrary, store: Store) {
    self.dataset = dataset
    self.models = models
    self.store = store
  }

  // MARK: Browsing

  /// The first `count` episodes of a fold. Throws for an unknown fold or one with too few pictures.
  public func episodes(
    fold: Int, shots: Int = 1, count: Int, episodeProtocol: EpisodeProtocol = .hsnet, seed: UInt64 = 0
  ) async throws -> [Episode] { throw PipelineError.unknownFold(fold: fold, dataset: dataset.name, folds: dataset.folds) }

  /// The picture, three channels.
  public func image(_ item: DatasetItem) async throws -> Image { throw PipelineError.unknownItem(id: item.id, dataset: dataset.name) }

  /// 1 where the class is, 0 elsewhere, 255 where the annotation says to ignore.
  public func mask(_ item: DatasetItem, of classIndex: Int) async throws -> LabelMask {
    throw PipelineError.unknownItem(id: item.id, dataset: dataset.name)
  }

  // MARK: Conditions

  /// The control image of a support with every stage; nil for the condition `none`.
  public func condition(
    _ type: ConditionType, settings: ConditionSettings, item: DatasetItem, classIndex: Int
  ) async throws -> ControlImage? { nil }

  // MARK: Generating

  /// What the settings pane starts with: the published settings at the data set's own scale.
  public var defaultOptions: GenerationOptions { GenerationOptions() }

  /// Requests for supports `0..<count` generated from a picture and class, each with its own seed.
  public func requests(
    item: DatasetItem, classIndex: Int, options: GenerationOptions, count: Int
  ) async throws -> [GenerationRequest] { [] }

  /// Puts requests at the end of the queue, which works through them one after the other in the background.
  @discardableResult
  public func enqueue(_ requests: [GenerationRequest]) -> [JobID] { [] }

  /// Cancels a job: at once when it waits, within a second when it runs. Does nothing to an ended job.
  public func cancel(_ id: JobID) {}

  /// Cancels every waiting and running job.
  public func cancelAll() {}

  /// This run's jobs in the order queued.
  public var jobs: [Job] { [] }

  /// What happens from now on, one stream a watcher. A slow watcher misses steps, never the last state of a job.
  public func events() -> AsyncStream<WorkEvent> { AsyncStream { $0.finish() } }

  /// The stored picture for a request made with the present weights; nil when there is none yet. Loads no weights.
  public func generated(_ request: GenerationRequest) async throws -> GeneratedImage? { nil }

  /// Returns when no job waits or runs.
  public func waitUntilIdle() async {}

  // MARK: Segmenting

  /// The network's mask for the episode's query, given its real supports and the generated ones.
  public func predict(
    _ episode: Episode, network: SegmentationNetwork = .dcama, auxiliaries: [GeneratedImage] = []
  ) async throws -> Prediction { throw PipelineError.unknownFold(fold: episode.fold, dataset: dataset.name, folds: dataset.folds) }

  /// Draws the plan's episodes, generates the supports that are missing, segments every query with and without them.
  ///
  /// Cancelling the calling task ends it with `CancellationError`; pictures finished until then stay in the store.
  /// `progress` is called from a background thread.
  public func evaluate(
    _ plan: EvaluationPlan, progress: @escaping @Sendable (EvaluationProgress) -> Void = { _ in }
  ) async throws -> EvaluationReport { throw PipelineError.unknownFold(fold: plan.fold, dataset: dataset.name, folds: dataset.folds) }

  /// Earlier evaluations of this data set, newest first.
  public func evaluations() async throws -> [EvaluationReport] { [] }
}
