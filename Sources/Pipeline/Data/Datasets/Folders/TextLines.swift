import Core
import Foundation

/// Other people's text files, whatever their editor put in front of the text.
public enum TextBytes {
  /// The text as UTF-8 without its byte order mark; what is marked as UTF-16, as Windows writes "Unicode", is turned into it.
  public static func utf8(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    let isLittle = bytes.starts(with: [0xFF, 0xFE])
    guard isLittle || bytes.starts(with: [0xFE, 0xFF]), bytes.count % 2 == 0 else { return bytes }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { at -> UInt16 in
      let (low, high) = isLittle ? (bytes[at], bytes[at + 1]) : (bytes[at + 1], bytes[at])
      return UInt16(high) << 8 | UInt16(low)
    }
    // Half a surrogate pair leaves it as it is, which is no UTF-8.
    return String(validating: units, as: UTF16.self).map { Array($0.utf8) } ?? bytes
  }
}

/// The lines of other people's text files.
enum TextLines {
  /// Without a byte order mark, surrounding white space (CRLF line ends occur in published lists) and blank ones.
  ///
  /// Throws `CoreError.malformedFile` for a line that is not UTF-8: in which of the older encodings it is, nobody can tell, and a guess
  /// would change class names, and prompts with them.
  static func split(_ bytes: [UInt8], path: String) throws -> [String] { try numbered(bytes, path: path).filter { !$0.isEmpty } }

  /// The same with blank lines, for files in which a line's number says something.
  static func numbered(_ bytes: [UInt8], path: String) throws -> [String] {
    let text = TextBytes.utf8(bytes)
    // A line feed ends the line that a carriage return before it has ended already.
    let lines = text.indices.filter { text[$0] != 10 || $0 == 0 || text[$0 - 1] != 13 }.map { text[$0] == 13 ? 10 : text[$0] }
    return try lines.split(separator: 10, omittingEmptySubsequences: false)
      .map { line in
        // Zero bytes are UTF-16 or UTF-32 without its mark.
        guard !line.contains(0), let text = String(validating: line, as: UTF8.self) else {
          let shown = PlainText.clean(String(decoding: line.prefix(80), as: UTF8.self))
          throw CoreError.malformedFile(path: path, reason: "\"\(shown)\" is not UTF-8 text; save the file as UTF-8")
        }
        return text.trimmingCharacters(in: .whitespaces)
      }
  }
}
