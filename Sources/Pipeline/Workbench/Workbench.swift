import Core
import Data
import Evaluation
import Foundation
import Generation
import Models
import Render
import Synchronization

/// Everything that the explorer and the command line do with one data set: browse, condition, generate, segment, evaluate.
///
/// Safe from any thread. What is `async` runs on the workbench's own threads, never on the caller's; what is not returns
/// at once. Opening reads no weights: they load when first needed.
public final class Workbench: Sendable {
  /// The data set, which also knows the images imported into it.
  public var dataset: any Dataset { imported }
  public let models: ModelLibrary
  public let store: Store

  let imported: ImportedDataset
  private let supports: SupportReader
  let requestMaker: RequestMaker
  private let controls: ControlImages
  let diffusion: DiffusionGenerator
  private let folderGenerator: FolderGenerator
  private let hub = EventHub()
  private let queue: GenerationQueue
  let evaluator: Evaluator
  /// Looking things up, which never waits for a network; conditions, which follow their knobs at once; predictions; evaluations and loading.
  let lookupLane = WorkLane("lookups")
  private let conditionLane = WorkLane("conditions")
  private let predictionLane = WorkLane("predictions")
  let evaluationLane = WorkLane("evaluations")
  private let segmenters = KeptSegmenters()

  /// `origin` says how the data set and the models were opened, so that another process can go on with the queue; nil where none can.
  /// `workers` generate. `generator` replaces the diffusion model, `digest` what requests know a support's
  /// pixels by (tests do that).
  public init(
    dataset: any Dataset, models: ModelLibrary, store: Store, origin: JobOrigin? = nil, workers: GenerationWorkers = GenerationWorkers(),
    generator: (any SupportGenerator)? = nil, digest: @escaping @Sendable (Image, LabelMask) -> String = Digest.hex(image:mask:)
  ) {
    self.models = models
    self.store = store
    let report: ModelLibrary.Report = { [hub] in hub.send(WorkEvent($0)) }
    workers.engines?.report(to: hub)
    let chain = GenerationChain(dataset, models: models, store: store, workers: workers, report: report, digest: digest)
    (imported, supports, requestMaker) = (chain.dataset, chain.supports, chain.requests)
    (controls, diffusion) = (chain.controls, chain.diffusion)
    let generator = generator ?? diffusion
    folderGenerator = FolderGenerator(requests: requestMaker, controls: controls, models: models, generator: generator)
    let generators = JobGenerators(
      own: JobGenerators.Own(dataset: dataset.name, origin: origin, generator: generator), store: store, workers: workers, report: report)
    queue = GenerationQueue(generators: generators, origin: origin, store: store, hub: hub)
    evaluator = Evaluator(
      supports: supports, models: models, store: store, requests: requestMaker, generator: WatchedGenerator(generator, hub),
      report: report)
  }

  // MARK: Browsing

  /// The first `count` episodes of a fold. Throws for an unknown fold or one with too few images.
  public func episodes(fold: Int, _ draw: EpisodeDraw = EpisodeDraw(), count: Int) async throws -> [Episode] {
    try await lookupLane.run { [imported] _ in try EpisodeList(imported, fold: fold, draw: draw, count: max(count, 0)).episodes }
  }

  /// The image, three channels. Throws `DataError` or `RenderError` when it cannot be read.
  public func image(_ item: DatasetItem) async throws -> Image {
    try await lookupLane.run { [supports] _ in try supports.dataset.image(item) }
  }

  /// 1 where the class is, 0 elsewhere, 255 where the annotation says to ignore.
  /// Throws `DataError` or `RenderError` when it cannot be read.
  public func mask(_ item: DatasetItem, of classIndex: Int) async throws -> LabelMask {
    try await lookupLane.run { [supports] _ in try supports.dataset.mask(item, of: classIndex) }
  }

  // MARK: Conditions

  /// The control image of a support with every stage; nil for the condition `none`.
  ///
  /// Throws for a mask that is empty, of another size, or without the class, for a setting out of range, and when an edge detector is
  /// missing. The detector runs once for an image, however often the other settings change.
  public func condition(
    _ type: ConditionType, settings: ConditionSettings, item: DatasetItem, classIndex: Int
  ) async throws -> ControlImage? {
    try await conditionLane.run { [controls] _ in try controls.control(type, settings, item: item, classIndex: classIndex) }
  }

  // MARK: Generating

