import Core
import Render

/// Makes the image of a request, or finds it made.
public protocol SupportGenerator: Sendable {
  /// Blocks until the image is in the store.
  ///
  /// `progress` hears how far it is, many times a step, and ends the work by returning false: then `CancellationError` is thrown.
  func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage

  /// How many images like a request's are generated side by side, 1...: so many threads may be in `generate` without waiting for each
  /// other.
  func jobs(for request: GenerationRequest) -> Int

  /// Whether an image that failed so may be begun again at once: whoever made it was lost, and there is somebody else.
  func isInterruption(_ error: any Error) -> Bool

  /// Starts what takes long to start, before `jobs`. Throws `CancellationError` when `stop` says so meanwhile.
  func prepare(stop: () -> Bool) throws
}

extension SupportGenerator {
  public func prepare(stop: () -> Bool) {}

  public func isInterruption(_ error: any Error) -> Bool { false }

  /// The image of a request by the rule that the queue, folders and evaluations share: `stop` is asked before it and many times a step, and its
  /// yes ends the work with `CancellationError`; whatever else goes wrong costs this image alone, and is returned. What was interrupted begins
  /// again. Throws `CancellationError` alone.
  public func attempt(
    _ request: GenerationRequest, stop: () -> Bool, progress: (GenerationProgress) -> Void
  ) throws(CancellationError) -> Result<GeneratedImage, any Error> {
    while true {
      let result = try attemptOnce(request, stop: stop, progress: progress)
      guard case .failure(let error) = result, isInterruption(error) else { return result }
      Log.generating.warning("an image begins again: \(error)")
    }
  }

  /// The same, for who begins again by itself what was interrupted.
  func attemptOnce(
    _ request: GenerationRequest, stop: () -> Bool, progress: (GenerationProgress) -> Void
  ) throws(CancellationError) -> Result<GeneratedImage, any Error> {
    if stop() { throw CancellationError() }
    do {
      return .success(
        try generate(request) { state in
          progress(state)
          return !stop()
        })
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      return .failure(error)
    }
  }
}

/// How far an image is. To be looked at at once: its preview is not kept.
public struct GenerationProgress {
  /// Steps done, and their number.
  public let step: Int
  public let steps: Int
  /// Draws what there is of the image after a step, in any size; nil between steps.
  public let preview: (() -> Image?)?

  public init(step: Int, steps: Int, preview: (() -> Image?)? = nil) {
    self.step = step
    self.steps = steps
    self.preview = preview
  }
}
