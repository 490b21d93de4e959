import Core
import Foundation

/// Text on standard output whose loss is an error.
enum OutputText {
  /// Throws `CoreError.cannotWrite` where standard output is closed or full.
  static func write(_ text: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      throw CoreError.cannotWrite(path: "standard output", reason: (error as NSError).localizedDescription)
    }
  }
}
