import Core
import Data
import Foundation
import Generation
import Models
import Render

/// Carries out evaluation plans: episodes, missing supports, predictions with and without them, figures.
public struct Evaluator: Sendable {
  let supports: SupportReader
  let models: ModelLibrary
  let store: Store
  let requests: RequestMaker
  let generator: any SupportGenerator
  let report: ModelLibrary.Report
  private let shelf = AuxiliaryShelf()

  public init(
    supports: SupportReader, models: ModelLibrary, store: Store, requests: RequestMaker, generator: any SupportGenerator,
    report: @escaping ModelLibrary.Report
  ) {
    self.supports = supports
    self.models = models
    self.store = store
    self.requests = requests
    self.generator = generator
    self.report = report
  }

  private var dataset: any Dataset { supports.dataset }

  /// A network with a fold's weights; `side` nil for the input square that the weights recommend, else the published one.
  /// Throws `GenerationError.modelMissing`, and `ModelError` for weights that do not fit and a precision that the processor lacks.
  public func segmenter(_ network: SegmentationNetwork, fold: Int, side: Int? = nil, precision: Precision) throws -> (
    segmenter: EpisodeSegmenter, model: ModelEntry
  ) {
    let entry = try models.segmentation(network, fold: fold)
    let side = side ?? ModelLibrary.recommendation(besides: entry.url)?.inputSide ?? network.publishedSide
    let loaded = try models.segmenter(entry, precision: precision, report: report)
    return (EpisodeSegmenter(network, network: loaded, dataset: dataset, side: side), entry)
  }

  /// The same as a plan asks for.
  func segmenter(_ plan: EvaluationPlan) throws -> (segmenter: EpisodeSegmenter, model: ModelEntry) {
    try segmenter(plan.network, fold: plan.fold, side: plan.inputSide, precision: plan.precision)
  }

  /// Blocks until the report is made and stored. An evaluation that was ended before goes on from its finished episodes.
  ///
  /// An episode that cannot be evaluated is left out of the figures and told in the report; asked for again it is tried again. `shared`
  /// keeps what other settings have in common with this one, and the journal until its `finish()`. `parts` are folders with what
  /// `evaluatePart` has made of it. Throws `EvaluationError.nothingEvaluated`
  /// when no episode can be, and `CancellationError` soon after `stop` is set.
  public func evaluate(
    _ plan: EvaluationPlan, sharing shared: SharedWork, parts: [URL] = [], stop: StopFlag, progress: (EvaluationProgress) -> Void
  ) throws -> EvaluationReport {
    try plan.validate()
    let drawn = try self.episodes(of: plan),
      note = EvaluationNote.begin(plan, dataset: dataset.name, episodes: drawn.count, in: store.folder)
    do {
      let report = try evaluate(plan, drawn, note, sharing: shared, parts: parts, stop: stop, progress: progress)
      note?.finish()
      return report
    } catch {
      note?.end()
      throw error
    }
  }

