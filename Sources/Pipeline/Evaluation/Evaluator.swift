import Foundation
import Models
import Render

/// Carries out evaluation plans: episodes, missing supports, predictions with and without them, figures.
struct Evaluator: Sendable {
  let supports: SupportReader
  let models: ModelLibrary
  let store: Store
  let requests: RequestMaker
  let generator: any SupportGenerator
  let report: ModelLibrary.Report

  private var dataset: any Dataset { supports.dataset }

  /// A network with a fold's weights; `side` nil for the input square that the weights recommend, else the published one.
  func segmenter(_ network: SegmentationNetwork, fold: Int, side: Int? = nil) throws -> (segmenter: EpisodeSegmenter, model: ModelEntry) {
    let entry = try models.segmentation(network, fold: fold)
    let side = side ?? ModelLibrary.recommendation(besides: entry.url)?.inputSide ?? network.publishedSide
    return (EpisodeSegmenter(network, network: try models.segmenter(entry, report: report), dataset: dataset, side: side), entry)
  }

  /// Blocks until the report is made and stored. An evaluation that was ended before goes on from its finished episodes.
  ///
  /// Throws `CancellationError` soon after `stop` is set.
  func evaluate(_ plan: EvaluationPlan, stop: StopFlag, progress: (EvaluationProgress) -> Void) throws -> EvaluationReport {
    try plan.validate()
    let episodes = try episodes(of: plan)
    // Asked for before hours of painting, so that missing weights are found at once.
    let (segmenter, entry) = try segmenter(plan.network, fold: plan.fold, side: plan.inputSide)
    let comparison = plan.comparison ?? Comparison(plan.network.convention)
    let wanted = episodes.generatedSupports(plan.auxiliaryShots)
    let auxiliaries = try auxiliaries(wanted, plan, stop: stop, progress: progress)
    let weights = auxiliaries.weights.merging([entry.id: try models.digest(of: entry.id)]) { first, _ in first }
    let journal = try EpisodeJournal(
      EpisodeJournal.Identity(
        dataset: dataset.name, plan: plan, inputSide: segmenter.input.side, weights: weights, episodes: episodes,
        pictures: try Set([episodes.first, episodes.last].compactMap { $0 }).map(digest).sorted(), auxiliaries: auxiliaries.state),
      in: store.folder.appendingPathComponent("evaluations"))

    let start = ContinuousClock.now
    let classes = dataset.classes(inFold: plan.fold), convention = comparison.convention
    var baseline = IoUMeter(classes: classes), augmented = IoUMeter(classes: classes)
    var results: [EpisodeResult] = []
    for (position, episode) in episodes.enumerated() {
      if stop.isSet { throw CancellationError() }
      var line = journal.finished[position]
      if line == nil {
        let fresh = try areas(episode, position, plan, segmenter, auxiliaries.pictures, comparison)
        try journal.add(fresh)
        line = fresh
      }
      guard let line else { continue }
      baseline.add(line.baseline, classIndex: episode.classIndex)
      if let areas = line.augmented { augmented.add(areas, classIndex: episode.classIndex) }
      results.append(EpisodeResult(episode: episode, baseline: line.baseline, augmented: line.augmented))
      progress(
        .evaluating(
          done: results.count, of: episodes.count, baseline: 100 * baseline.miou(convention),
          augmented: line.augmented == nil ? nil : 100 * augmented.miou(convention)))
    }
    let report = EvaluationReport(
      dataset: dataset.name, plan: plan, weights: weights, results: results, classes: classes.compactMap(dataset.classInfo),
      comparison: comparison, inputSide: segmenter.input.side, missing: auxiliaries.missing,
      seconds: (ContinuousClock.now - start) / .seconds(1))
    try store.save(report)
    journal.remove()
    return report
  }

  private func episodes(of plan: EvaluationPlan) throws -> [Episode] {
    if let list = plan.episodeList {
      return Array(try EpisodeList(URL(fileURLWithPath: list), for: dataset).episodes.prefix(plan.episodes))
    }
    return Array(try EpisodeSampler(dataset, fold: plan.fold, plan.draw).prefix(plan.episodes))
  }

  /// An episode with its real supports alone, and with the generated ones added.
  private func areas(
    _ episode: Episode, _ position: Int, _ plan: EvaluationPlan, _ segmenter: EpisodeSegmenter, _ pictures: AuxiliaryPictures,
    _ comparison: Comparison
  ) throws -> EpisodeJournal.Line {
    let real = segmenter.realSupports(episode)
    let baseline = try segmenter.predict(episode, supports: real, comparison).areas
    guard plan.auxiliaryShots > 0 else { return EpisodeJournal.Line(position: position, baseline: baseline, augmented: nil) }
    let generated = try episode.generatedSupports(plan.auxiliaryShots).map(pictures.picture)
    let augmented = try segmenter.predict(episode, supports: real + generated, comparison).areas
    return EpisodeJournal.Line(position: position, baseline: baseline, augmented: augmented)
  }

  private func digest(_ episode: Episode) throws -> String {
    Digest.hex(image: try dataset.image(episode.query), mask: try dataset.mask(episode.query, of: episode.classIndex))
  }

  // MARK: Generated supports

  private struct Auxiliaries {
    let pictures: AuxiliaryPictures
    /// Of the models that painted them, by identifier.
    var weights: [String: String] = [:]
    /// How many a folder lacks; nil for the store.
    var missing: Int?
    /// The folder's files; empty for the store, whose pictures the plan and the weights decide.
    var state: [String] = []
  }

  /// The generated supports of a plan: in its folder, else found in the store or painted.
  private func auxiliaries(
    _ wanted: [GeneratedSupport], _ plan: EvaluationPlan, stop: StopFlag, progress: (EvaluationProgress) -> Void
  ) throws -> Auxiliaries {
    guard !wanted.isEmpty else { return Auxiliaries(pictures: AuxiliaryPictures([:], of: dataset)) }
    if let path = plan.auxiliaryFolder {
      let folder = try AuxiliaryFolder(URL(fileURLWithPath: path))
      return Auxiliaries(pictures: AuxiliaryPictures(folder, of: dataset), missing: try folder.missing(wanted), state: folder.state(wanted))
    }
    let choice = try plan.options.models ?? models.choice(for: plan.options.condition, settings: plan.options.conditionSettings)
    let weights = try models.weights(choice)
    let pictures = try AuxiliaryPainter(requests: requests, generator: generator)
      .pictures(wanted, plan.options, stop: stop, progress: progress)
    return Auxiliaries(pictures: AuxiliaryPictures(pictures, of: dataset), weights: weights)
  }
}
