import Foundation

/// Brings the terminal back when the process dies by a fault, and keeps what others print off the screen meanwhile.
///
/// The handlers touch only plain memory prepared beforehand and call only async-signal-safe functions.
enum CrashGuard {
  nonisolated(unsafe) private static var settings: UnsafeMutablePointer<termios>?
  nonisolated(unsafe) private static var reset: UnsafeMutablePointer<UInt8>?
  nonisolated(unsafe) private static var resetCount = 0
  nonisolated(unsafe) private static var isArmed = false
  /// The terminal: standard output may be something else just then.
  nonisolated(unsafe) private static var output = STDOUT_FILENO
  /// The real standard error, while `captured` is in its place; -1 otherwise.
  nonisolated(unsafe) private static var realError: Int32 = -1
  /// An unnamed file with what was printed to standard error.
  nonisolated(unsafe) private static var captured: Int32 = -1
  /// Where it is read to. Made before it is needed: a fault inside `malloc` holds the lock that a new one would wait for.
  nonisolated(unsafe) private static var scratch: UnsafeMutableRawPointer?
  private static var scratchBytes: Int { 4096 }

  private static let faults = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT]

  /// Remembers the terminal's modes; before curses changes them.
  static func saveSettings() {
    guard settings == nil else { return }
    let place = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    place.initialize(to: termios())
    guard tcgetattr(STDIN_FILENO, place) == 0 else { return }
    settings = place
  }

  /// From now on a fault restores the terminal with `sequence` and the saved modes before it takes its course.
  static func arm(reset sequence: [UInt8], output descriptor: Int32) {
    output = descriptor
    if reset == nil {
      let place = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, sequence.count))
      place.initialize(from: sequence, count: sequence.count)
      (reset, resetCount) = (place, sequence.count)
      installHandlers()
    }
    isArmed = true
    captureErrors()
  }

  /// The terminal is the shell's again: prints what was held back and restores the modes.
  static func release() {
    isArmed = false
    if let settings { tcsetattr(STDIN_FILENO, TCSADRAIN, settings) }
    printCaptured()
  }

  private static func installHandlers() {
    // A stack overflow leaves no stack for the handler.
    var stack = stack_t()
    let size = 64 * 1024
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
    for number in faults {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        CrashGuard.restore()
        // Returning runs into the fault again, or into this signal, and then the process dies as it would have.
        signal(number, SIG_DFL)
        raise(number)
      }
      action.sa_flags = Int32(SA_ONSTACK)
      sigaction(number, &action, nil)
    }
  }

  private static func restore() {
    guard isArmed else { return }
    isArmed = false
    // A frame that another thread is at would leave images behind these bytes.
    if let reset { OutputDescriptor.writeLast(reset, resetCount, to: output) }
    if let settings { tcsetattr(STDIN_FILENO, TCSANOW, settings) }
    printCaptured()
  }

  /// Libraries print to standard error, which would land in the middle of the screen.
  private static func captureErrors() {
    guard realError < 0, isatty(STDERR_FILENO) == 1, let file = tmpfile() else { return }
    if scratch == nil { scratch = .allocate(byteCount: scratchBytes, alignment: 16) }
    captured = dup(fileno(file))
    fclose(file)
    guard captured >= 0 else { return }
    _ = fcntl(captured, F_SETFD, FD_CLOEXEC)
    realError = dup(STDERR_FILENO)
    guard realError >= 0 else { return }
    _ = fcntl(realError, F_SETFD, FD_CLOEXEC)
    dup2(captured, STDERR_FILENO)
  }

  private static func printCaptured() {
    guard realError >= 0, let scratch else { return }
    dup2(realError, STDERR_FILENO)
    close(realError)
    realError = -1
    var offset: off_t = 0
    // More than this nobody reads on leaving.
    while offset < 1 << 18 {
      let count = pread(captured, scratch, scratchBytes, offset)
      if count <= 0 { break }
      _ = write(STDERR_FILENO, scratch, count)
      offset += off_t(count)
    }
    close(captured)
    captured = -1
  }
}
