/// Text entries of a JPEG file, in its comments (marker COM, ITU-T T.81 B.2.4.5).
///
/// Comments bear no keys, so each is written as `KEY: VALUE`. The entry `parameters` alone is bare and last: Stable Diffusion web
/// interfaces look for it where exiftool and Pillow find "the" comment of a file.
enum JPEGComments {
  private static let bareKey = "parameters"
  /// A segment's length has two bytes, and counts itself.
  private static let longest = 0xFFFF - 2

  /// The segments of `text`, sorted by key. Throws `RenderError.invalidText`.
  static func segments(of text: [String: String]) throws -> [UInt8] {
    let bare = text[bareKey].flatMap { split($0) == nil ? $0 : nil }
    var comments = text.filter { $0.key != bareKey || bare == nil }.sorted { $0.key < $1.key }.map { ($0.key, "\($0.key): \($0.value)") }
    if let bare { comments.append((bareKey, bare)) }
    return try comments.flatMap { key, comment in
      let bytes = Array(comment.utf8)
      guard isKey(key.utf8), bytes.count <= longest, !bytes.contains(0) else { throw RenderError.invalidText(key: key) }
      let length = bytes.count + 2
      return [0xFF, Marker.comment, UInt8(length >> 8), UInt8(length & 0xFF)] + bytes
    }
  }

  /// A file with segments behind its JFIF header, which must come first.
  static func inserted(_ segments: [UInt8], into file: [UInt8]) -> [UInt8] {
    var place = 2
    if file.count > 6, file[2] == 0xFF, file[3] == Marker.jfif { place += 2 + (Int(file[4]) << 8 | Int(file[5])) }
    guard !segments.isEmpty, place <= file.count else { return file }
    return Array(file[..<place]) + segments + file[place...]
  }

  /// The entries of a file; a comment without a key is the entry `parameters`. The last one wins where a key is repeated.
  ///
  /// Throws `RenderError.corrupt` for a segment that runs beyond the file's end. Pixels are not looked at.
  static func text(of file: [UInt8], name: String) throws -> [String: String] {
    var entries: [String: String] = [:], place = 2
    while let at = file[place...].firstIndex(of: 0xFF), at + 1 < file.count {
      let marker = file[at + 1]
      // A marker may be preceded by any number of 0xFF, and strange bytes between segments are skipped as decoders do.
      place = at + 1
      if marker == 0xFF { continue }
      place = at + 2
      if marker == Marker.scan || marker == Marker.end { break }
      if Marker.isAlone(marker) { continue }
      guard place + 2 <= file.count else { throw RenderError.corrupt(name: name, format: "JPEG", reason: "the file ends too early") }
      let end = place + (Int(file[place]) << 8 | Int(file[place + 1]))
      guard end >= place + 2, end <= file.count else {
        throw RenderError.corrupt(name: name, format: "JPEG", reason: "a segment is longer than the file")
      }
      if marker == Marker.comment {
        let comment = String(decoding: file[(place + 2)..<end], as: UTF8.self)
        let (key, value) = split(comment) ?? (bareKey, comment)
        entries[key] = value
      }
      place = end
    }
    return entries
  }

  /// `KEY: VALUE` in its parts; nil when a comment does not begin with a key.
  private static func split(_ comment: String) -> (key: String, value: String)? {
    // In bytes: a character may be a blank with an accent on it.
    let bytes = comment.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), isKey(bytes[..<colon]) else { return nil }
    let rest = bytes[bytes.index(after: colon)...]
    guard rest.first == UInt8(ascii: " ") else { return nil }
    return (String(decoding: bytes[..<colon], as: UTF8.self), String(decoding: rest.dropFirst(), as: UTF8.self))
  }

  /// 1...79 ASCII letters, digits, `_` or `-`.
  private static func isKey(_ text: some Collection<UInt8>) -> Bool {
    (1...79).contains(text.count)
      && text.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  private enum Marker {
    static let jfif: UInt8 = 0xE0
    static let comment: UInt8 = 0xFE
    static let scan: UInt8 = 0xDA
    static let end: UInt8 = 0xD9

    /// Whether a marker has no length behind it (B.1.1.3).
    static func isAlone(_ marker: UInt8) -> Bool { marker <= 0x01 || (0xD0...0xD8).contains(marker) }
  }
}
