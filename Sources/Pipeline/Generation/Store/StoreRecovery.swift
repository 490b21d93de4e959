import Core
import Foundation
import GRDB

/// What happened to a damaged store: its file was set aside, and a new one took over what images say of themselves.
public struct StoreRecovery: Hashable, Sendable {
  /// Where the damaged file is now.
  public let aside: URL

  /// One line for the user.
  public var message: String {
    "the store was damaged: it is kept as \(aside.lastPathComponent), a new one was made from the images' own metadata; jobs and evaluations are not in it"
  }

  static func isDamage(_ error: DatabaseError) -> Bool {
    [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
  }

  /// Notes that a store that is in use was found damaged: the next to open it sets it aside.
  static func mark(_ file: URL) { try? AtomicFile.write(Data(), to: marker(file)) }

  static func isMarked(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: marker(file).path) }

  /// Renames the file, and what SQLite keeps beside it, to the first free name. Throws `CoreError.cannotWrite`.
  static func setAside(_ file: URL) throws -> StoreRecovery {
    var number = 1
    func aside() -> URL { file.deletingPathExtension().appendingPathExtension("damaged-\(number).sqlite") }
    while FileManager.default.fileExists(atPath: aside().path) { number += 1 }
    // The database last: should this be cut off before, the next opening finds it damaged still.
    for suffix in ["-wal", "-shm", ""] where rename(file.path + suffix, aside().path + suffix) != 0 && errno != ENOENT {
      throw CoreError.cannotWrite(path: aside().path, reason: String(cString: strerror(errno)))
    }
    unlink(marker(file).path)
    return StoreRecovery(aside: aside())
  }

  private static func marker(_ file: URL) -> URL { file.appendingPathExtension("damaged") }
}
