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
  /// Nil without an episode.
  public let iou: Estimate?

  public init(classIndex: Int, name: String, episodes: Int, iou: Estimate?) {
    self.classIndex = classIndex
    self.name = name
    self.episodes = episodes
    self.iou = iou
  }
}

extension ClassScore {
  enum CodingKeys: String, CodingKey { case classIndex, name, episodes, iou }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self), episodes = try values.decode(Int.self, forKey: .episodes)
    let iou = try values.decodeIfPresent(Estimate.self, forKey: .iou)
    self.init(
      classIndex: try values.decode(Int.self, forKey: .classIndex), name: try values.decode(String.self, forKey: .name), episodes: episodes,
      // Older documents hold 0 for a class that was never measured.
      iou: episodes == 0 ? nil : iou)
  }

  /// `iou` is null without an episode, never absent.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(classIndex, forKey: .classIndex)
    try values.encode(name, forKey: .name)
    try values.encode(episodes, forKey: .episodes)
    try values.encode(iou, forKey: .iou)
  }
}

/// The figures of one setting over all episodes, percent.
public struct Scores: Codable, Hashable, Sendable {
  /// Mean of the classes' accumulated IoU, by the report's `ClassMean`; 0 without any episode.
  public let miou: Estimate
  /// Mean of foreground and background IoU, accumulated over all episodes regardless of class.
  public let fbIoU: Estimate
  /// The fold's classes, ascending.
  public let classes: [ClassScore]

  /// Classes that have episodes.
  var present: Int { classes.count { $0.episodes > 0 } }

  public init(miou: Estimate, fbIoU: Estimate, classes: [ClassScore]) {
    self.miou = miou
    self.fbIoU = fbIoU
    self.classes = classes
  }
}
