import Generation

/// An image in the making, as it was after its last step.
public struct RunningPreview: Sendable {
  public let image: ScreenImage
  /// Whether it came after the last step: the finished image shows much the same.
  private let isLast: Bool
  /// When it came, in seconds since the start.
  private let time: Double
  /// The numbers of what was shown of the same image before.
  private let earlier: Set<Int>

  /// Seconds without another step after which all of a step is shown.
  public static let patience = 1.0

  init(_ image: ScreenImage, isLast: Bool, at time: Double, after before: RunningPreview?) {
    (self.image, self.isLast, self.time) = (image, isLast, time)
    earlier = before.map { $0.earlier.union([$0.image.id]) } ?? []
  }

  /// Whether an image is an earlier step of this one.
  func follows(_ image: Int) -> Bool { earlier.contains(image) }

  /// Whether the next step may come soon, so that cells that are nearly as good stay.
  func isFresh(at now: Double) -> Bool { !isLast && now - time < Self.patience }
}

/// An image that an evaluation generates, after its last step.
public struct EvaluatedImage: Sendable {
  public let request: GenerationRequest
  public let step: Int
  public let steps: Int
  public let preview: RunningPreview
}
