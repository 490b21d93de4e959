import Core
import Foundation

/// The right to work on the queue of a data folder: at most one holder has it, and it goes when the holder's process dies, however it dies.
///
/// A lock of the open file description (`flock`), so that two queues in one process exclude each other too.
final class WorkerLock: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock; nil when somebody has it. Throws `CoreError.cannotWrite` when its file cannot be made.
  static func take(in folder: URL) throws -> WorkerLock? {
    let file = file(in: folder), descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CoreError.cannotWrite(path: file.path, reason: String(cString: strerror(errno))) }
    let taken = WorkerLock(descriptor)
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? taken : nil
  }

  /// Whether somebody has it.
  static func isHeld(in folder: URL) -> Bool {
    let descriptor = open(file(in: folder).path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Two that look at the same time do not take each other for the holder.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  private static func file(in folder: URL) -> URL { folder.appendingPathComponent("worker.lock") }
}