  private func evaluate(
    _ plan: EvaluationPlan, _ episodes: [Episode], _ note: EvaluationNote?, sharing shared: SharedWork, parts: [URL], stop: StopFlag,
    progress: (EvaluationProgress) -> Void
  ) throws -> EvaluationReport {
    let setting = try setting(plan, episodes, sharing: shared, parts: parts, stop: stop, progress: progress)
    let (work, journal, comparison) = (setting.work, setting.journal, setting.comparison)
    // What tasks have made is no work that was cut off, and neither is what this call has made for another setting.
    let isResumed = parts.isEmpty && !journal.finished.isEmpty && !shared.keeps(journal)
    shared.keep(journal)
    note?.follow(journal)
    if isResumed { progress(.resuming(done: journal.finished.count, of: episodes.count)) }
    let start = ContinuousClock.now
    let ofFold = dataset.classes(inFold: plan.fold), convention = comparison.convention, mean = plan.classMean ?? .present
    // A list may hold episodes of the user's own classes too.
    let classes = ofFold + Set(episodes.map(\.classIndex)).subtracting(ofFold).sorted()
    var baseline = IoUMeter(classes: classes), augmented = IoUMeter(classes: classes)
    var results: [EpisodeResult] = [], leftOut: [LeftOutEpisode] = [], failure: (any Error)?
    for (position, episode) in episodes.enumerated() {
      if stop.isSet { throw CancellationError() }
      if let reason = journal.failures[position] {
        leftOut.append(LeftOutEpisode(episode: episode, reason: reason))
      } else if let line = try finished(
        position, setting,
        failed: { error in
          leftOut.append(LeftOutEpisode(episode: episode, reason: EpisodeFailure.reason(error)))
          failure = failure ?? error
        })
      {
        work.keep(line, plan)
        baseline.add(line.baseline, classIndex: episode.classIndex)
        if let areas = line.augmented { augmented.add(areas, classIndex: episode.classIndex) }
        results.append(EpisodeResult(episode: episode, baseline: line.baseline, augmented: line.augmented, gated: line.gated))
      }
      progress(
        .evaluating(
          done: position + 1, of: episodes.count, baseline: results.isEmpty ? nil : 100 * baseline.miou(convention, over: mean),
          augmented: plan.auxiliaryShots == 0 || results.isEmpty ? nil : 100 * augmented.miou(convention, over: mean)))
    }
    if results.isEmpty, let first = leftOut.first {
      throw EvaluationError.nothingEvaluated(
        episodes: leftOut.count, first: "query \(first.episode.query.id)", reason: first.reason,
        hint: (failure as? any Explained)?.hint)
    }
    journal.leftOut = leftOut
    let infos = classes.compactMap(dataset.classInfo), (wanted, ready) = (setting.wanted, setting.ready)
    let report = EvaluationReport(
      dataset: dataset.name, plan: plan.told, weights: setting.weights, results: results, classes: infos, comparison: comparison,
      inputSide: work.segmenter.input.side, missing: plan.auxiliaryFolder.map { _ in wanted.count - ready.count },
      auxiliaries: setting.source.facts(ready),
      gate: setting.gate.map { gate in
        let used = Set(results.map(\.episode).generatedSupports(plan.auxiliaryShots))
        return GateReport(
          gate, wanted: ready.filter { used.contains($0) && gate.agreements[$0] != nil }, results, classes: infos, convention, mean: mean)
      }, demoWeights: setting.demo, leftOut: leftOut, seconds: (ContinuousClock.now - start) / .seconds(1))
    if let text = report.leftOutText { Log.evaluation.warning("\(text)") }
    Log.evaluation.info(
      "\(plan.network) fold \(plan.fold), \(results.count) episodes, \(plan.shots)+\(plan.auxiliaryShots) shots: done in \(String(format: "%.1f", report.seconds)) s"
    )
    if !journal.isReported {
      try store.save(report)
      try journal.noteReported()
    }
    journal.close()
    return report
  }

  /// Segments the episodes of a share, generating what they lack, and leaves them where `evaluate` finds them as `parts`: the store's
  /// folder. Makes no report.
  ///
  /// Throws as `evaluate`, but where none of the share's episodes can be evaluated: returned are how many could not.
  public func evaluatePart(
    _ plan: EvaluationPlan, _ share: EpisodeShare, sharing shared: SharedWork, stop: StopFlag, progress: (EvaluationProgress) -> Void
  ) throws -> Int {
    try plan.validate()
    let episodes = try episodes(of: plan)
    let setting = try setting(plan, episodes, share: share, sharing: shared, stop: stop, progress: progress)
    let own = episodes.indices.filter { share.contains(episodes[$0]) }
    let taken = own.count { setting.journal.finished[$0] != nil }
    if taken > 0 { progress(.resuming(done: taken, of: own.count)) }
    var failures: [Int: String] = [:]
    for (done, position) in own.enumerated() {
      if stop.beginsNothing { throw CancellationError() }
      if let line = try finished(position, setting, failed: { failures[position] = EpisodeFailure.reason($0) }) {
        setting.work.keep(line, plan)
      }
      progress(.evaluating(done: done + 1, of: own.count, baseline: nil, augmented: nil))
    }
    setting.journal.close()
    try setting.journal.write(failures)
    return failures.count
  }

  /// The episodes of a plan, in their order. Throws what drawing or reading them does.
  public func episodes(of plan: EvaluationPlan) throws -> [Episode] {
    if let list = plan.episodeList {
      return Array(try EpisodeList(URL(fileURLWithPath: list), for: dataset, fold: plan.fold).episodes.prefix(plan.episodes))
    }
    return Array(try EpisodeSampler(dataset, fold: plan.fold, plan.draw).prefix(plan.episodes))
  }

