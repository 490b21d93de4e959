import Foundation

/// Waits for keys, signals and answers, lets `update` take all of them, then draws once.
final class EventLoop {
  private let terminal: Terminal
  private let queue: EventQueue
  private let runner: EffectRunner
  private let signals: Int32
  private(set) var state: ExplorerState
  private var status: Int32?
  private let start = ContinuousClock.now
  private var lastDrawn: ContinuousClock.Instant?
  /// What the mouse points at.
  private var shown: Frame?
  /// The last frame that answered a key.
  private var lastAnswer: ContinuousClock.Instant?
  private var hold = PictureHold()
  /// Work that starts once the frame is out: it would take the processors from the drawing.
  private var upcoming: [Effect] = []

  /// Shortest time between two frames, and between two turns of a spinner.
  private static let frameTime = Duration.milliseconds(16)
  private static let animationTime = Duration.milliseconds(120)

  init(terminal: Terminal, queue: EventQueue, runner: EffectRunner, signals: Int32, state: ExplorerState) {
    self.terminal = terminal
    self.queue = queue
    self.runner = runner
    self.signals = signals
    self.state = state
  }

  /// Runs until the user leaves; returns the exit status.
  func run() -> Int32 {
    // The first frame does not wait for the data set.
    state.screen.size = terminal.size
    if state.screen.usesMouse { terminal.useMouse(true) }
    draw()
    handle([.resized(terminal.size)] + (terminal.notice.map { [.said($0)] } ?? []))
    var isDirty = true, isAnswer = false
    while status == nil {
      if isDirty, nextFrame(isAnswer).map({ .now >= $0 }) ?? true {
        draw()
        if isAnswer { lastAnswer = lastDrawn }
        (isDirty, isAnswer) = (false, false)
      }
      startWork()
      // What moved until now may have to be taken off the screen.
      let wasAnimated = state.isAnimated
      let events = wait(for: isDirty ? nextFrame(isAnswer) : nil)
      handle(events)
      let now = ContinuousClock.now
      isAnswer = isAnswer || events.contains { $0.isOfUser }
      isDirty = isDirty || !events.isEmpty || hold.end.map { now >= $0 } ?? false
        || (wasAnimated && (!state.isAnimated || lastDrawn.map { now - $0 >= Self.animationTime } ?? true))
    }
    startWork()
    return status ?? 0
  }

  private func handle(_ events: [Event]) {
    let elapsed = ContinuousClock.now - start
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    for event in [.tick(seconds)] + events {
      let before = state.browse.selected
      perform(update(&state, event))
      if state.browse.selected != before { hold.moved(at: ContinuousClock.now) }
    }
  }

  private func draw() {
    let (frame, isHeld) = hold.filter(render(state, size: state.screen.size, capabilities: terminal.capabilities), state, at: ContinuousClock.now)
    terminal.draw(frame)
    shown = frame
    lastDrawn = .now
    // Pictures of episodes that are passed over need not be made at all.
    if !isHeld, !frame.wanted.isEmpty { perform(update(&state, .wanted(frame.wanted))) }
  }

  private func perform(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .quit(let status): self.status = self.status ?? status
      case .suspend: suspend()
      case .redraw: terminal.invalidate()
      case .useMouse(let isUsed): terminal.useMouse(isUsed)
      case .copy(let text):
        if !Clipboard.set(text) { state.say(Notice(.warning, "too long for the clipboard of a terminal")) }
      // What stops work is not put off.
      default: if effect.isAnswered { upcoming.append(effect) } else { runner.run(effect) }
      }
    }
  }

  /// The earliest time for a frame. A key does not wait behind frames of the background, only behind those of other keys.
  private func nextFrame(_ isAnswer: Bool) -> ContinuousClock.Instant? {
    (isAnswer ? lastAnswer ?? start : lastDrawn).map { $0 + Self.frameTime }
  }

  private func startWork() {
    for effect in upcoming { runner.run(effect) }
    upcoming = []
  }

  private func suspend() {
    terminal.suspend()
    state.screen.size = terminal.size
  }

  /// Sleeps until something happens or the next frame is due.
  private func wait(for frame: ContinuousClock.Instant?) -> [Event] {
    var descriptors = [STDIN_FILENO, signals, queue.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let now = ContinuousClock.now
    let animation = state.isAnimated ? (lastDrawn ?? now) + Self.animationTime : nil
    let due = [frame ?? animation, hold.end].compactMap { $0 }.min()
    // Never too early: there would be nothing to draw yet.
    let timeout = due.map { Int32(max(1, min(1000, (($0 - now) / .milliseconds(1)).rounded(.up)))) } ?? -1
    let ready = poll(&descriptors, nfds_t(descriptors.count), timeout)
    guard ready > 0 else { return [] }
    var events: [Event] = []
    if descriptors[1].revents != 0 { events += signalEvents() }
    if descriptors[2].revents != 0 { events += queue.take() }
    if descriptors[0].revents != 0 { events += keyEvents(descriptors[0].revents) }
    return events
  }

  private func keyEvents(_ ready: Int16) -> [Event] {
    var waiting: Int32 = 0
    let isGone = ioctl(STDIN_FILENO, UInt(FIONREAD), &waiting) != 0 || waiting == 0
    let input = terminal.input()
    // Readable without anything to read: the terminal has hung up.
    if input.isEmpty, isGone { return [.terminated(status: 129)] }
    return input.compactMap { one in
      switch one {
      case .key(let key): .key(key)
      case .mouse(let gesture, let column, let row): shown?.pointer(gesture, column: column, row: row).map(Event.pointed)
      }
    }
  }

  private func signalEvents() -> [Event] {
    var events: [Event] = []
    for number in Set(Signals.received()).sorted() {
      switch number {
      case SIGWINCH: events.append(.resized(terminal.size))
      case SIGTSTP: suspend()
      case SIGCONT:
        terminal.resume()
        events.append(.resized(terminal.size))
      case SIGINT: events.append(.key(.control("c")))
      default: events.append(.terminated(status: 128 + number))
      }
    }
    return events
  }
}
