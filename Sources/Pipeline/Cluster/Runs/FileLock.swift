import Core
import Foundation

/// The right to work on something that a file stands for: one process has it, on whichever node, and it goes when that process dies.
///
/// A file system without locks grants it to everybody: two processes on one task do the same work twice, and no harm.
final class FileLock: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Nil when somebody has it; `holder` is what `holder(of:)` tells of this one meanwhile. Throws `CoreError.cannotWrite`.
  static func take(_ file: URL, holder: String) throws -> FileLock? {
    try AtomicFile.createFolder(file.deletingLastPathComponent())
    let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CoreError.cannotWrite(path: file.path, reason: String(cString: strerror(errno))) }
    let taken = FileLock(descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return nil }
    ftruncate(descriptor, 0)
    _ = Array(holder.utf8).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    return taken
  }

  /// Who has it, or had it last.
  static func holder(of file: URL) -> String {
    let text = (try? Data(contentsOf: file).prefix(200)).map { PlainText.clean(String(decoding: $0, as: UTF8.self)) } ?? ""
    return text.isEmpty ? "another process" : text
  }
}
