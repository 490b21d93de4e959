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
