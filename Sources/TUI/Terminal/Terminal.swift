import CNcurses
import Foundation
import Render
import Synchronization

/// The user's terminal: curses and everything that goes past it. Belongs to one thread.
final class Terminal {
  private let announced: Capabilities
  /// Pixels of a cell, as the terminal said at the start.
  private let answeredCell: Size?
  private var pixels: PixelScreen?
  /// What the user should know about how the terminal was taken.
  let notice: Notice?

  /// Where keys are read; a pad, because reading from a window would draw it.
  private let keyboard: UnsafeMutablePointer<WINDOW>?
  private let curses: Curses
  private let output: CapturedOutput
  /// What is on the screen; nil when nothing of it can be relied on.
  private var shown: Frame?
  private var isOpen = true
  /// Holds what of a sequence or a paste has come so far.
  private var decoder = InputDecoder()
  private var usesMouse = false
  /// Until when answers of the terminal may come that were not there in time, and may be torn behind their escape; nil where all came.
  private let lateAnswers: ContinuousClock.Instant?
  /// When an escape that is kept for the rest of an answer becomes the key, by another call of `input`.
  private(set) var nextInput: ContinuousClock.Instant?

  /// Takes over the terminal of the process, with `symbols` in place of those that it is known to draw. Throws when there is none or it cannot
  /// place its cursor.
  init(
    symbols: SymbolSet? = nil, graphics: GraphicsWish = .auto, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    for (descriptor, name) in [(STDIN_FILENO, "standard input"), (STDOUT_FILENO, "standard output")] where isatty(descriptor) == 0 {
      throw TUIError.noTerminal(stream: name)
    }
    TerminalSettings.useLocale(environment)
    guard let output = CapturedOutput() else { throw TUIError.noDescriptors }
    self.output = output
    CrashGuard.saveSettings()
    let term = environment["TERM"] ?? ""
    let probed = TerminalProbe.ask(environment)
    Self.limitSize()
    let opened: Notice?
    (curses, opened) = try Curses.open(term: term)
    let tmux = TmuxClient.ask(environment)
    var capabilities = TerminalSettings.capabilities(
      environment, term: curses.term, .ofUser(environment, probed?.answers), probed?.answers, tmux: tmux)
    if let symbols { capabilities.symbols = symbols }
    answeredCell = probed?.answers.cellSize
    let choice = GraphicsChoice.ofTerminal(environment, probed?.answers, graphics, tmux: tmux)
    if choice.graphics != .cells {
      pixels = PixelScreen(choice, seed: UInt32.random(in: .min ... .max))
      // Placeholders count no further.
      capabilities.pixels = PixelCapabilities(choice.graphics, longestSide: choice.usesPlaceholders ? KittyGraphics.mostPlaceholders : .max)
    }
    announced = capabilities
    if graphics.fixed.map({ $0 != choice.graphics }) ?? false, opened == nil {
      notice = Notice(.warning, "images are characters: \(choice.reason)")
    } else {
      notice = opened
    }
    lateAnswers = probed.flatMap { $0.answers.isComplete ? nil : .now + .seconds(5) }
    keyboard = curses.prepare(hasColors: capabilities.depth > .mono)
    CrashGuard.arm(reset: resetSequence, output: output.terminal)
    write(TerminalModes.bracketedPaste(curses.term))
    for scalar in String(decoding: probed?.leftover ?? [], as: UTF8.self).unicodeScalars { decoder.take(scalar.value, isFunction: false) }
  }

  deinit { close() }

  /// What the terminal can do now: its cells change with its font.
  var capabilities: Capabilities {
    guard announced.pixels != nil else { return announced }
    var capabilities = announced
    capabilities.pixels?.cell = PixelCapabilities.cell([answeredCell, CellPixels.ofTerminal]) ?? PixelCapabilities.usualCell
    return capabilities
  }

  /// Whether a frame was drawn with characters for images that will be sent with the next one.
  var isBehind: Bool { pixels?.isBehind ?? false }

  private var resetSequence: [UInt8] { (pixels?.removalAnyway ?? []) + curses.resetSequence }

  /// Columns and rows now.
  var size: Size {
    var window = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 {
      return Size(width: Int(window.ws_col), height: Int(window.ws_row)).credible
    }
    return Size(width: Int(curses_columns()), height: Int(curses_lines())).credible
  }

  /// Has curses believe a size that can be, where the terminal says another one: it makes room for every cell.
  private static func limitSize() {
    var window = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else { return }
    let told = Size(width: Int(window.ws_col), height: Int(window.ws_row)), size = told.credible
    guard size != told else { return }
    setenv("COLUMNS", "\(size.width)", 1)
    setenv("LINES", "\(size.height)", 1)
  }

