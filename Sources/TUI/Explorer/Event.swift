import Evaluation
import Generation

/// Whatever happens to the explorer.
public enum Event: Sendable {
  case key(Key)
  case pointed(Pointer)
  case resized(Size)
  /// Seconds since the start.
  case tick(Double)
  /// An effect came to its end.
  case done(Effect, Outcome)
  /// How far the opening of the data set is: `done` of `of` masks are read.
  case opening(done: Int, of: Int)
  /// What the background queue says.
  case work(WorkEvent)
  case evaluationProgress(EvaluationProgress)
  /// The last frame had room for these.
  case wanted([RenderRequest])
  case wantedPixels([PixelRequest])
  /// Nobody has done anything for a while.
  case idle
  /// Nobody has done anything for so long that what the next start finds is worth a file.
  case resting
  case said(Notice)
  /// SIGTERM or SIGHUP: leave without asking.
  case terminated(status: Int32)
}
