import Core
import Foundation

/// Text on standard output whose loss is an error.
enum OutputText {
  /// Throws `CoreError.cannotWrite` where standard output is closed or full.
  static func write(_ text: String) throws {
    var rest = Array(text.utf8)[...]
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
