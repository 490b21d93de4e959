import Cluster
import Core
import Data
import Foundation
import Generation
import Pipeline
import Render
import Synchronization

/// Does what `update` asks for, away from the thread that draws, and posts the answers.
final class EffectRunner: Sendable {
  private struct Work {
    var workbench: Workbench?
    /// What is opened next, or open.
    var source: DatasetSource
    /// Folders of data sets.
    var roots: [DatasetKind: URL]
    /// Whose condition was asked for last.
    var conditionOf: Episode?
    /// What was turned into cells last: the next image will be shown like it.
    var rendered: RenderRequest?
  }

  let options: ExplorerOptions
  private let post: @Sendable (Event) -> Void
  private let work: Mutex<Work>
  private let lanes = TaskLanes<Effect.Lane>()
  /// Sessions are written one after the other, the newest last.
  private let sessions = DispatchQueue(label: "diffss.session", qos: .utility)

  init(options: ExplorerOptions, post: @escaping @Sendable (Event) -> Void) {
    self.options = options
    work = Mutex(Work(source: options.source, roots: options.roots))
    self.post = post
  }

  /// Starts an effect and returns at once.
  func run(_ effect: Effect) {
    switch effect {
    case .cancelJobs(let ids): for id in ids { workbench?.cancel(id) }
    case .retryJobs(let ids): workbench?.retry(ids)
    case .prioritise(let priorities): workbench?.prioritise(priorities)
    case .pauseQueue(let isPaused, let now): workbench?.setQueuePaused(isPaused, now: now)
    case .cancelAllJobs: workbench?.cancelAll()
    case .stopEvaluation: lanes.cancel(.evaluation)
    // What a crash of the machine takes is the cursor's place: not worth a wait for the disk.
    case .keepSession(let session): sessions.async { [file = sessionFile] in session.save(to: file, isDurable: false) }
    case .suspend, .redraw, .quit, .copy, .useMouse: break
    default: start(effect)
    }
  }

  /// Writes what the next start finds, and waits until it is there.
  func keep(_ session: SavedSession) { sessions.sync { session.save(to: sessionFile, isDurable: true) } }

  private var sessionFile: URL { SavedSession.file(in: options.dataFolder) }

  /// Stops everything; what is finished is kept, and the queue goes on at the next start. Waits two seconds at most for the store to hear of it.
  func stop() {
    lanes.cancelAll()
    guard let workbench else { return }
    workbench.closeQueue(reason: "the explorer was closed")
    let idle = DispatchSemaphore(value: 0)
    Task.detached {
      await workbench.waitUntilIdle()
      idle.signal()
    }
    _ = idle.wait(timeout: .now() + 2)
  }

  private var workbench: Workbench? { work.withLock { $0.workbench } }

  private func start(_ effect: Effect) {
    let source = work.withLock { $0.source }
    lanes.start(in: effect.lane) { [self] in
      var outcome: Outcome
      do {
        try await settle(effect)
        outcome = try await self.outcome(of: effect)
      } catch is CancellationError {
        outcome = .dropped
      } catch {
        outcome = .failed(Notice(error))
      }
      // What was asked of a data set that is closed by now says nothing about the open one.
      if effect.isOfDataset, work.withLock({ $0.source != source }) { outcome = .dropped }
      post(.done(effect, outcome))
    }
  }

  /// Waits a moment before costly work on an episode, which a held-down key may only pass over.
  private func settle(_ effect: Effect) async throws {
    let mayPass =
      switch effect {
      case .look: true
      // A knob of the condition in sight is followed at once.
      case .makeCondition(let episode, _): work.withLock { work in
          defer { work.conditionOf = episode }
          return work.conditionOf != episode
        }
      default: false
      }
    if mayPass { try await Task.sleep(for: .milliseconds(40)) } else { try Task.checkCancellation() }
  }

