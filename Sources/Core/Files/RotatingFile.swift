import Foundation
import Synchronization

/// A text file that several processes append lines to, and that makes room for a new one before it grows too large.
public final class RotatingFile: Sendable {
  private let file: URL
  private let mostBytes: Int
  private let older: Int
  /// -1 while there is none.
  private let descriptor: Mutex<Int32> = Mutex(-1)

  /// `older` files are kept beside the present one, each of about `mostBytes`.
  public init(_ file: URL, mostBytes: Int = 4 << 20, older: Int = 4) {
    self.file = file
    self.mostBytes = mostBytes
    self.older = older
  }

  deinit { descriptor.withLock { if $0 >= 0 { close($0) } } }

  /// Appends a line as a whole. One that cannot be written is lost: a log stops nobody's work.
  public func append(_ line: String) {
    descriptor.withLock { descriptor in
      if !isPresent(descriptor) { reopen(&descriptor) }
      guard descriptor >= 0 else { return }
      // One call: appended lines of several processes do not mix.
      Data(line.utf8).withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
      var facts = stat()
      if fstat(descriptor, &facts) == 0, Int(facts.st_size) >= mostBytes { rotate(&descriptor) }
    }
  }

  /// Whether the descriptor is of the file that has the name now: another process may have renamed it.
  private func isPresent(_ descriptor: Int32) -> Bool {
    var own = stat(), named = stat()
    return descriptor >= 0 && fstat(descriptor, &own) == 0 && stat(file.path, &named) == 0 && own.st_ino == named.st_ino && own.st_dev == named.st_dev
  }

  private func reopen(_ descriptor: inout Int32) {
    if descriptor >= 0 { close(descriptor) }
    try? AtomicFile.createFolder(file.deletingLastPathComponent())
    descriptor = open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
  }

  private func rotate(_ descriptor: inout Int32) {
    // Of two processes that find it full at once, the second to get the lock finds it renamed.
    guard flock(descriptor, LOCK_EX) == 0 else { return }
    if isPresent(descriptor) {
      for number in (0..<older).reversed() { rename(name(number), name(number + 1)) }
    }
    flock(descriptor, LOCK_UN)
    reopen(&descriptor)
  }

  private func name(_ number: Int) -> String { number == 0 ? file.path : "\(file.path).\(number)" }
}
