import Foundation

/// Signals as bytes in a pipe: the handlers do nothing else, the event loop reads them.
enum Signals {
  /// Both ends of the pipe, -1 before `install`. Written once before the handlers exist; handlers only read.
  nonisolated(unsafe) private static var readEnd: Int32 = -1
  nonisolated(unsafe) private static var writeEnd: Int32 = -1

  private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT]

  /// Starts watching; returns the descriptor to poll, or nil when the system has none left.
  static func install() -> Int32? {
    if readEnd < 0 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { return nil }
      for end in ends {
        _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      (readEnd, writeEnd) = (ends[0], ends[1])
    }
    for number in watched { watch(number) }
    // A write to a terminal that is gone is an error to handle, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    return readEnd
  }

  private static func watch(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      let saved = errno
      var byte = UInt8(truncatingIfNeeded: number)
      _ = write(Signals.writeEnd, &byte, 1)
      errno = saved
    }
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }

  /// The signals since the last call.
  static func received() -> [Int32] {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(readEnd, &bytes, bytes.count)
    return count > 0 ? bytes.prefix(count).map { Int32($0) } : []
  }

  /// Gives the signals back their usual meaning.
  static func remove() {
    for number in watched { signal(number, SIG_DFL) }
  }

  /// Stops the process group as the terminal driver would on Ctrl-Z; returns when it is continued.
  static func stopProcess() {
    signal(SIGTSTP, SIG_DFL)
    kill(0, SIGTSTP)
    watch(SIGTSTP)
  }
}
