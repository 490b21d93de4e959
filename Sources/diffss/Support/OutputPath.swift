import Core
import Foundation

/// Places that output goes to, looked at before the work. Folders that are missing are made, and those that were not named themselves are told.
enum OutputPath {
  /// Of a file. Throws `CoreError.cannotWrite`.
  static func check(_ file: String) throws {
    try saying(URL(fileURLWithPath: file).deletingLastPathComponent()) { try AtomicFile.check(file) }
  }

  /// Of a folder, which is made. Throws `CoreError.cannotWrite`.
  static func checkFolder(_ folder: String) throws {
    try saying(above(URL(fileURLWithPath: folder, isDirectory: true))) { try AtomicFile.checkFolder(folder) }
  }

  /// Does what makes `folder`, and says that it was made.
  static func making<Result>(_ folder: URL, _ work: () throws -> Result) rethrows -> Result { try saying(above(folder), work) }

  private static func above(_ folder: URL) -> URL { folder.standardizedFileURL.deletingLastPathComponent() }

  private static func saying<Result>(_ folder: URL, _ work: () throws -> Result) rethrows -> Result {
    let wasThere = FileManager.default.fileExists(atPath: folder.path), result = try work()
    if !wasThere { printError("note: the folder \(PlainText.clean(folder.path)) was not there and is made") }
    return result
  }
}
