/// A notice on the screen until its time is over.
public struct Toast: Hashable, Sendable {
  public var notice: Notice
  /// In seconds of `ScreenState.now`.
  public var until: Double
}
