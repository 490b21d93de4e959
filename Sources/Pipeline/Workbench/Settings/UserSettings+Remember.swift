import Core
import Data
import Foundation
import Render

extension UserSettings {
  /// Notes a data set's folder in the user's configuration. Throws as the other one.
  public static func remember(_ root: URL, of kind: DatasetKind) throws { try remember(root, of: kind, in: standardFile) }

  /// Notes a data set's folder in a configuration file, in place of the one that is there for it. The rest of the file, comments included,
  /// stays as it is.
  ///
  /// Throws `CoreError.badConfiguration` for a file that is broken already or would be, `unreadableFile` and `cannotWrite`;
  /// the file is then as before.
  public static func remember(_ root: URL, of kind: DatasetKind, in file: URL) throws {
    _ = try UserSettings(file: file)
    let text = FileManager.default.fileExists(atPath: file.path) ? String(decoding: try FileBytes.read(file), as: UTF8.self) : ""
    let path = root.standardizedFileURL.path, changed = noting("\(kind.rawValue) = \(quoted(path))", key: kind.rawValue, in: text)
    guard let table = try? TOMLReader.read(changed), case .table(let roots)? = table["roots"], roots[kind.rawValue] == .text(path) else {
      throw CoreError.badConfiguration(path: file.path, reason: "\"roots\" is written so that nothing can be added to it")
    }
    try AtomicFile.write(Data(changed.utf8), to: file)
  }

  /// A text with a line in its table of roots, in place of the one of that key.
  private static func noting(_ line: String, key: String, in text: String) -> String {
    let end: Character = text.contains("\r\n") ? "\r\n" : "\n"
    var lines = text.isEmpty ? [] : text.split(separator: end, omittingEmptySubsequences: false).map(String.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    func begins(_ line: String, _ wanted: String) -> Bool { line.drop { $0 == " " || $0 == "\t" }.hasPrefix(wanted) }
    func joined(_ lines: [String]) -> String { lines.joined(separator: String(end)) + String(end) }
    func isHead(_ line: String) -> Bool {
      let line = line.filter { $0 != " " && $0 != "\t" }
      return ["[roots]", "[\"roots\"]", "['roots']"].contains { line.hasPrefix($0) }
    }
    guard let head = lines.firstIndex(where: isHead) else { return joined(lines + (lines.isEmpty ? [] : [""]) + ["[roots]", line]) }
    let next = lines[(head + 1)...].firstIndex { begins($0, "[") } ?? lines.count
    let place = lines[(head + 1)..<next].firstIndex { own in
      ["\(key) ", "\(key)=", "\(key)\t", "\"\(key)\"", "'\(key)'"].contains { begins(own, $0) }
    }
    if let place { lines[place] = line } else { lines.insert(line, at: head + 1) }
    return joined(lines)
  }

  /// A TOML text in quotes.
  private static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.properties.generalCategory == .control: String(format: "\\u%04X", scalar.value)
      default: String(scalar)
      }
    }
    return "\"\(scalars.joined())\""
  }
}
