import Foundation

/// Files that are there whole or not at all.
public enum AtomicFile {
  /// Writes to a temporary name in the same folder, syncs it to the disk and renames it; makes the folder when it is missing.
  ///
  /// Throws `PipelineError.cannotWrite` and leaves nothing behind.
  public static func write(_ bytes: some Collection<UInt8> & ContiguousBytes, to url: URL) throws {
    let folder = url.deletingLastPathComponent()
    try createFolder(folder)
    let temporary = folder.appendingPathComponent(".\(url.lastPathComponent).\(getpid()).\(UUID().uuidString)\(temporarySuffix)")
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(url) }
    do {
      defer { close(descriptor) }
      try bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
          let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          if written < 0 && errno == EINTR { continue }
          guard written > 0 else { throw failure(url) }
          rest = rest.dropFirst(written)
        }
      }
      guard fsync(descriptor) == 0 else { throw failure(url) }
      guard rename(temporary.path, url.path) == 0 else { throw failure(url) }
    } catch {
      unlink(temporary.path)
      throw error
    }
    syncFolder(folder)
  }

  private static let temporarySuffix = ".tmp"

  /// Removes what processes that died while they wrote have left in a folder.
  static func sweep(_ folder: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] where name.hasPrefix(".") && name.hasSuffix(temporarySuffix) {
      let parts = name.dropLast(temporarySuffix.count).split(separator: ".")
      // Signal 0 only asks whether the process is there.
      guard parts.count >= 3, let process = Int32(parts[parts.count - 2]), process > 0, kill(process, 0) != 0, errno == ESRCH else { continue }
      unlink(folder.appendingPathComponent(name).path)
    }
  }

  /// Makes a folder and those above it. Throws `PipelineError.cannotWrite`.
  public static func createFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw PipelineError.cannotWrite(path: folder.path, reason: (error as NSError).posixReason)
    }
  }

  /// Makes a rename durable; a file system that cannot sync folders loses nothing else.
  private static func syncFolder(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ url: URL) -> PipelineError {
    .cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
  }
}

extension NSError {
  /// The operating system's own words where Foundation hides them one level down.
  var posixReason: String {
    var error: NSError? = self
    while let current = error {
      if current.domain == NSPOSIXErrorDomain, let code = Int32(exactly: current.code) { return String(cString: strerror(code)) }
      error = current.userInfo[NSUnderlyingErrorKey] as? NSError
    }
    return localizedDescription
  }
}
