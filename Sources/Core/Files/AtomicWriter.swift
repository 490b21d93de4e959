import Foundation

/// A file that is there whole or not at all: its bytes go under a temporary name in the same folder, which becomes its own at the end.
public final class AtomicWriter {
  /// What the operating system says.
  public struct Fault: Error {
    public let reason: String

    /// Of `errno`.
    fileprivate init() {
      reason = errno == ENOENT ? "no such file or folder" : String(cString: strerror(errno))
    }
  }

  private let url: URL
  private let temporary: URL
  private let isDurable: Bool
  private var descriptor: Int32

  /// `isDurable` has bytes and name on the disk when `finish` returns, at the cost of a wait for it. Throws `Fault`.
  public init(_ url: URL, isDurable: Bool) throws {
    self.url = url
    self.isDurable = isDurable
    temporary = url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(getpid()).\(UUID().uuidString)\(Self.suffix)")
    descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Fault() }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary.path)
  }

  /// Writes a whole file. Throws `Fault` and leaves nothing behind.
  public static func write(_ bytes: some ContiguousBytes, to url: URL, isDurable: Bool) throws {
    let writer = try AtomicWriter(url, isDurable: isDurable)
    try bytes.withUnsafeBytes(writer.append)
    try writer.finish()
  }

  /// Throws `Fault`.
  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw Fault() }
      rest = rest.dropFirst(written)
    }
  }

  /// Gives the file its name. Throws `Fault`.
  public func finish() throws {
    if isDurable { guard fsync(descriptor) == 0 else { throw Fault() } }
    guard rename(temporary.path, url.path) == 0 else { throw Fault() }
    close(descriptor)
    descriptor = -1
    if isDurable { Self.sync(url.deletingLastPathComponent()) }
  }

  /// Makes a rename durable; a file system that cannot sync folders loses nothing else.
  private static func sync(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  // MARK: What is left behind

  private static let suffix = ".tmp"

  /// Removes what processes that died while they wrote have left in a folder.
  public static func sweep(_ folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(suffix) {
      let parts = name.dropLast(suffix.count).split(separator: ".")
      // Signal 0 only asks whether the process is there.
      guard parts.count >= 3, let process = Int32(parts[parts.count - 2]), process > 0, kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink(folder.appendingPathComponent(name).path)
    }
  }

  /// Removes what was left of writing one file, by whatever process on whatever machine: only for whoever knows that nobody else writes it.
  static func sweep(of file: URL) {
    let folder = file.deletingLastPathComponent(), names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(".\(file.lastPathComponent).") && name.hasSuffix(suffix) {
      unlink(folder.appendingPathComponent(name).path)
    }
  }
}