  /// What a plan's episodes are segmented with: images are generated, of a share its own, and agreements measured.
  private func setting(
    _ plan: EvaluationPlan, _ episodes: [Episode], share: EpisodeShare? = nil, sharing shared: SharedWork, parts: [URL] = [],
    stop: StopFlag, progress: (EvaluationProgress) -> Void
  ) throws -> Setting {
    // Asked for before hours of generating: missing weights, or ones made for another number of supports, are found at once.
    let work = try shared.work(plan) { try segmenter(plan) }
    for shots in Set(episodes.map(\.supports.count)) { try work.segmenter.check(shots: shots, auxiliaryShots: plan.auxiliaryShots) }
    let comparison = plan.comparison ?? Comparison(plan.network.convention)
    let wanted = episodes.filter(isThere).generatedSupports(plan.auxiliaryShots)
    var source = try source(wanted, plan)
    let own = share.map { $0.own(wanted, of: episodes, isGated: plan.minimumAgreement != nil, plan.auxiliaryShots) } ?? wanted
    try source.prepare(own, stop: stop, progress: progress)
    let ready = own.filter(source.has)
    let gate = try plan.minimumAgreement.map { minimum in
      try DriftGate(minimum: minimum) { try work.agreement($0, classIndex: $1, comparison) }.pass(
        ready, from: &source, stop: stop, progress: progress)
    }
    let weights = source.weights.merging([work.model.id: try models.digest(of: work.model.id)]) { first, _ in first }
    let journal = try FinishedEpisodes(
      FinishedEpisodes.Identity(
        dataset: dataset.name, plan: plan, inputSide: work.segmenter.input.side, weights: weights, episodes: episodes,
        images: Set([episodes.first, episodes.last].compactMap { $0 }).compactMap { try? digest($0) }.sorted(),
        auxiliaries: source.state(wanted + (gate == nil ? [] : wanted.further))),
      in: store.folder, parts: parts)
    let items = episodes.lazy.flatMap { [$0.query.id] + $0.supports.map(\.id) }
    return Setting(
      plan: plan, episodes: episodes, work: work, source: source, gate: gate, comparison: comparison, journal: journal, wanted: wanted,
      ready: ready, weights: weights,
      demo: DemoWeights(weights.keys, of: models, on: dataset.name, items: items).map(\.models) ?? source.demoWeights)
  }

  /// Whether the data set has all of an episode's images, and its query is none of its supports.
  private func isThere(_ episode: Episode) -> Bool {
    !episode.isOwnSupport && ([episode.query] + episode.supports).allSatisfy { dataset.item($0.id) != nil }
  }

  /// An episode from the journal, else evaluated and put there; nil, with `failed` told why, when its images do not let it.
  private func finished(_ position: Int, _ setting: Setting, failed: (any Error) -> Void) throws -> FinishedEpisodes.Line? {
    if let known = setting.journal.finished[position] { return known }
    let fresh: FinishedEpisodes.Line
    do { fresh = try line(position, setting.episodes[position], setting) } catch let error where EpisodeFailure.isOfImages(error) {
      failed(error)
      return nil
    }
    return try setting.journal.adding(fresh)
  }

  /// What an evaluation's episodes are segmented with.
  private struct Setting {
    let plan: EvaluationPlan
    let episodes: [Episode]
    let work: SharedWork.SegmenterWork
    let source: any AuxiliarySource
    let gate: DriftGate.Outcome?
    let comparison: Comparison
    let journal: FinishedEpisodes
    /// Every generated support of the episodes, and those that are ready.
    let wanted: [GeneratedSupport]
    let ready: [GeneratedSupport]
    /// SHA-256 of all weights by model identifier.
    let weights: [String: String]
    /// The demo's among them, on other data.
    let demo: [String]?
  }

  /// An episode with its real supports alone, with the generated ones added, and without those that have drifted.
  private func line(_ position: Int, _ episode: Episode, _ setting: Setting) throws -> FinishedEpisodes.Line {
    let (plan, segmenter, source) = (setting.plan, setting.work.segmenter, setting.source)
    try segmenter.check(episode)
    let real = segmenter.realSupports(episode)
    func areas(_ added: [MaskedImage]) throws -> Areas {
      try segmenter.predict(episode, supports: real + added, setting.comparison).areas
    }
    let baseline = try setting.work.areas(plan.baseline, position) { try areas([]) }
    guard plan.auxiliaryShots > 0 else { return FinishedEpisodes.Line(position: position, baseline: baseline, augmented: nil, gated: nil) }
    let wanted = episode.generatedSupports(plan.auxiliaryShots)
    let augmented = try setting.work.areas(plan.ungated, position) { try areas(wanted.map(source.image)) }
    let gated = try setting.gate.map { gate in
      if let failure = wanted.lazy.compactMap({ gate.failures[$0] }).first { throw failure }
      let places = wanted.map(gate.place)
      return places == wanted
        ? augmented : try areas(zip(wanted, places).map { try $1.map(source.image) ?? segmenter.real($0.item) })
    }
    return FinishedEpisodes.Line(position: position, baseline: baseline, augmented: augmented, gated: gated)
  }

  private func digest(_ episode: Episode) throws -> String {
    Digest.hex(image: try dataset.image(episode.query), mask: try dataset.mask(episode.query, of: episode.classIndex))
  }

  /// The generated supports of a plan: its folder's, else the store's.
  func source(_ wanted: [GeneratedSupport], _ plan: EvaluationPlan) throws -> any AuxiliarySource {
    if let path = plan.auxiliaryFolder {
      return try AuxiliaryFolder(shelf.files(URL(fileURLWithPath: path), report: report), of: dataset, wanted: wanted, fold: plan.fold)
    }
    var weights: [String: String] = [:]
    if !wanted.isEmpty {
      weights = try models.weights(
        models.choice(for: plan.options))
    }
    return GeneratedAuxiliaries(plan.options, weights: weights, requests: requests, generator: generator, dataset: dataset)
  }
}
