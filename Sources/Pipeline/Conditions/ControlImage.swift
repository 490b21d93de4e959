import Render

/// What a ControlNet sees, with the steps that led to it.
public struct ControlImage: Hashable, Sendable {
  /// RGB, sides multiples of 64; the network's input is this divided by 255.
  public let image: Image
  /// The steps in order; the last one is `control`.
  public let stages: [ConditionStage]

  public init(image: Image, stages: [ConditionStage]) {
    self.image = image
    self.stages = stages
  }

  /// The picture of a step, nil when this condition has no such step.
  public func stage(_ name: ConditionStage.Name) -> Image? { stages.first { $0.name == name }?.image }
}

/// One step in the making of a control image.
public struct ConditionStage: Hashable, Sendable {
  public enum Name: String, CaseIterable, Codable, Sendable {
    /// The picture after the size rule, RGB.
    case resized
    /// The class mask at that size, grey 0 or 1.
    case mask
    /// The resized picture smoothed, RGB; only where blur is asked for.
    case blurred
    /// The edges before masking, grey 0...255.
    case edge
    /// The mask grown by the ellipse, grey 0 or 1.
    case dilated
    /// The edges inside the grown mask, grey 0...255.
    case masked
    /// A scribble before thinning, grey 0 or 255.
    case threshold
    /// The control image itself, RGB.
    case control
  }

  public let name: Name
  public let image: Image

  public init(name: Name, image: Image) {
    self.name = name
    self.image = image
  }
}
