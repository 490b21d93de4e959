import Core
import Foundation
import Render

/// The folder of a data set: names from files are resolved in it and can never leave it.
public struct RootFolder: Sendable {
  let url: URL
  private let dataset: String
  private let layout: String

  /// The folder must be there. Throws `DataError.wrongLayout`.
  init(_ url: URL, dataset: String, layout: String) throws {
    self.url = url
    self.dataset = dataset
    self.layout = layout
    guard Self.isFolder(url) else {
      throw wrong(FileManager.default.fileExists(atPath: url.path) ? "it is a file" : "it does not exist")
    }
  }

  /// The error for what is missing here.
  func wrong(_ found: String) -> DataError {
    .wrongLayout(dataset: dataset, root: url.path, found: found, layout: layout)
  }

  func hasFolder(_ path: String) -> Bool { Self.isFolder(url.appendingPathComponent(path)) }

  /// The name itself where it is there, else the same in other letters: `Images` for `images`. Nil where there is none.
  func inAnyCase(_ name: String) -> String? {
    let names = names()
    return names.contains(name) ? name : names.first { $0.lowercased() == name }
  }

  /// A folder inside this one, for the same data set.
  func folder(_ path: String) throws -> RootFolder {
    try RootFolder(url.appendingPathComponent(path), dataset: dataset, layout: layout)
  }

  /// Names in a folder inside this one, sorted; hidden files left out. Empty when there is no such folder.
  func names(in path: String = "") -> [String] {
    let folder = path.isEmpty ? url : url.appendingPathComponent(path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The file that `list` names, without looking whether it exists.
  ///
  /// Throws `DataError.nameEscapesRoot` for absolute names and for any `..`.
  func file(_ name: String, listedIn list: String) throws -> URL {
    guard RelativePath.staysInside(name) else { throw DataError.nameEscapesRoot(name: name, file: list) }
    return url.appendingPathComponent(name)
  }

  /// The path of something in this folder.
  func path(_ name: String) -> String { "\(url.path)/\(name)" }

  /// The lines of a list in this folder, without blank ones; nil when there is none. Throws `CoreError.malformedFile`.
  func list(_ name: String) throws -> [String]? { try numberedList(name)?.filter { !$0.isEmpty } }

  /// The same with blank lines, but for those at the end.
  func numberedList(_ name: String) throws -> [String]? {
    let file = url.appendingPathComponent(name)
    guard let bytes = try? FileBytes.read(file) else { return nil }
    let lines = try TextLines.numbered(bytes, path: file.path)
    return Array(lines.prefix((lines.lastIndex { !$0.isEmpty } ?? -1) + 1))
  }

  public static func isFolder(_ url: URL) -> Bool {
    var folder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &folder) && folder.boolValue
  }
}
