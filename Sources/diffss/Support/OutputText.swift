import Core
import Foundation

/// Text on standard output whose loss is an error.
enum OutputText {
  /// Throws `CoreError.cannotWrite` where standard output is closed or full.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Writes what `print` has kept back. Throws as `write` does.
  static func finish() throws {
    guard fflush(nil) == 0 else { throw CoreError.cannotWrite(path: "standard output", reason: String(cString: strerror(errno))) }
  }

  /// Keeps the numbers of closed standard streams: a file opened later would get them, and with them what is printed.
  static func reserveClosedStreams() {
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
      // Opened the wrong way round, each goes on to fail.
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// The same of bytes.
  static func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw CoreError.cannotWrite(path: "standard output", reason: String(cString: strerror(errno)))
      }
    }
  }
}
