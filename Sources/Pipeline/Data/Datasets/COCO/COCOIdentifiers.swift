import Core

/// The ids of an annotation file as whole numbers: those that are written as texts too, as some tools do.
///
/// A text of digits is its number; any other one gets a number far below all that occur.
struct COCOIdentifiers: Sendable {
  private static let first = Int.min / 2

  private var numbers: [String: Int] = [:]
  private var texts: [String] = []

  /// Reads an id; `isSpelled` says that it is a number in quotes. Nil for what can be none: null, a list, a fraction.
  mutating func read(_ cursor: inout JSONCursor) throws -> (id: Int, isSpelled: Bool)? {
    let next = try cursor.peek()
    if next == UInt8(ascii: "-") || (0x30...0x39).contains(next) {
      let value = try cursor.double()
      guard let id = Int(exactly: value), abs(value) < 0x1p53 else { return nil }
      return (id, false)
    }
    guard next == UInt8(ascii: "\"") else {
      try cursor.skip()
      return nil
    }
    let text = try cursor.string()
    if let number = Int(text), "\(number)" == text, abs(Double(number)) < 0x1p53 { return (number, true) }
    if let known = numbers[text] { return (known, false) }
    let fresh = Self.first + texts.count
    texts.append(text)
    numbers[text] = fresh
    return (fresh, false)
  }

  /// An id as it is in the file.
  func text(_ id: Int) -> String {
    let place = id - Self.first
    return texts.indices.contains(place) ? PlainText.clean(texts[place]) : "\(id)"
  }
}
