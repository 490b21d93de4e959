/// Leaves the images on the screen as they are while a held-down key runs through the episodes.
///
/// They are nearly all of what is sent, and nobody sees the ones that are passed over. The list and the titles follow every key.
struct HeldImages {
  /// Two moves closer than this belong to one run; it ends when as much time has passed without one. A key repeats every 25 to 40 ms.
  static let rest = Duration.milliseconds(100)

  private var lastMove: ContinuousClock.Instant?
  private var isRunning = false
  /// What is on the screen: its cells, where the images are, and what lay over them.
  private var shown: (frame: Frame, place: Rect?, toasts: Int)?

  /// Another episode was selected.
  mutating func moved(at now: ContinuousClock.Instant) {
    isRunning = lastMove.map { now - $0 < Self.rest } ?? false
    lastMove = now
  }

  /// When the run ends and the images have to be drawn, if nothing moves until then; nil outside a run.
  var end: ContinuousClock.Instant? { isRunning ? lastMove.map { $0 + Self.rest } : nil }

  /// The frame to show for `frame` at `now`, and whether its images are the ones from before.
  mutating func filter(_ frame: Frame, _ state: ExplorerState, at now: ContinuousClock.Instant) -> (frame: Frame, isHeld: Bool) {
    if let end, now >= end { isRunning = false }
    let place = Self.place(state)
    var frame = frame
    var isHeld = false
    if isRunning, let place, let shown, shown.place == place, shown.frame.size == frame.size, shown.toasts == state.dialogs.toasts.count {
      frame.take(place, of: shown.frame)
      isHeld = true
    }
    shown = (frame, place, state.dialogs.toasts.count)
    return (frame, isHeld)
  }

  /// Where the tiles are, if they can wait: not when the keys are theirs or something is over them.
  private static func place(_ state: ExplorerState) -> Rect? {
    guard state.screen.focus == .episodes, state.dialogs.current == nil, !state.screen.showsCard else { return nil }
    return Layout(state).panels[.images]?.inset(1, 1)
  }
}