  /// Shows a frame, sending what differs from the last one.
  func draw(_ frame: Frame) {
    guard isOpen else { return }
    if Int(curses_columns()) != frame.size.width || Int(curses_lines()) != frame.size.height {
      resizeterm(Int32(frame.size.height), Int32(frame.size.width))
      shown = nil
    }
    let isCleared = shown == nil
    if isCleared {
      clearok(curses_shown(), true)
      pixels?.clear()
    }
    let before = shown?.size == frame.size ? shown : nil
    let plan = pixels?.plan(frame) ?? PixelScreen.Plan(frame: frame)
    let changes = curses.put(plan.frame, before: before)
    shown = plan.frame
    let text = output.take { doupdate() }
    guard announced.depth == .truecolor || pixels != nil else { return write(text) }
    let isMoved = CapturedOutput.hasScrolled(text)
    var images = DirectRenderer.render(plan.frame, before: isMoved ? nil : before, changes: changes, placeholders: plan.placeholders)
    images += pixels?.draw(plan, changes: changes, isNew: isMoved || before == nil) ?? []
    guard !plan.before.isEmpty || !text.isEmpty || !images.isEmpty else { return }
    // Images that are nowhere in sight go when the screen is cleared: they are sent behind that.
    let (early, late) = isCleared ? ([], plan.before) : (plan.before, [])
    write(early + DirectRenderer.begin + text + late + images + DirectRenderer.end)
  }

  /// Draws everything again next time: something else wrote to the terminal.
  func invalidate() {
    shown = nil
    pixels?.forget()
  }

  /// The input that is waiting.
  func input() -> [Input] {
    guard let keyboard else { return [] }
    while decoder.input.count < 256 {
      var code: wint_t = 0
      let kind = wget_wch(keyboard, &code)
      if kind == ERR { break }
      decoder.take(code, isFunction: kind == KEY_CODE_YES)
    }
    let now = ContinuousClock.now
    let keepsEscape = decoder.endsWithEscape && lateAnswers.map { now < $0 } ?? false && nextInput.map { now < $0 } ?? true
    nextInput = keepsEscape ? nextInput ?? now + .milliseconds(100) : nil
    return decoder.finish(keepsEscape: keepsEscape)
  }

  /// Gives the terminal back to the shell and stops the process until it is continued.
  func suspend() {
    guard isOpen else { return }
    giveBack()
    Signals.stopProcess()
    CrashGuard.arm(reset: resetSequence, output: output.terminal)
    resume()
  }

  /// Takes the terminal's modes again after the process was stopped.
  func resume() {
    guard isOpen else { return }
    reset_prog_mode()
    write(TerminalModes.bracketedPaste(curses.term) + (usesMouse ? TerminalModes.mouse(true, curses.term) : []))
    invalidate()
  }

  /// Leaves the terminal as it was found.
  func close() {
    guard isOpen else { return }
    isOpen = false
    giveBack()
  }

  private func giveBack() {
    write((pixels?.removal ?? []) + Array(TerminalModes.off.utf8))
    curses.leave()
    CrashGuard.release()
  }

  /// Takes the mouse or leaves it to the terminal.
  func useMouse(_ isUsed: Bool) {
    usesMouse = isUsed
    write(TerminalModes.mouse(isUsed, curses.term))
  }

  private func write(_ bytes: [UInt8]) { OutputDescriptor.write(bytes, to: output.terminal) }
}

/// Writing that survives signals and slow lines.
enum OutputDescriptor {
  /// The thread that is at it; 0 for none.
  private static let writer = Atomic<UInt>(0)
  /// Whether the process dies, and nobody else writes any more.
  private static let isClosed = Atomic<Bool>(false)

  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      send(start, buffer.count, descriptor) { write($0, $1, $2) }
    }
  }

  /// Waits for a second at most until no other thread writes, keeps them from it, and writes. Calls only async-signal-safe functions.
  static func writeLast(_ start: UnsafeRawPointer, _ count: Int, to descriptor: Int32) {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    for _ in 0..<100 {
      let other = writer.load(ordering: .sequentiallyConsistent)
      if other == 0 || other == UInt(pthread_self()) { break }
      usleep(10_000)
    }
    send(start, count, descriptor) { Glibc.write($0, $1, $2) }
  }

  private static func write(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    writer.store(UInt(pthread_self()), ordering: .sequentiallyConsistent)
    while isClosed.load(ordering: .sequentiallyConsistent) {
      writer.store(0, ordering: .sequentiallyConsistent)
      pause()
    }
    let sent = Glibc.write(descriptor, start, count), fault = errno
    writer.store(0, ordering: .sequentiallyConsistent)
    errno = fault
    return sent
  }

  private static func send(
    _ start: UnsafeRawPointer, _ count: Int, _ descriptor: Int32, by write: (Int32, UnsafeRawPointer, Int) -> Int
  ) {
    var sent = 0
    while sent < count {
      let step = write(descriptor, start + sent, count - sent)
      if step > 0 {
        sent += step
      } else if errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&wait, 1, 1000) < 0, errno != EINTR { return }
      } else if errno != EINTR {
        return
      }
    }
  }
}
