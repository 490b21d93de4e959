import Render

/// Makes the picture of a request, or finds it made.
public protocol SupportGenerator: Sendable {
  /// Blocks until the picture is in the store.
  ///
  /// `progress` hears how far it is, many times a step, and ends the work by returning false: then `CancellationError` is thrown.
  func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage
}

/// How far a picture is. To be looked at at once: its preview is not kept.
public struct GenerationProgress {
  /// Steps done, and their number.
  public let step: Int
  public let steps: Int
  /// Draws what there is of the picture after a step, in any size; nil between steps.
  public let preview: (() -> Image?)?

  public init(step: Int, steps: Int, preview: (() -> Image?)? = nil) {
    self.step = step
    self.steps = steps
    self.preview = preview
  }
}
