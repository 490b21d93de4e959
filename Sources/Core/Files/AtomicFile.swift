import Foundation

/// Files that are there whole or not at all.
public enum AtomicFile {
  /// Writes to a temporary name in the same folder, syncs it to the disk and renames it; makes the folder when it is missing.
  ///
  /// Throws `CoreError.cannotWrite` and leaves nothing behind.
  public static func write(_ bytes: some Collection<UInt8> & ContiguousBytes, to url: URL) throws {
    try createFolder(url.deletingLastPathComponent())
    do { try AtomicWriter.write(bytes, to: url, isDurable: true) } catch let fault as AtomicWriter.Fault {
      throw CoreError.cannotWrite(path: url.path, reason: fault.reason)
    }
  }

  /// Makes a folder and those above it. Throws `CoreError.cannotWrite`.
  public static func createFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CoreError.cannotWrite(path: folder.path, reason: (error as NSError).posixReason)
    }
  }
}
