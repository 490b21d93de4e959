/// What `EventLoop` runs: a value that events change, and that can be drawn.
protocol LoopProgram {
  associatedtype Event: Sendable
  /// What is done outside of the thread that draws.
  associatedtype Work

  /// The terminal's size; known before the first frame.
  var size: Size { get set }
  var usesMouse: Bool { get }
  /// Whether something on the screen moves by itself.
  var isAnimated: Bool { get }
  /// When it has to be drawn though nothing happens; nil where that is not so.
  var nextChange: ContinuousClock.Instant? { get }

  /// The program's word for what happens around it; nil for what means nothing to it.
  func event(_ happening: Happening) -> Event?

  /// Changes as an event demands; what is to be done comes back.
  mutating func take(_ event: Event, at now: ContinuousClock.Instant) -> [LoopCommand<Work>]

  /// The screen as it is now, and what is to be done for the next one.
  mutating func draw(_ capabilities: Capabilities, at now: ContinuousClock.Instant) -> (frame: Frame, commands: [LoopCommand<Work>])
}

/// What happens around a program.
enum Happening {
  case key(Key)
  /// Column and row from 0.
  case mouse(Gesture, column: Int, row: Int)
  case resized(Size)
  /// Seconds since the start.
  case tick(Double)
  /// Something that the user should know of the terminal.
  case said(Notice)
  /// SIGTERM or SIGHUP: leave without asking.
  case terminated(status: Int32)

  /// Whether somebody waits for the answer.
  var isOfUser: Bool {
    switch self {
    case .key, .mouse: true
    case .resized, .tick, .said, .terminated: false
    }
  }
}

/// What a program has its loop do.
enum LoopCommand<Work> {
  /// At once where it is urgent, otherwise once the next frame is out.
  case start(Work, isUrgent: Bool)
  /// Puts text on the terminal's clipboard.
  case copy(String)
  /// Whether the mouse is ours or the terminal's.
  case useMouse(Bool)
  /// Stops the process as Ctrl-Z does.
  case suspend
  /// Draws everything again.
  case redraw
  case quit(status: Int32)
}