  private func outcome(of effect: Effect) async throws -> Outcome {
    if case .open = effect { return try await open() }
    if case .openDataset(let kind) = effect { return try await open(kind, root: work.withLock { $0.roots[kind] }) }
    if case .render(let request) = effect {
      work.withLock { $0.rendered = request }
      return .rendered(ImageRenderer.render(request))
    }
    if case .encode(let request) = effect { return .encoded(try PixelEncoder.encode(request)) }
    if case .loadClusterRuns = effect { return .clusterRuns(await ClusterRuns(ClusterRuns.standard()).text()) }
    if case .openFolder(let kind, let path) = effect { return try await open(kind, root: URL(fileURLWithPath: path, isDirectory: true)) }
    if case .inspectPath(let text, let use) = effect { return .path(PathInspector.inspect(text, use)) }
    if case .identifyFolder(let path) = effect { return .identified(Datasets.kind(of: URL(fileURLWithPath: path, isDirectory: true))) }
    if case .rememberFolder(let kind, let path) = effect {
      let root = URL(fileURLWithPath: path, isDirectory: true)
      try UserSettings.remember(root, of: kind)
      work.withLock { $0.roots[kind] = root }
      return .written("\(kind.rawValue) is \(PlainText.clean(path)) from now on, as config.toml says")
    }
    if case .sampleResources = effect { return .resources(.take()) }
    guard let workbench else { return .dropped }
    switch effect {
    case .loadEpisodes(let fold):
      let drawn = try await episodes(fold: fold, workbench)
      return .episodes(drawn + (try await workbench.episodes(fold: fold, importedBeside: drawn)))
    case .loadEpisode(let episode): return .episode(try await images(of: episode, workbench))
    case .makeCondition(let episode, let choice):
      guard let support = episode.supports[safe: choice.support] else { return .condition(nil) }
      let made = try await workbench.condition(choice.type, settings: choice.settings, item: support, classIndex: episode.classIndex)
      return .condition(made.map { DisplaySize.reduce($0.image) })
    case .look(let episode, let plan):
      let (requests, found) = try await look(episode, plan, workbench)
      return .plan(requests, found)
    case .survey(let episode, let plan, let choice): return try await survey(episode, plan, choice, workbench)
    case .generate(let episode, let plan):
      return .queued(try await workbench.enqueueMissing(episode, options: plan.options, count: plan.count))
    case .loadGenerated(let request): return .generated(try await found(request, workbench))
    case .enqueue(let requests):
      if let remark = try await workbench.promptRemarks(requests).first { post(.said(Notice(.warning, PlainText.clean(remark)))) }
      workbench.enqueue(requests)
      return .queued(requests.count)
    case .rate(let request, let rating):
      guard let image = try await workbench.generated(request) else { return .dropped }
      return .rated(try await workbench.set(rating, of: image))
    case .adopt(let request): return try await recall(request, workbench)
    case .recall(let path): return try await recall(StoredImage(URL(fileURLWithPath: path)).support().request, workbench)
    case .listEpisodes(let episodes): return .episodeList(try list(episodes, workbench).path)
    case .listImports: return .imports(try await workbench.importedImages())
    case .importImage(.files(let image, let mask), let meant):
      let (image, mask) = (URL(fileURLWithPath: image), URL(fileURLWithPath: mask))
      return try await changed(workbench.importImage(image: image, mask: mask, into: meant), workbench)
    case .importImage(.imported(let image), let meant): return try await changed(workbench.moveImport(image.id, into: meant), workbench)
    case .removeImport(let image): return try await changed(workbench.removeImport(image.id), workbench)
    case .undoImport(let change): return try await changed(workbench.undo(change), workbench)
    case .loadPresets: return .presets(try PresetFile(options.dataFolder).read())
    case .keepPreset(let preset): return .presets(try PresetFile(options.dataFolder).add(preset))
    case .forgetPreset(let name): return .presets(try PresetFile(options.dataFolder).remove(name))
    case .exportKept(let path):
      let outcome = try await workbench.exportKept(to: URL(fileURLWithPath: path, isDirectory: true))
      if outcome.written + outcome.problems.count == 0 { return .written("no image of this data set was kept") }
      let left = outcome.problems.first.map { "; \(outcome.problems.count) left out: \(PlainText.clean($0.message))" } ?? ""
      return .written("\(Counted(outcome.written, "kept image is", "kept images are")) in \(PlainText.clean(path))\(left)")
    case .report(let path):
      let problems = try await workbench.report(to: URL(fileURLWithPath: path))
      return .written("the report is \(PlainText.clean(path))" + (problems.first.map { "; \(problems.count) left out: \($0)" } ?? ""))
    case .predict(let episode, let plan, let segmenter): return try await predict(episode, plan, segmenter, workbench)
    case .foresee(let episode, let plan, let segmenter): return try await predict(episode, plan, segmenter, workbench, needsAll: true)
    case .measureDrift(let episode, let plan, let segmenter): return try await drift(episode, plan, segmenter, workbench)
    case .evaluate(let plan):
      return .report(try await workbench.evaluate(drawn(plan)) { [post] in post(.evaluationProgress($0)) }, date: Date())
    case .evaluateMarked(let plan, let episodes):
      return .report(
        try await workbench.evaluate(marked(plan, episodes, workbench)) { [post] in post(.evaluationProgress($0)) }, date: Date())
    case .resume(let evaluation):
      return .report(try await workbench.evaluate(evaluation.plan) { [post] in post(.evaluationProgress($0)) }, date: Date())
    case .forget(let evaluation):
      try await workbench.forget(evaluation)
      return try await reports(workbench)
    case .loadReports: return try await reports(workbench)
    case .loadStoredSupports: return .storedSupports(try await workbench.storedSupports())
    case .preload(let options, let network, let fold):
      await workbench.preload(options, network: network, fold: fold)
      return .preloaded
    case .open, .openDataset, .render, .encode, .loadClusterRuns, .sampleResources, .inspectPath, .identifyFolder, .openFolder,
      .rememberFolder, .cancelJobs, .retryJobs, .prioritise, .pauseQueue, .cancelAllJobs, .stopEvaluation, .keepSession, .copy, .useMouse,
      .suspend, .redraw, .quit:
      return .dropped
    }
  }

