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

  /// Side of a network's input: what its weights were trained with.
  static func size(of entry: ModelEntry) -> Int { entry.origin == .demo ? 128 : 384 }

  func segmenter(_ network: SegmentationNetwork, fold: Int) throws -> (segmenter: EpisodeSegmenter, model: ModelEntry) {
    let entry = try models.segmentation(network, fold: fold)
    let network = try models.segmenter(entry, report: report)
    return (EpisodeSegmenter(network: network, dataset: dataset, size: Self.size(of: entry)), entry)
  }

  /// Blocks until the report is made and stored. Throws `CancellationError` soon after `stop` is set.
  func evaluate(_ plan: EvaluationPlan, stop: StopFlag, progress: (EvaluationProgress) -> Void) throws -> EvaluationReport {
    try Self.validate(plan)
    let episodes = Array(
      try plan.episodeList.map { try EpisodeList(URL(fileURLWithPath: $0), for: dataset).episodes.prefix(plan.episodes) }
        ?? Array(EpisodeSampler(dataset, fold: plan.fold, plan.draw).prefix(plan.episodes))[...])
    // Asked for before hours of generating, so that missing weights are found at once.
    let (segmenter, entry) = try segmenter(plan.network, fold: plan.fold)
    var weights = [entry.id: try models.digest(of: entry.id)]
    let folder = try plan.auxiliaryFolder.map { try AuxiliaryFolder(URL(fileURLWithPath: $0)) }
    let generated = folder == nil ? try generate(plan, episodes: episodes, stop: stop, progress: progress) : [:]
    let present = try folder.map { try $0.count(Self.wanted(episodes, plan)) }
    if let any = generated.first?.value.first { weights.merge(try models.weights(any.request.models)) { first, _ in first } }

    let start = ContinuousClock.now
    let classes = dataset.classes(inFold: plan.fold)
    var baseline = IoUMeter(classes: classes), augmented = IoUMeter(classes: classes)
    var results: [EpisodeResult] = []
    for episode in episodes {
      if stop.isSet { throw CancellationError() }
      let real = segmenter.realSupports(episode)
      let plain = try segmenter.predict(episode, supports: real).areas
      baseline.add(plain, classIndex: episode.classIndex)
      var helped: Areas?
      if plan.auxiliaryShots > 0 {
        let auxiliaries = try Self.auxiliaries(of: episode, plan: plan) { source in
          if let folder { return self.support(source.support, number: source.number, in: folder) }
          guard let pictures = generated[source.support], source.number < pictures.count else {
            throw PipelineError.unknownItem(id: source.support.item.id, dataset: dataset.name)
          }
          return pictures[source.number].support(maskItem: source.support.item)
        }
        let areas = try segmenter.predict(episode, supports: real + auxiliaries).areas
        augmented.add(areas, classIndex: episode.classIndex)
        helped = areas
      }
      results.append(EpisodeResult(episode: episode, baseline: plain, augmented: helped))
      progress(
        .evaluating(
          done: results.count, of: episodes.count, baseline: 100 * baseline.miou(),
          augmented: helped == nil ? nil : 100 * augmented.miou()))
    }
    let report = EvaluationReport(
      dataset: dataset.name, plan: plan, weights: weights, results: results,
      classes: classes.compactMap(dataset.classInfo), missing: present.map { Self.wanted(episodes, plan).count - $0 }, seconds: (ContinuousClock.now - start) / .seconds(1))
    try store.save(report)
    return report
  }

  private static func validate(_ plan: EvaluationPlan) throws {
    try plan.options.validate()
    guard (1...1_000_000).contains(plan.episodes) else {
      throw PipelineError.badSetting(name: "episodes", value: "\(plan.episodes)", allowed: "1...1000000")
    }
    guard (0...64).contains(plan.auxiliaryShots) else {
      throw PipelineError.badSetting(name: "auxiliary shots", value: "\(plan.auxiliaryShots)", allowed: "0...64")
    }
  }

  // MARK: Generated supports

  /// A real support in the role of one class.
  private struct SupportKey: Hashable {
    let item: DatasetItem
    let classIndex: Int
  }

  /// A stored picture: only its name is kept, a benchmark's worth of pixels would not fit into memory.
  private struct StoredPicture {
    let key: String
    let file: URL
    let request: GenerationRequest

    func support(maskItem: DatasetItem) -> EpisodeSegmenter.Support {
      EpisodeSegmenter.Support(picture: .generated(key: key), maskItem: maskItem) { try Image(pngOrJpeg: file) }
    }
  }

  /// Which generated pictures an episode uses: number k comes from real support k modulo shots.
  private static func auxiliaries<T>(
    of episode: Episode, plan: EvaluationPlan, _ make: ((support: SupportKey, number: Int)) throws -> T
  ) rethrows -> [T] {
    try (0..<plan.auxiliaryShots).map { k in
      let item = episode.supports[k % episode.supports.count]
      return try make((SupportKey(item: item, classIndex: episode.classIndex), k / episode.supports.count))
    }
  }

  /// Every generated picture that the episodes use, each once.
  private static func wanted(_ episodes: [Episode], _ plan: EvaluationPlan) -> [(item: DatasetItem, classIndex: Int, number: Int)] {
    struct Wanted: Hashable {
      let support: SupportKey
      let number: Int
    }
    var seen: Set<Wanted> = []
    return episodes.flatMap { episode in
      Self.auxiliaries(of: episode, plan: plan) { Wanted(support: $0.support, number: $0.number) }
    }.filter { seen.insert($0).inserted }.map { ($0.support.item, $0.support.classIndex, $0.number) }
  }

  /// A pre-generated picture, else the real one in its place.
  private func support(_ key: SupportKey, number: Int, in folder: AuxiliaryFolder) -> EpisodeSegmenter.Support {
    let dataset = dataset
    guard let file = folder.file(key.item, classIndex: key.classIndex, number: number) else {
      return EpisodeSegmenter.Support(picture: .real(key.item), maskItem: key.item) { try dataset.image(key.item) }
    }
    return EpisodeSegmenter.Support(picture: .file(file.path), maskItem: key.item) {
      try AuxiliaryFolder.read(file, support: dataset.image(key.item))
    }
  }

  /// Finds or paints every picture of the plan. Episodes that share a support share its pictures.
  private func generate(
    _ plan: EvaluationPlan, episodes: [Episode], stop: StopFlag, progress: (EvaluationProgress) -> Void
  ) throws -> [SupportKey: [StoredPicture]] {
    var counts: [SupportKey: Int] = [:], order: [SupportKey] = []
    for episode in episodes {
      for (support, number) in Self.auxiliaries(of: episode, plan: plan, { $0 }) {
        if counts[support] == nil { order.append(support) }
        counts[support] = max(counts[support] ?? 0, number + 1)
      }
    }
    let total = counts.values.reduce(0, +)
    var pictures: [SupportKey: [StoredPicture]] = [:], done = 0
    for support in order {
      let wanted = try requests.requests(
        item: support.item, classIndex: support.classIndex, options: plan.options, count: counts[support] ?? 0)
      for request in wanted {
        let picture = try generator.generate(request) { state in
          progress(.generating(done: done, of: total, step: state.step, steps: state.steps))
          return !stop.isSet
        }
        if stop.isSet { throw CancellationError() }
        done += 1
        progress(.generating(done: done, of: total, step: 0, steps: request.steps))
        pictures[support, default: []].append(StoredPicture(key: picture.key, file: picture.file, request: request))
      }
    }
    return pictures
  }
}

extension EvaluationReport {
  /// The figures of a list of results.
  package init(
    dataset: String, plan: EvaluationPlan, weights: [String: String], results: [EpisodeResult], classes: [ClassInfo], missing: Int? = nil, seconds: Double
  ) {
    let baseline = results.map { (classIndex: $0.episode.classIndex, areas: $0.baseline) }
    let augmented = results.compactMap { result in result.augmented.map { (classIndex: result.episode.classIndex, areas: $0) } }
    let isPaired = augmented.count == baseline.count && !augmented.isEmpty
    self.init(
      dataset: dataset, plan: plan, weights: weights, episodes: results, baseline: .of(baseline, classes: classes),
      augmented: isPaired ? .of(augmented, classes: classes) : nil,
      difference: isPaired ? .difference(baseline, augmented, classes: classes) : nil, missingAuxiliaries: missing, seconds: seconds)
  }
}
