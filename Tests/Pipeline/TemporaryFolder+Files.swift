import Foundation
import TestSupport

extension TemporaryFolder {
  /// Files below the folder, as paths relative to it, sorted.
  var files: [String] {
    (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []).filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: file(path).path, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }

  /// Writes a text file in a folder below, which is made when it is missing.
  func plant(_ text: String, at path: String) throws {
    try FileManager.default.createDirectory(at: file(path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try write(text, to: path)
  }
}