  /// Opens another data set; what was open is closed first, and its running job goes on here.
  private func open(_ kind: DatasetKind, root: URL?) async throws -> Outcome {
    let before = work.withLock { work in
      defer { work.workbench = nil }
      work.source = DatasetSource(kind, root: root, cache: options.source.cache)
      return work.workbench
    }
    before?.closeQueue(reason: "another data set was opened")
    await before?.waitUntilIdle()
    return try await open()
  }

  private func open() async throws -> Outcome {
    let source = work.withLock { $0.source }
    let dataset = try Datasets.open(source) { [post] done, of in
      // A message for every mask would keep the screen busy.
      if done % 256 == 0 { post(.opening(done: done, of: of)) }
      return true
    }
    let store = try Store(folder: options.dataFolder)
    let workbench = Workbench(
      dataset: dataset, models: ModelLibrary(folders: options.models, for: source.kind, memory: options.memory), store: store,
      origin: JobOrigin(source: source, modelFolders: options.models, memory: options.memory), workers: options.workers)
    work.withLock { $0.workbench = workbench }
    let events = workbench.events()
    Task.detached { [self] in
      for await event in events {
        // Reduced and turned into cells here, not by the thread that draws.
        if case .generated(let image) = event {
          post(.done(.loadGenerated(image.request), .generated(await shown(image, workbench))))
        } else {
          post(.work(event))
        }
      }
    }
    workbench.followQueue()
    if !workbench.engines.isEmpty { post(.work(.engines(workbench.engines))) }
    if let recovery = store.recovery { post(.said(Notice(.warning, recovery.message))) }
    let catalog = Catalog(
      name: dataset.name, classes: dataset.classes + workbench.ownClasses, folds: (0..<dataset.folds).map { dataset.classes(inFold: $0) })
    let menu = workbench.models.menu, times = try? store.imageTimes(engines: options.workers.engines?.names ?? [])
    return .opened(catalog, models: menu, secondsPerStep: times.flatMap(menu.secondsPerStep))
  }

  /// An image that was just generated, with its cells where an image was shown before: it needs no second pass of the event loop then.
  private func shown(_ image: GeneratedImage, _ workbench: Workbench) async -> FoundSupport? {
    guard var found = (try? await FoundSupport(image, workbench)) ?? nil else { return nil }
    if let before = work.withLock({ $0.rendered }) { found.cells = RenderedImage(before.of(found.screenImage(id: 0))) }
    return found
  }

  private func changed(_ change: ImportChange, _ workbench: Workbench) async throws -> Outcome {
    let turn = try await workbench.turn(of: change.after?.item ?? DatasetItem(id: "", classes: []))
    return .imported(change, ownClasses: workbench.ownClasses, turn: turn)
  }

  /// A fold's episodes, drawn or as saved.
  private func episodes(fold: Int, _ workbench: Workbench) async throws -> [Episode] {
    guard let file = options.episodeList else {
      let drawn = try await workbench.episodes(fold: fold, options.draw, count: options.episodes)
      let problems = try ListCheck.problems(options.draw, fold: fold, of: workbench.dataset)
      if let first = problems.first {
        let more = problems.count > 1 ? "\(problems.count - 1) more of the list: `diffss dataset list` names them" : first.kind.advice
        post(.said(Notice(.warning, PlainText.clean("\(first.name): \(first.detail)"), hint: more)))
      }
      return drawn
    }
    return try EpisodeList(file, for: workbench.dataset, fold: fold).episodes
  }
}
