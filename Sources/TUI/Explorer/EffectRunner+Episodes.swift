import Data
import Evaluation
import Foundation
import Generation
import Models
import Pipeline
import Render

/// What effects on episodes do.
extension EffectRunner {
  /// A plan over the episodes that are browsed.
  func drawn(_ plan: EvaluationPlan) -> EvaluationPlan {
    var own = plan
    (own.episodeProtocol, own.seed, own.workers) = (options.draw.episodeProtocol, options.draw.seed, options.draw.workers)
    (own.lists, own.episodeList) = (options.draw.lists, options.episodeList?.path)
    return own
  }

  func reports(_ workbench: Workbench) async throws -> Outcome {
    let all = try await workbench.datedEvaluations()
    return .reports(all.map(\.report), dates: all.map(\.date), unfinished: try await workbench.unfinishedEvaluations())
  }

  func images(of episode: Episode, _ workbench: Workbench) async throws -> EpisodeImages {
    func masked(_ item: DatasetItem) async throws -> EpisodeImages.Masked {
      try Task.checkCancellation()
      return EpisodeImages.Masked(
        DisplaySize.reduce(try await workbench.image(item)), DisplaySize.reduce(try await workbench.mask(item, of: episode.classIndex)))
    }
    var supports: [EpisodeImages.Masked] = []
    for support in episode.supports { supports.append(try await masked(support)) }
    return EpisodeImages(supports: supports, query: try await masked(episode.query))
  }

  func requests(_ episode: Episode, _ plan: SupportPlan, _ workbench: Workbench) async throws -> [GenerationRequest] {
    try await workbench.requests(episode, options: plan.options, count: plan.count)
  }

  func look(
    _ episode: Episode, _ plan: SupportPlan, _ workbench: Workbench
  ) async throws -> ([GenerationRequest], [GenerationRequest: FoundSupport]) {
    let requests = try await requests(episode, plan, workbench)
    var all: [GenerationRequest: FoundSupport] = [:]
    for request in requests {
      try Task.checkCancellation()
      if let stored = try await found(request, workbench) { all[request] = stored }
    }
    return (requests, all)
  }

  func found(_ request: GenerationRequest, _ workbench: Workbench) async throws -> FoundSupport? {
    guard let stored = try await workbench.generated(request) else { return nil }
    return try await FoundSupport(stored, workbench)
  }

  func survey(_ episode: Episode, _ plan: SupportPlan, _ choice: ConditionChoice, _ workbench: Workbench) async throws -> Outcome {
    let (requests, found) = try await look(episode, plan, workbench)
    var control: Image?
    if let support = episode.supports[safe: choice.support] {
      control = try await workbench.condition(choice.type, settings: choice.settings, item: support, classIndex: episode.classIndex)?.image
    }
    return .survey(requests, found, condition: control.map(DisplaySize.reduce))
  }

  func recall(_ request: GenerationRequest, _ workbench: Workbench) async throws -> Outcome {
    let (options, seed) = try await workbench.options(of: request)
    return .recalled(options, seed: seed, own: request.seed)
  }

  /// The generated supports of a plan that were not rejected, and the requests of those that were.
  func used(
    _ episode: Episode, _ plan: SupportPlan, _ workbench: Workbench
  ) async throws -> (images: [GeneratedImage], rejected: Set<GenerationRequest>) {
    var images: [GeneratedImage] = [], rejected: Set<GenerationRequest> = []
    for request in try await requests(episode, plan, workbench) {
      guard let stored = try await workbench.generated(request) else { continue }
      if try await workbench.rating(of: stored) == .rejected { rejected.insert(request) } else { images.append(stored) }
    }
    return (images, rejected)
  }

  func drift(
    _ episode: Episode, _ plan: SupportPlan, _ segmenter: SegmenterChoice, _ workbench: Workbench
  ) async throws -> Outcome {
    let (images, rejected) = try await used(episode, plan, workbench)
    guard !images.isEmpty else { return .dropped }
    var agreements: [GenerationRequest: Double] = [:]
    for image in images { agreements[image.request] = try await workbench.agreement(of: image, fold: episode.fold, by: segmenter) }
    return .drift(1 - agreements.values.reduce(0, +) / Double(agreements.count), agreements: agreements, rejected: rejected)
  }

  /// A plan over marked episodes, which are replayed from a list.
  func marked(_ plan: EvaluationPlan, _ episodes: [Episode], _ workbench: Workbench) throws -> EvaluationPlan {
    let file = try list(episodes, workbench)
    var own = plan
    (own.episodeProtocol, own.seed, own.workers) = (options.draw.episodeProtocol, options.draw.seed, options.draw.workers)
    (own.lists, own.episodeList, own.episodes) = (options.draw.lists, file.path, episodes.count)
    return own
  }

  /// Saves a list of episodes of one fold under its digest.
  func list(_ episodes: [Episode], _ workbench: Workbench) throws -> URL {
    var draw = options.draw
    draw.shots = episodes.first?.supports.count ?? draw.shots
    let list = EpisodeList(workbench.dataset, fold: episodes.first?.fold ?? 0, draw: draw, episodes: episodes)
    let file = options.dataFolder.appendingPathComponent("episodes/\(try list.digest()).json")
    try list.write(to: file)
    return file
  }

  /// `needsAll` says that a plan of which supports are missing is not worth a prediction.
  func predict(
    _ episode: Episode, _ plan: SupportPlan?, _ segmenter: SegmenterChoice, _ workbench: Workbench, needsAll: Bool = false
  ) async throws -> Outcome {
    var auxiliaries: [GeneratedImage] = [], rejected: Set<GenerationRequest> = []
    if let plan {
      (auxiliaries, rejected) = try await used(episode, plan, workbench)
      if needsAll, auxiliaries.count + rejected.count < plan.count { return .incomplete }
    }
    let prediction = try await workbench.predict(episode, by: segmenter, auxiliaries: auxiliaries)
    let image = DisplaySize.reduce(try await workbench.image(episode.query))
    return .prediction(image: image, mask: prediction.mask, truth: prediction.truth, iou: prediction.iou, rejected: rejected)
  }
}

extension FoundSupport {
  /// A stored image, reduced for the screen.
  init(_ stored: GeneratedImage, _ workbench: Workbench) async throws {
    let source = stored.request.source
    var outline: LabelMask?
    // A support that cannot be read any more costs its contour alone.
    if let item = workbench.dataset.item(source.item) { outline = try? await workbench.mask(item, of: source.classIndex) }
    self.init(
      image: DisplaySize.reduce(stored.image), outline: outline.map(DisplaySize.reduce), rating: try await workbench.rating(of: stored),
      file: stored.file)
  }
}
