import Render

/// Pixel counts of one prediction, from which every IoU is made.
public struct Areas: Codable, Hashable, Sendable {
  public var backgroundIntersection: Int
  public var foregroundIntersection: Int
  public var backgroundUnion: Int
  public var foregroundUnion: Int

  public init(backgroundIntersection: Int, foregroundIntersection: Int, backgroundUnion: Int, foregroundUnion: Int) {
    self.backgroundIntersection = backgroundIntersection
    self.foregroundIntersection = foregroundIntersection
    self.backgroundUnion = backgroundUnion
    self.foregroundUnion = foregroundUnion
  }

  /// Foreground IoU of this one prediction, percent; 0 when neither holds any foreground.
  public var iou: Double { 100 * Double(foregroundIntersection) / Double(max(foregroundUnion, 1)) }
}

/// A network's answer to one episode.
public struct Prediction: Hashable, Sendable {
  /// 0 or 1, at the network's size.
  public let mask: LabelMask
  /// Ground truth at that size: 0, 1 or 255.
  public let truth: LabelMask
  public let areas: Areas
  /// Supports used, real and generated.
  public let shots: Int

  public init(mask: LabelMask, truth: LabelMask, areas: Areas, shots: Int) {
    self.mask = mask
    self.truth = truth
    self.areas = areas
    self.shots = shots
  }

  /// Foreground IoU, percent.
  public var iou: Double { areas.iou }
}

/// One evaluated episode.
public struct EpisodeResult: Codable, Hashable, Sendable {
  public let episode: Episode
  /// With the real supports alone.
  public let baseline: Areas
  /// With the generated supports added; nil when none were asked for.
  public let augmented: Areas?

  public init(episode: Episode, baseline: Areas, augmented: Areas?) {
    self.episode = episode
    self.baseline = baseline
    self.augmented = augmented
  }
}

/// A figure and the standard error of it over the episodes drawn, in percent.
public struct Estimate: Codable, Hashable, Sendable {
  public let value: Double
  /// Nil when there are too few episodes to tell.
  public let error: Double?

  public init(value: Double, error: Double?) {
    self.value = value
    self.error = error
  }
}

/// IoU of one class over all its episodes.
public struct ClassScore: Codable, Hashable, Sendable {
  public let classIndex: Int
  public let name: String
  public let episodes: Int
  public let iou: Estimate

  public init(classIndex: Int, name: String, episodes: Int, iou: Estimate) {
    self.classIndex = classIndex
    self.name = name
    self.episodes = episodes
    self.iou = iou
  }
}

/// The figures of one setting over all episodes, percent.
public struct Scores: Codable, Hashable, Sendable {
  /// Mean over the fold's classes of their accumulated IoU; a class without episode counts 0.
  public let miou: Estimate
  /// Mean of foreground and background IoU, accumulated over all episodes regardless of class.
  public let fbIoU: Estimate
  /// The fold's classes, ascending.
  public let classes: [ClassScore]

  public init(miou: Estimate, fbIoU: Estimate, classes: [ClassScore]) {
    self.miou = miou
    self.fbIoU = fbIoU
    self.classes = classes
  }
}

/// Baseline and augmented results over the same episodes.
public struct EvaluationReport: Codable, Hashable, Sendable {
  public let dataset: String
  public let plan: EvaluationPlan
  /// SHA-256 of the weights by model identifier.
  public let weights: [String: String]
  public let episodes: [EpisodeResult]
  public let baseline: Scores
  public let augmented: Scores?
  /// Augmented minus baseline, paired: its errors come from the differences within each episode.
  public let difference: Scores?
  /// Generated supports that a folder of them lacks, so that the real one stood for each; nil when they came from the store.
  public let missingAuxiliaries: Int?
  /// Wall time of the evaluation alone, without generating.
  public let seconds: Double

  public init(
    dataset: String, plan: EvaluationPlan, weights: [String: String], episodes: [EpisodeResult], baseline: Scores,
    augmented: Scores?, difference: Scores?, missingAuxiliaries: Int? = nil, seconds: Double
  ) {
    self.dataset = dataset
    self.plan = plan
    self.weights = weights
    self.episodes = episodes
    self.baseline = baseline
    self.augmented = augmented
    self.difference = difference
    self.missingAuxiliaries = missingAuxiliaries
    self.seconds = seconds
  }
}