  /// Requests for supports `0..<count` generated from an image and class, each with its own seed.
  ///
  /// Throws for a setting out of range, a support that cannot be used, or a model that is missing.
  public func requests(
    item: DatasetItem, classIndex: Int, options: GenerationOptions, count: Int
  ) async throws -> [GenerationRequest] {
    try await lookupLane.run { [requestMaker] _ in
      try requestMaker.requests(item: item, classIndex: classIndex, options: options, count: max(count, 0))
    }
  }

  /// Requests for `count` generated supports of an episode, as an evaluation takes them: number k from real support k modulo shots.
  ///
  /// Throws as the other one.
  public func requests(_ episode: Episode, options: GenerationOptions, count: Int) async throws -> [GenerationRequest] {
    try await lookupLane.run { [requestMaker] _ in try requestMaker.requests(episode, options: options, count: max(count, 0)) }
  }

  /// What is to be said of the prompts of classes with these settings before anything is generated: characters that tokenizers read differently,
  /// and what a text encoder does not see of them. Throws `CoreError` when the table of prompts cannot be read.
  public func promptRemarks(_ options: GenerationOptions, classes: [Int]) async throws -> [String] {
    try await lookupLane.run { [requestMaker, imported, models] _ in
      guard let choice = try? models.choice(for: options) else { return [] }
      let prompts = try requestMaker.prompts.get()
      return models.remarks(
        on: classes.compactMap(imported.classInfo).map { prompts.positive($0, template: options.prompt) },
        negativePrompt: options.negativePrompt ?? prompts.negative, guidance: options.guidance, diffusion: choice.diffusion)
    }
  }

  /// The same of requests. Throws `CancellationError`.
  public func promptRemarks(_ requests: [GenerationRequest]) async throws -> [String] {
    guard let first = requests.first else { return [] }
    return try await lookupLane.run { [models] _ in
      models.remarks(
        on: Set(requests.map(\.prompt)).sorted(), negativePrompt: first.negativePrompt, guidance: first.guidance, diffusion: first.models.diffusion)
    }
  }

  /// Puts requests at the end of the queue, which works through them in the background; those of the same priority in
  /// the order queued.
  @discardableResult
  public func enqueue(_ requests: [GenerationRequest], priority: Int = 0) -> [JobID] { queue.enqueue(requests, priority: priority) }

  /// Puts requests at the end of the queue for whichever process works on it. Throws `GenerationError.storeUnusable`.
  public func leave(_ requests: [GenerationRequest], priority: Int = 0) throws -> [JobID] { try queue.leave(requests, priority: priority) }

  /// Shows what else is in the queue, by this or another process, and works on it whenever no other process does.
  public func followQueue() { queue.follow() }

  /// Stops working on the queue. The running jobs are interrupted and, like all that wait, go on at the next start.
  public func closeQueue(reason: String) { queue.close(reason: reason) }

  /// Cancels a job: at once when it waits, within a second when it runs. Does nothing to an ended job.
  public func cancel(_ id: JobID) { queue.cancel(id) }

  /// Lets no further job begin, or goes on; `now` also interrupts this process's running jobs, which are the first to go on.
  public func setQueuePaused(_ isPaused: Bool, now: Bool = false) { queue.setPaused(isPaused, now: now) }

  /// Sets priorities of jobs that wait: higher ones first, those of the same priority in the order queued.
  public func prioritise(_ priorities: [JobID: Int]) { queue.prioritise(priorities) }

  /// Queues failed and cancelled jobs again, in their old places.
  public func retry(_ ids: [JobID]) { queue.retry(ids) }

  /// Cancels every waiting and running job.
  public func cancelAll() { queue.cancelAll() }

  /// Jobs in the order queued: all that have not ended, the last ones that had ended before, and what came since.
  public var jobs: [Job] { queue.jobs }

  /// What happens from now on, one stream a watcher. A slow watcher misses steps, never the last state of a job.
  public func events() -> AsyncStream<WorkEvent> { hub.stream() }

  /// What the engines are at; none where this process evaluates the networks.
  public var engines: [EngineStatus] { diffusion.workers.engines?.statuses ?? [] }

  /// The stored image for a request made with the present weights; nil when there is none yet. Loads no weights.
  /// Throws `GenerationError.modelMissing`, and `ModelError` for weights that cannot be read.
  public func generated(_ request: GenerationRequest) async throws -> GeneratedImage? {
    try await lookupLane.run { [diffusion] _ in try diffusion.stored(request) }
  }

