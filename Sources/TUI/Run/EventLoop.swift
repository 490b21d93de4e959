import Foundation

/// Waits for keys, signals and answers, lets the program take all of them, then draws once.
final class EventLoop<Program: LoopProgram> {
  private let terminal: Terminal
  private let queue: EventQueue<Program.Event>
  private let signals: Int32
  private let begin: (Program.Work) -> Void
  private(set) var program: Program
  private var status: Int32?
  private let start = ContinuousClock.now
  private var lastDrawn: ContinuousClock.Instant?
  /// The last frame that answered a key.
  private var lastAnswer: ContinuousClock.Instant?
  /// Work that starts once the frame is out: it would take the processors from the drawing.
  private var upcoming: [Program.Work] = []

  /// Shortest time between two frames, and between two turns of a spinner.
  private let frameTime = Duration.milliseconds(16)
  private let animationTime = Duration.milliseconds(120)

  /// `begin` starts work and returns at once; answers come through `queue`.
  init(_ program: Program, terminal: Terminal, queue: EventQueue<Program.Event>, signals: Int32, begin: @escaping (Program.Work) -> Void) {
    self.program = program
    self.terminal = terminal
    self.queue = queue
    self.signals = signals
    self.begin = begin
  }

  /// Runs until the user leaves; returns the exit status.
  func run() -> Int32 {
    // The first frame does not wait for the program.
    program.size = terminal.size
    if program.usesMouse { terminal.useMouse(true) }
    draw()
    let first: [Happening] = [.resized(terminal.size)] + (terminal.notice.map { [.said($0)] } ?? []) + happenings(terminal.input())
    handle(first.compactMap(program.event))
    var isDirty = true, isAnswer = false
    while status == nil {
      if isDirty, nextFrame(isAnswer).map({ .now >= $0 }) ?? true {
        draw()
        if isAnswer { lastAnswer = lastDrawn }
        (isDirty, isAnswer) = (terminal.isBehind, false)
      }
      startWork()
      // What moved until now may have to be taken off the screen.
      let wasAnimated = program.isAnimated
      let (events, isOfUser) = wait(for: isDirty ? nextFrame(isAnswer) : nil)
      handle(events)
      let now = ContinuousClock.now
      isAnswer = isAnswer || isOfUser
      isDirty =
        isDirty || !events.isEmpty || program.nextChange.map { now >= $0 } ?? false
        || (wasAnimated && (!program.isAnimated || lastDrawn.map { now - $0 >= animationTime } ?? true))
    }
    startWork()
    return status ?? 0
  }

  private func handle(_ events: [Program.Event]) {
    let elapsed = ContinuousClock.now - start
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    for event in [program.event(.tick(seconds))].compactMap({ $0 }) + events { perform(program.take(event, at: .now)) }
  }

  private func draw() {
    let (frame, commands) = program.draw(terminal.capabilities, at: .now)
    terminal.draw(frame)
    lastDrawn = .now
    perform(commands)
  }

  private func perform(_ commands: [LoopCommand<Program.Work>]) {
    for command in commands {
      switch command {
      case .quit(let status): self.status = self.status ?? status
      case .suspend: suspend()
      case .redraw: terminal.invalidate()
      case .useMouse(let isUsed): terminal.useMouse(isUsed)
      case .copy(let text):
        guard !Clipboard.set(text), let event = program.event(.said(Notice(.warning, "too long for the clipboard of a terminal"))) else {
          continue
        }
        perform(program.take(event, at: .now))
      // What stops work is not put off.
      case .start(let work, let isUrgent): if isUrgent { begin(work) } else { upcoming.append(work) }
      }
    }
  }

  /// The earliest time for a frame. A key does not wait behind frames of the background, only behind those of other keys.
  private func nextFrame(_ isAnswer: Bool) -> ContinuousClock.Instant? {
    (isAnswer ? lastAnswer ?? start : lastDrawn).map { $0 + frameTime }
  }

  private func startWork() {
    for work in upcoming { begin(work) }
    upcoming = []
  }

  private func suspend() {
    terminal.suspend()
    program.size = terminal.size
  }

  /// Sleeps until something happens or the next frame is due; says whether the user did some of it.
  private func wait(for frame: ContinuousClock.Instant?) -> (events: [Program.Event], isOfUser: Bool) {
    var descriptors = [STDIN_FILENO, signals, queue.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let now = ContinuousClock.now
    let animation = program.isAnimated ? (lastDrawn ?? now) + animationTime : nil
    let due = [frame ?? animation, program.nextChange, terminal.nextInput].compactMap { $0 }.min()
    // Never too early: there would be nothing to draw yet.
    let timeout = due.map { Int32(max(1, min(1000, (($0 - now) / .milliseconds(1)).rounded(.up)))) } ?? -1
    let ready = poll(&descriptors, nfds_t(descriptors.count), timeout)
    let isKeyDue = terminal.nextInput.map { .now >= $0 } ?? false
    guard ready > 0 || isKeyDue else { return ([], false) }
    var events: [Program.Event] = [], isOfUser = false
    func add(_ happenings: [Happening]) {
      for happening in happenings {
        guard let event = program.event(happening) else { continue }
        events.append(event)
        isOfUser = isOfUser || happening.isOfUser
      }
    }
    if descriptors[1].revents != 0 { add(signalled()) }
    if descriptors[2].revents != 0 { events += queue.take() }
    if descriptors[0].revents != 0 { add(typed()) } else if isKeyDue { add(happenings(terminal.input())) }
    return (events, isOfUser)
  }

  private func typed() -> [Happening] {
    var waiting: Int32 = 0
    let isGone = ioctl(STDIN_FILENO, UInt(FIONREAD), &waiting) != 0 || waiting == 0
    let input = terminal.input()
    // Readable without anything to read: the terminal has hung up.
    if input.isEmpty, isGone { return [.terminated(status: 129)] }
    return happenings(input)
  }

  private func happenings(_ input: [Input]) -> [Happening] {
    input.map { one in
      switch one {
      case .key(let key): .key(key)
      case .mouse(let gesture, let column, let row): .mouse(gesture, column: column, row: row)
      }
    }
  }

  private func signalled() -> [Happening] {
    var happenings: [Happening] = []
    for number in Set(Signals.received()).sorted() {
      switch number {
      case SIGWINCH: happenings.append(.resized(terminal.size))
      case SIGTSTP: suspend()
      case SIGCONT:
        terminal.resume()
        happenings.append(.resized(terminal.size))
      case SIGINT: happenings.append(.key(.control("c")))
      default: happenings.append(.terminated(status: 128 + number))
      }
    }
    return happenings
  }
}
