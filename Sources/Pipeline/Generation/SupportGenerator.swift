/// Makes the picture of a request, or finds it made.
public protocol SupportGenerator: Sendable {
  /// Blocks until the picture is in the store.
  ///
  /// `progress` hears the steps done and their number, many times a step, and ends the work by returning false:
  /// then `CancellationError` is thrown.
  func generate(_ request: GenerationRequest, progress: (_ step: Int, _ of: Int) -> Bool) throws -> GeneratedImage
}