  /// Queues what of an episode's `count` generated supports is neither stored nor queued; returns how many these are. Throws as `requests`.
  @discardableResult
  public func enqueueMissing(_ episode: Episode, options: GenerationOptions, count: Int) async throws -> Int {
    try await lookupLane.run { [requestMaker, diffusion, queue] _ in
      // An image that is drawn twice as a support asks for the same ones twice.
      var seen = Set(queue.jobs.filter { !$0.state.isFinal }.map(\.request))
      let requests = try requestMaker.requests(episode, options: options, count: max(count, 0)).filter { seen.insert($0).inserted }
      let missing = try requests.filter { try !diffusion.isStored($0) }
      queue.enqueue(missing)
      return missing.count
    }
  }

  /// The settings of a request. Their seed is the base from which its own was derived, where that is a small number
  /// (`SupportSeed.base`); nil says that it is not, and the options hold 0. Throws `CoreError` when the table of prompts cannot be read.
  public func options(of request: GenerationRequest) async throws -> (options: GenerationOptions, seed: UInt64?) {
    try await lookupLane.run { [requestMaker, imported, models] _ in
      let prompts = try requestMaker.prompts.get(), info = imported.classInfo(request.source.classIndex)
      var options = GenerationOptions(request.settings)
      let own = PreferredModels(request.models)
      if (try? models.choice(for: options)).map(PreferredModels.init) != own { options.models = own }
      // A prompt that the class's name gives is none of the user's.
      if info.map({ prompts.positive($0) }) != request.prompt { options.prompt = request.prompt }
      if prompts.negative != request.negativePrompt { options.negativePrompt = request.negativePrompt }
      let source = request.source
      let seed = SupportSeed.base(of: request.seed, item: source.item, classIndex: source.classIndex, number: source.number)
      options.seed = seed ?? 0
      return (options, seed)
    }
  }

  /// Notes what the user thinks of an image; nil takes it back. Returns what lists say of the image from now on.
  /// Throws `GenerationError.storeUnusable` or `.storeDamaged`.
  @discardableResult
  public func set(_ rating: Rating?, of image: GeneratedImage) async throws -> StoredSupport {
    try await lookupLane.run { [store] _ in
      try store.set(rating, of: image.key)
      return StoredSupport(key: image.key, of: image.request.source.support, condition: image.request.condition, rating: rating)
    }
  }

  /// What the user thinks of an image. Throws `GenerationError.storeUnusable` or `.storeDamaged`.
  public func rating(of image: GeneratedImage) async throws -> Rating? {
    try await lookupLane.run { [store] _ in try store.rating(of: image.key) }
  }

  /// Every generated support of the data set. Throws `GenerationError.storeUnusable` or `.storeDamaged`.
  public func storedSupports() async throws -> [StoredSupport] {
    try await lookupLane.run { [store, imported] _ in try store.supports(dataset: imported.name) }
  }

  /// Writes the kept images of the data set into a folder as the published loaders read them (`KeptExport`).
  /// Throws `CoreError.cannotWrite`, `GenerationError.storeUnusable` or `.storeDamaged`.
  public func exportKept(to url: URL) async throws -> KeptExport.Outcome {
    try await lookupLane.run { [store, imported] _ in try KeptExport.write(store, dataset: imported.name, to: url) }
  }

  /// Writes an HTML page of what the store has for the data set (`HTMLReport`). Returns what was left out of it, and why.
  /// Throws `EvaluationError.nothingToReport`, `CoreError.cannotWrite`, `GenerationError.storeUnusable` or `.storeDamaged`.
  public func report(to url: URL, limit: Int = 20) async throws -> [String] {
    try await evaluationLane.run { [store, imported, evaluator] stop in
      var page = try HTMLReport(store: store, name: imported.name, dataset: imported, limit: limit)
      page.predictions = try evaluator.predictions(of: page.evaluationReports, limit: Self.shownQueries, stop: stop)
      try page.write(to: url)
      return page.problems.map { PlainText.clean("\($0)") }
    }
  }

  /// Queries that a report shows where nobody says how many.
  public static let shownQueries = 6

  /// Queries of evaluations of the data set with the network's masks, for a report (`Evaluator.predictions`). Throws `CancellationError`.
  public func predictions(of reports: [EvaluationReport], limit: Int) async throws -> PredictionGallery {
    try await evaluationLane.run { [evaluator] stop in try evaluator.predictions(of: reports, limit: limit, stop: stop) }
  }

