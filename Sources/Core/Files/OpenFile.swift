import Foundation

/// A regular file that is open: bytes are read and written at places, by any thread.
public final class OpenFile: Sendable {
  /// What the operating system says.
  public struct Fault: Error {
    public let reason: String

    public init(_ reason: String) { self.reason = reason }

    /// Of `errno`.
    fileprivate init() { reason = errno == ENOENT ? "no such file or folder" : String(cString: strerror(errno)) }
  }

  private let descriptor: Int32

  /// Throws `Fault`, also for what is no regular file: a pipe would block, a device never end.
  public convenience init(reading path: String) throws { try self.init(path, O_RDONLY) }

  /// Makes the file when it is missing. Throws `Fault` as the other does.
  public convenience init(updating path: String) throws { try self.init(path, O_RDWR | O_CREAT) }

  private init(_ path: String, _ flags: Int32) throws {
    descriptor = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else { throw Fault() }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw Fault("not a regular file") }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private var facts: stat {
    var facts = stat()
    fstat(descriptor, &facts)
    return facts
  }

  /// Bytes in it now.
  public var size: Int { Int(facts.st_size) }

  /// Whether the file is the one that has the path now: another may have been renamed to it.
  public func isAt(_ path: String) -> Bool {
    var named = stat()
    return stat(path, &named) == 0 && named.st_ino == facts.st_ino && named.st_dev == facts.st_dev
  }

  /// `count` bytes from a place on, fewer where the file ends before. Throws `Fault`.
  public func read(at place: Int, count: Int) throws -> [UInt8] {
    var failure: Fault?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(place + filled))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = Fault() }
        guard got > 0 else { return }
        filled += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Throws `Fault`; a part may have been written.
  public func write(_ bytes: some Sequence<UInt8>, at place: Int) throws {
    let bytes = Array(bytes)
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done, off_t(place + done)) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw Fault() }
      done += written
    }
  }

  /// Cuts the file off, or fills it up with zeros. Throws `Fault`.
  public func resize(_ size: Int) throws { guard ftruncate(descriptor, off_t(size)) == 0 else { throw Fault() } }

  /// Has what was written on the disk. Throws `Fault`.
  public func sync() throws { guard fdatasync(descriptor) == 0 else { throw Fault() } }

  /// Keeps others from locking the file until this is gone; false when another does not give it up within a second, as one that is just
  /// ending would. A file system without locks locks nothing.
  public func lock() -> Bool {
    for attempt in 0...10 {
      if attempt > 0 { usleep(100_000) }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return true }
    }
    return false
  }
}
