import Render

/// A network's answer to one episode.
public struct Prediction: Hashable, Sendable {
  /// 0 or 1, at the size where they are compared.
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