  /// Generates the image of a file again from what the file says of itself, and compares (`ImageVerification`).
  ///
  /// Cancelling the calling task ends it with `CancellationError`. Throws for a file that this program did not write, a support that is
  /// not in the data set or has changed, and models that are missing.
  public func verify(
    _ stored: StoredImage, progress: @escaping @Sendable (GenerationProgress) -> Void = { _ in }
  ) async throws -> ImageVerification {
    try await evaluationLane.run { [diffusion, models] stop in
      let metadata = try stored.support()
      let here = try models.located(metadata.request.models, digests: metadata.weights)
      return try stored.verify(metadata, weights: here.weights) { request in
        var request = request
        request.models = here.choice
        return try diffusion.make(request) { state in
          progress(state)
          return !stop.isSet
        }
      }
    }
  }

  /// Generates a list of supports into a folder or an archive, past the queue: what is finished there is left, `watch` hears of what fails, and the rest goes on.
  ///
  /// `watch` is called from a background thread. Cancelling the calling task, or `stop`, ends the run with `CancellationError`; what is finished
  /// stays. Also throws for settings out of range and for models that are missing, before anything is generated.
  public func generate(
    _ run: SupportRun, into folder: any SupportOutput, stop: StopFlag = StopFlag(), watch: @escaping @Sendable (SupportRunEvent) -> Void
  ) async throws {
    try await evaluationLane.run(stop: stop) { [folderGenerator] stop in
      try folderGenerator.generate(run, into: folder, stop: stop, watch: watch)
    }
  }

  /// Returns when no job waits or runs, unless the queue is paused or closed, and all of them are in the store.
  public func waitUntilIdle() async { await queue.waitUntilIdle() }

  /// Reads the weights that `options` and the fold's network need, and starts the engines, so that the first image and the first prediction come sooner.
  /// Models that are missing are left for the moment they are asked for.
  public func preload(_ options: GenerationOptions, network: SegmentationNetwork = .dcama, fold: Int) async {
    diffusion.workers.engines?.begin()
    _ = try? await evaluationLane.run { [models, diffusion, evaluator, segmenters, hub] _ in
      let choice = try models.choice(for: options)
      _ = try models.weights(choice)
      // An engine reads them when its first image begins.
      if diffusion.workers.engines == nil { _ = try models.diffusion(choice, precision: options.precision) { hub.send(WorkEvent($0)) } }
      try segmenters.use(SegmenterChoice(network, precision: options.precision), fold: fold, evaluator) { _ in }
    }
  }

  // MARK: Segmenting

  /// The network's mask for the episode's query, given its real supports and the generated ones.
  /// Throws `GenerationError.modelMissing`, `ModelError` for weights that do not fit or a prediction that is no number, and what reading throws.
  public func predict(
    _ episode: Episode, by choice: SegmenterChoice = SegmenterChoice(), auxiliaries: [GeneratedImage] = []
  ) async throws -> Prediction {
    try await predictionLane.run { [segmenters, evaluator, supports] _ in
      try segmenters.use(choice, fold: episode.fold, evaluator) { segmenter in
        let generated = try auxiliaries.map { auxiliary in
          MaskedImage.generated(
            .generated(key: auxiliary.key), from: try supports.item(auxiliary.request.source.item), of: supports.dataset
          ) { auxiliary.image }
        }
        return try segmenter.predict(episode, supports: segmenter.realSupports(episode) + generated, Comparison(choice.network.convention))
      }
    }
  }

  /// How much of a generated support's object still fills its mask, 0...1 (`SupportAgreement`). Throws as `predict`.
  public func agreement(of image: GeneratedImage, fold: Int, by choice: SegmenterChoice = SegmenterChoice()) async throws -> Double {
    try await predictionLane.run { [segmenters, evaluator, supports] _ in
      try segmenters.use(choice, fold: fold, evaluator) { segmenter in
        let item = try supports.item(image.request.source.item)
        let masked = MaskedImage.generated(.generated(key: image.key), from: item, of: supports.dataset) { image.image }
        return try segmenter.agreement(masked, classIndex: image.request.source.classIndex, Comparison(choice.network.convention))
      }
    }
  }

