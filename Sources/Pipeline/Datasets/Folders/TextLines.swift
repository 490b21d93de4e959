import Foundation

/// Other people's text files, whatever their editor put in front of the text.
enum TextBytes {
  /// The text as UTF-8 without its byte order mark; what is marked as UTF-16, as Windows writes "Unicode", is turned into it.
  static func utf8(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    let isLittle = bytes.starts(with: [0xFF, 0xFE])
    guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return bytes }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { at -> UInt16 in
      let (low, high) = isLittle ? (bytes[at], bytes[at + 1]) : (bytes[at + 1], bytes[at])
      return UInt16(high) << 8 | UInt16(low)
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}

/// The lines of other people's text files.
enum TextLines {
  /// Without a byte order mark, surrounding white space (CRLF line ends occur in published lists) and blank ones.
  ///
  /// Throws `PipelineError.malformedFile` for a line that is not UTF-8: in which of the older encodings it is, nobody can tell, and a guess
  /// would change class names, and prompts with them.
  static func split(_ bytes: [UInt8], path: String) throws -> [String] {
    try TextBytes.utf8(bytes).split { $0 == 10 || $0 == 13 }
      .map { line in
        guard let text = String(validating: line, as: UTF8.self) else {
          let shown = PlainText.clean(String(decoding: line.prefix(80), as: UTF8.self))
          throw PipelineError.malformedFile(path: path, reason: "\"\(shown)\" is not UTF-8 text; save the file as UTF-8")
        }
        return text.trimmingCharacters(in: .whitespaces)
      }
      .filter { !$0.isEmpty }
  }
}
