/// The explorer as the event loop runs it.
struct ExplorerProgram: LoopProgram {
  private(set) var state: ExplorerState
  private var hold = HeldImages()
  /// What the mouse points at.
  private var shown: Rendering?
  /// When somebody did something last.
  private var lastInput = ContinuousClock.now
  /// Whether something has changed since it was known that there is no work for idle times.
  private var mayHaveIdleWork = true

  /// How long nobody has to do anything before there is time for what nobody asked for.
  private static let patience = Duration.milliseconds(200)

  /// When it was last looked whether the session is another.
  private var lastRest = ContinuousClock.now
  /// Whether something has happened since.
  private var mayHaveNewSession = true

  /// How long nobody has to do anything before the session is kept, and how long it stays as it is written.
  private static let restAfter = Duration.seconds(3)

  init(_ state: ExplorerState) { self.state = state }

  var size: Size {
    get { state.screen.size }
    set { state.screen.size = newValue }
  }

  var usesMouse: Bool { state.screen.usesMouse }
  var isAnimated: Bool { state.isAnimated }
  var nextChange: ContinuousClock.Instant? {
    [hold.end, mayHaveIdleWork ? lastInput + Self.patience : nil, mayHaveNewSession ? nextRest : nil].compactMap { $0 }.min()
  }

  private var nextRest: ContinuousClock.Instant { max(lastInput, lastRest) + Self.restAfter }

  func event(_ happening: Happening) -> Event? {
    switch happening {
    case .key(let key): .key(key)
    case .mouse(let gesture, let column, let row): shown?.pointer(gesture, column: column, row: row).map(Event.pointed)
    case .resized(let size): .resized(size)
    case .tick(let seconds): .tick(seconds)
    case .said(let notice): .said(notice)
    case .terminated(let status): .terminated(status: status)
    }
  }

  mutating func take(_ event: Event, at now: ContinuousClock.Instant) -> [LoopCommand<Effect>] {
    let before = state.selected
    var effects = update(&state, event)
    switch event {
    case .key, .pointed, .resized: (lastInput, mayHaveIdleWork, mayHaveNewSession) = (now, true, true)
    case .tick:
      if mayHaveIdleWork, now - lastInput >= Self.patience {
        effects += update(&state, .idle)
        mayHaveIdleWork = false
      }
      if mayHaveNewSession, now >= nextRest {
        effects += update(&state, .resting)
        (lastRest, mayHaveNewSession) = (now, false)
      }
    default: (mayHaveIdleWork, mayHaveNewSession) = (true, true)
    }
    if state.selected != before { hold.moved(at: now) }
    return effects.map(\.command)
  }

  mutating func draw(_ capabilities: Capabilities, at now: ContinuousClock.Instant) -> (frame: Frame, commands: [LoopCommand<Effect>]) {
    let rendering = render(state, size: state.screen.size, capabilities: capabilities)
    shown = rendering
    let (frame, isHeld) = hold.filter(rendering.frame, state, at: now)
    // Images of episodes that are passed over need not be made at all.
    var effects: [Effect] = []
    if !isHeld, !rendering.wanted.isEmpty { effects += update(&state, .wanted(rendering.wanted)) }
    if !isHeld, !rendering.wantedPixels.isEmpty { effects += update(&state, .wantedPixels(rendering.wantedPixels)) }
    return (frame, effects.map(\.command))
  }
}

extension Effect {
  /// What the event loop does for it.
  fileprivate var command: LoopCommand<Effect> {
    switch self {
    case .quit(let status): .quit(status: status)
    case .suspend: .suspend
    case .redraw: .redraw
    case .useMouse(let isUsed): .useMouse(isUsed)
    case .copy(let text): .copy(text)
    default: .start(self, isUrgent: !isAnswered)
    }
  }
}
