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

extension Areas {
  /// Counts of one prediction (0, 1) against its truth (0, 1, 255 left out).
  ///
  /// Both masks must have the same size.
  public init(prediction: LabelMask, truth: LabelMask) {
    precondition(prediction.labels.count == truth.labels.count, "masks of different size")
    var counts = [0, 0, 0, 0]  // truth * 2 + prediction
    for (predicted, actual) in zip(prediction.labels, truth.labels) {
      if actual == 255 { continue }
      counts[(actual == 1 ? 2 : 0) + (predicted == 0 ? 0 : 1)] += 1
    }
    self.init(
      backgroundIntersection: counts[0], foregroundIntersection: counts[3],
      backgroundUnion: counts[0] + counts[1] + counts[2], foregroundUnion: counts[1] + counts[2] + counts[3])
  }

  static func + (left: Areas, right: Areas) -> Areas {
    Areas(
      backgroundIntersection: left.backgroundIntersection + right.backgroundIntersection,
      foregroundIntersection: left.foregroundIntersection + right.foregroundIntersection,
      backgroundUnion: left.backgroundUnion + right.backgroundUnion,
      foregroundUnion: left.foregroundUnion + right.foregroundUnion)
  }

  static let zero = Areas(backgroundIntersection: 0, foregroundIntersection: 0, backgroundUnion: 0, foregroundUnion: 0)
}
