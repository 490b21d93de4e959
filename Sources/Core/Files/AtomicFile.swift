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

  /// Whether a file of this path could be written now, which is asked before long work: makes its folder when that is missing, leaves nothing else
  /// behind. Throws `CoreError.cannotWrite`.
  public static func check(_ path: String) throws {
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    if path.hasSuffix("/") || FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue {
      throw CoreError.cannotWrite(path: path, reason: "a file is to be written, and this names a folder")
    }
    try createFolder(url.deletingLastPathComponent())
    do { _ = try AtomicWriter(url, isDurable: false) } catch let fault as AtomicWriter.Fault {
      throw CoreError.cannotWrite(path: path, reason: fault.reason)
    }
  }

  /// Whether files could be written into a folder now, which is asked before long work: makes it when it is missing, leaves nothing in it.
  /// Throws `CoreError.cannotWrite`.
  public static func checkFolder(_ path: String) throws {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    try createFolder(folder)
    do { _ = try AtomicWriter(folder.appendingPathComponent("any"), isDurable: false) } catch let fault as AtomicWriter.Fault {
      throw CoreError.cannotWrite(path: path, reason: fault.reason)
    }
  }

  /// Makes a folder and those above it. Throws `CoreError.cannotWrite`.
  public static func createFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CoreError.cannotWrite(path: folder.path, reason: obstacle(folder) ?? (error as NSError).posixReason)
    }
  }

  /// What is in the way of a folder, which Foundation does not say of all: nil where nothing is seen.
  private static func obstacle(_ folder: URL) -> String? {
    var place = folder.absoluteURL.standardizedFileURL
    var isFolder: ObjCBool = false
    while !FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), place.path != "/" { place.deleteLastPathComponent() }
    if !isFolder.boolValue { return "\(place.path) is a file, not a folder" }
    if !FileManager.default.isWritableFile(atPath: place.path) { return "nothing may be written in \(place.path)" }
    return place.path == folder.path ? nil : "no folder can be made in \(place.path)"
  }
}
