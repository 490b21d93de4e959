import Core
import Foundation

/// Text on standard output whose loss is an error.
enum OutputText {
  /// Throws `CoreError.cannotWrite` where standard output is closed or full.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

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