  /// Draws the plan's episodes, generates the supports that are missing, segments every query with and without them,
  /// and keeps the report in the store.
  ///
  /// Cancelling the calling task ends it with `CancellationError`; images finished until then stay in the store.
  /// `parts` are folders of stores in which `evaluateParts` has worked. `progress` is called from a background thread.
  public func evaluate(
    _ plan: EvaluationPlan, parts: [URL] = [], progress: @escaping @Sendable (EvaluationProgress) -> Void = { _ in }
  ) async throws -> EvaluationReport {
    try await evaluationLane.run { [evaluator] stop in
      let shared = SharedWork()
      let report = try evaluator.evaluate(plan, sharing: shared, parts: parts, stop: stop, progress: progress)
      // With parts the journal remembers that its report is stored, however often they are put together.
      if parts.isEmpty { shared.finish() }
      return report
    }
  }

  /// Does one shard's part of some evaluations of one set of episodes, for as many processes with a store each: generates and segments, and
  /// reports nothing. Returns how many episodes could not be evaluated.
  ///
  /// Cancelling the calling task, or `stop`, ends it with `CancellationError`; what is finished stays in the store.
  public func evaluateParts(
    _ plans: [EvaluationPlan], _ shard: Shard, stop: StopFlag = StopFlag(), progress: @escaping @Sendable (SweepProgress) -> Void = { _ in }
  ) async throws -> Int {
    try await evaluationLane.run(stop: stop) { [evaluator] stop in
      try evaluator.evaluateParts(plans, shard, stop: stop, progress: progress)
    }
  }

  /// The demo's weights that evaluations would use on another data set; nil without any.
  public func demoWeights(of plans: [EvaluationPlan]) -> DemoWeights? {
    DemoWeights(
      Set(plans).compactMap { plan in
        let generates = plan.auxiliaryShots > 0 && plan.auxiliaryFolder == nil
        return models.demoWeights(
          on: dataset.name, generating: generates ? plan.options : nil, segmenting: plan.network, fold: plan.fold)
      })
  }

  /// Evaluates every setting of a sweep, with what they have in common made once; otherwise as `evaluate`.
  ///
  /// Returns the figures, and each setting's reports in the order of its folds and seeds.
  public func sweep(
    _ plan: SweepPlan, parts: [URL] = [], progress: @escaping @Sendable (SweepProgress) -> Void = { _ in }
  ) async throws -> (report: SweepReport, evaluations: [[EvaluationReport]]) {
    try await evaluationLane.run { [evaluator] stop in try evaluator.sweep(plan, parts: parts, stop: stop, progress: progress) }
  }

  /// Earlier evaluations of this data set, newest first. Throws `GenerationError.storeUnusable` or `.storeDamaged`.
  public func evaluations() async throws -> [EvaluationReport] {
    try await lookupLane.run { [store, imported] _ in try store.evaluations(dataset: imported.name) }
  }

  /// Evaluations of this data set without a report that no process works on, the newest first.
  public func unfinishedEvaluations() async throws -> [UnfinishedEvaluation] {
    try await lookupLane.run { [store, imported] _ in store.unfinishedEvaluations(dataset: imported.name) }
  }

  /// Forgets one of them with its finished episodes; generated images stay.
  public func forget(_ evaluation: UnfinishedEvaluation) async throws {
    try await lookupLane.run { [store] _ in store.forget(evaluation) }
  }

  /// The same with the time at which each was saved.
  public func datedEvaluations() async throws -> [(report: EvaluationReport, date: Date)] {
    try await lookupLane.run { [store, imported] _ in try store.datedEvaluations(dataset: imported.name) }
  }
}

/// The segmenter last used for single predictions, with its prepared images.
private final class KeptSegmenters: Sendable {
  private struct Kept {
    let choice: SegmenterChoice
    let fold: Int
    let segmenter: EpisodeSegmenter
  }

  private let kept: Mutex<Kept?> = Mutex(nil)

  func use<T: Sendable>(
    _ choice: SegmenterChoice, fold: Int, _ evaluator: Evaluator, _ body: (EpisodeSegmenter) throws -> T
  ) throws -> T {
    try kept.withLock { kept in
      if let known = kept, known.choice == choice, known.fold == fold { return try body(known.segmenter) }
      let fresh = try evaluator.segmenter(choice.network, fold: fold, precision: choice.precision).segmenter
      kept = Kept(choice: choice, fold: fold, segmenter: fresh)
      return try body(fresh)
    }
  }
}
