/// One line of text being typed, with its cursor.
public struct LineInput: Hashable, Sendable {
  public private(set) var text: String
  /// Characters before the cursor.
  public private(set) var cursor: Int

  /// Longest text that is taken: prompts are cut by the model at 75 words.
  private static let limit = 2000

  public init(_ text: String = "") {
    self.text = String(text.prefix(Self.limit))
    cursor = self.text.count
  }

  /// Takes a key that types, deletes or moves; false for any other.
  public mutating func take(_ key: Key) -> Bool {
    switch key {
    case .character(let character): insert(String(character))
    case .paste(let text): insert(PlainLine.of(text))
    case .backspace: if cursor > 0 { remove(cursor - 1..<cursor) }
    case .delete: if cursor < text.count { remove(cursor..<cursor + 1) }
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(text.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = text.count
    case .control("u"): remove(0..<cursor)
    case .control("k"): remove(cursor..<text.count)
    case .control("w"): remove(wordStart..<cursor)
    default: return false
    }
    return true
  }

  /// The text in `width` cells around the cursor, which is shown as a bar.
  public func shown(width: Int) -> String {
    let characters = Array(text), room = max(1, width - 1)
    let first = max(0, cursor - room + 1), last = min(characters.count, first + room)
    return String(characters[first..<min(cursor, last)]) + "▏" + String(characters[min(cursor, last)..<last])
  }

  private var wordStart: Int {
    let characters = Array(text)
    var place = cursor
    while place > 0, characters[place - 1] == " " { place -= 1 }
    while place > 0, characters[place - 1] != " " { place -= 1 }
    return place
  }

  private mutating func insert(_ more: String) {
    let more = more.prefix(max(0, Self.limit - text.count))
    text.insert(contentsOf: more, at: text.index(text.startIndex, offsetBy: cursor))
    cursor += more.count
  }

  private mutating func remove(_ range: Range<Int>) {
    let start = text.index(text.startIndex, offsetBy: range.lowerBound)
    text.removeSubrange(start..<text.index(start, offsetBy: range.count))
    cursor = range.lowerBound
  }
}

/// Foreign text as one line.
enum PlainLine {
  /// Line ends and tabs become spaces, other control characters vanish.
  static func of(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.compactMap { scalar in
      switch scalar {
      case "\n", "\r", "\t": " "
      case _ where scalar.properties.generalCategory == .control: nil
      default: scalar
      }
    }))
  }
}
