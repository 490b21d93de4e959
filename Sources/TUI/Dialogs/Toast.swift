/// A notice on the screen until its time is over.
package struct Toast: Hashable, Sendable {
  package var notice: Notice
  /// In seconds of `ScreenState.now`.
  package var until: Double
}
