/// Reads JSON from left to right without building a tree: annotation files reach half a gigabyte.
///
/// Nothing here recurses, so nesting cannot exhaust the stack; every step checks the end of the bytes.
///
/// It is strict where Foundation's parser is not: keys come as often as they are there, text is UTF-8, numbers keep all their digits.
public struct JSONCursor {
  /// Where reading failed and why.
  public struct Problem: Error {
    public let offset: Int
    public let reason: String
  }

  private let bytes: [UInt8]
  private let end: Int
  public private(set) var offset: Int

  /// A cursor at the beginning of `range`, by default of everything behind a byte order mark.
  public init(_ bytes: [UInt8], range: Range<Int>? = nil) {
    self.bytes = bytes
    offset = range?.lowerBound ?? (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    end = range?.upperBound ?? bytes.count
  }

  /// The next byte that is not white space.
  public mutating func peek() throws -> UInt8 {
    while offset < end {
      let byte = bytes[offset]
      if byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 { return byte }
      offset += 1
    }
    throw problem("the file ends in the middle of a value")
  }

  /// Visits the members of an object; `body` must read or skip the value.
  public mutating func members(_ body: (String, inout JSONCursor) throws -> Void) throws {
    try members(key: { try $0.string() }, body)
  }

  /// The same with keys as the UTF-8 bytes of their text, valid or not.
  public mutating func membersOfBytes(_ body: ([UInt8], inout JSONCursor) throws -> Void) throws {
    try members(key: { try $0.utf8() }, body)
  }

  private mutating func members<Key>(key read: (inout JSONCursor) throws -> Key, _ body: (Key, inout JSONCursor) throws -> Void) throws {
    try expect(UInt8(ascii: "{"))
    if try accept(UInt8(ascii: "}")) { return }
    while true {
      let key = try read(&self)
      try expect(UInt8(ascii: ":"))
      try body(key, &self)
      if try accept(UInt8(ascii: "}")) { return }
      try comma(before: UInt8(ascii: "}"))
    }
  }

  /// Visits the elements of an array; `body` must read or skip each.
  public mutating func elements(_ body: (inout JSONCursor) throws -> Void) throws {
    try expect(UInt8(ascii: "["))
    if try accept(UInt8(ascii: "]")) { return }
    while true {
      try body(&self)
      if try accept(UInt8(ascii: "]")) { return }
      try comma(before: UInt8(ascii: "]"))
    }
  }

  /// Passes over the comma between two values.
  private mutating func comma(before end: UInt8) throws {
    _ = try peek()
    let place = offset
    try expect(UInt8(ascii: ","))
    if try peek() == end { throw Problem(offset: place, reason: "a comma has no value behind it") }
  }

  /// Passes over one value and says where it is. Brackets are only counted: reading the value checks it.
  @discardableResult
  public mutating func skip() throws -> Range<Int> {
    let first = try peek()
    let start = offset
    var depth = 0
    if first == UInt8(ascii: "\"") {
      try skipString()
    } else if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      repeat {
        guard offset < end else { throw problem("the file ends in the middle of a value") }
        switch bytes[offset] {
        case UInt8(ascii: "\""):
          try skipString()
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
        offset += 1
      } while depth > 0
    } else {
      while offset < end, !Self.endsScalar(bytes[offset]) { offset += 1 }
      if offset == start { throw problem("a value is missing") }
    }
    return start..<offset
  }

  /// A number, correctly rounded.
  public mutating func double() throws -> Double {
    _ = try peek()
    let start = offset
    var negative = false
    if bytes[offset] == UInt8(ascii: "-") {
      negative = true
      offset += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var decimals = 0
    var simple = true
    var seenPoint = false
    while offset < end {
      let byte = bytes[offset]
      if byte >= 0x30 && byte <= 0x39 {
        digits += 1
        if seenPoint { decimals += 1 }
        if digits <= 18 { mantissa = mantissa * 10 + UInt64(byte - 0x30) } else { simple = false }
      } else if byte == UInt8(ascii: ".") && !seenPoint {
        seenPoint = true
      } else if Self.endsScalar(byte) {
        break
      } else {
        simple = false
      }
      offset += 1
    }
    // Both numbers exact, so one division rounds once.
    if simple && digits > 0 && mantissa < 1 << 53 {
      let value = Double(mantissa) / Self.powersOfTen[decimals]
      return negative ? -value : value
    }
    guard let value = Double(String(decoding: bytes[start..<offset], as: UTF8.self)), value.isFinite else {
      offset = start
      throw problem("a number is expected")
    }
    return value
  }

  /// A whole number; `3.0` counts as one.
  public mutating func integer() throws -> Int {
    _ = try peek()
    let start = offset
    let value = try double()
    guard let whole = Int(exactly: value), abs(value) < 0x1p53 else {
      offset = start
      throw problem("a whole number is expected")
    }
    return whole
  }

  /// A number of decimal digits and nothing else, at most `Int.max`.
  public mutating func natural() throws -> Int {
    _ = try peek()
    let start = offset
    var value = 0
    while offset < end, (0x30...0x39).contains(bytes[offset]) {
      let (tenfold, high) = value.multipliedReportingOverflow(by: 10)
      let (sum, low) = tenfold.addingReportingOverflow(Int(bytes[offset] - 0x30))
      guard !high, !low else { throw problem("a number beyond 64 bits") }
      value = sum
      offset += 1
    }
    guard offset > start, offset == end || Self.endsScalar(bytes[offset]) else {
      offset = start
      throw problem("a non-negative whole number is expected")
    }
    return value
  }

  /// A string with its escapes resolved.
  public mutating func string() throws -> String {
    let content = try quoted()
    // Most are as they are.
    let text = Self.isPlain(content) ? content : try resolved(content)[...]
    guard let text = String(validating: text, as: UTF8.self) else { throw problem("a string that is not UTF-8") }
    return text
  }

  /// A string's bytes with its escapes resolved, as valid as the file's.
  private mutating func utf8() throws -> [UInt8] {
    let content = try quoted()
    return Self.isPlain(content) ? Array(content) : try resolved(content)
  }

  /// What is between the quotes of a string.
  private mutating func quoted() throws -> ArraySlice<UInt8> {
    guard try peek() == UInt8(ascii: "\"") else { throw problem("a string is expected") }
    let start = offset + 1
    try skipString()
    return bytes[start..<(offset - 1)]
  }

  private static func isPlain(_ content: ArraySlice<UInt8>) -> Bool {
    content.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\\") }
  }

  private func resolved(_ content: ArraySlice<UInt8>) throws -> [UInt8] {
    var text: [UInt8] = [], at = content.startIndex
    func hexUnit(at start: Int) -> UInt16? {
      guard start + 4 <= content.endIndex else { return nil }
      let digits = content[start..<start + 4]
      // A sign is no digit.
      guard digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
      return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
    while at < content.endIndex {
      let byte = content[at]
      guard byte >= 0x20 else { throw problem("a control character in a string") }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        at += 1
        continue
      }
      // skipString has made sure that a byte follows each backslash.
      at += 2
      switch content[at - 1] {
      case UInt8(ascii: "n"): text.append(10)
      case UInt8(ascii: "t"): text.append(9)
      case UInt8(ascii: "r"): text.append(13)
      case UInt8(ascii: "b"): text.append(8)
      case UInt8(ascii: "f"): text.append(12)
      case UInt8(ascii: "u"):
        guard let first = hexUnit(at: at) else { throw problem("a string holds a broken \\u escape") }
        at += 4
        var units = [first]
        if UTF16.isLeadSurrogate(first), at + 2 <= content.endIndex, content[at..<at + 2].elementsEqual("\\u".utf8),
          let second = hexUnit(at: at + 2)
        {
          units.append(second)
          at += 6
        }
        guard let pair = String(validating: units, as: UTF16.self) else { throw problem("a string holds half a surrogate pair") }
        text += Array(pair.utf8)
      case let other where "\"\\/".utf8.contains(other): text.append(other)
      default: throw problem("a string holds an unknown escape")
      }
    }
    return text
  }

  /// Checks that only white space is left.
  public mutating func finish() throws {
    while offset < end {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { throw problem("text behind the end of the value") }
      offset += 1
    }
  }

  public func problem(_ reason: String) -> Problem { Problem(offset: offset, reason: reason) }

  /// `line 3, column 14`, both from 1 and the column in characters, as Python's `json` counts.
  public static func place(of offset: Int, in bytes: [UInt8]) -> String {
    let before = bytes.prefix(max(offset, 0)), lines = before.count { $0 == 0x0A }
    let line =
      before.lastIndex(of: 0x0A).map { before[($0 + 1)...] } ?? (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? before.dropFirst(3) : before)
    // Further bytes of a character are 10xxxxxx.
    return "line \(lines + 1), column \(line.count { $0 & 0xC0 != 0x80 } + 1)"
  }

  private mutating func accept(_ byte: UInt8) throws -> Bool {
    guard try peek() == byte else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws {
    guard try accept(byte) else { throw problem("\"\(Character(UnicodeScalar(byte)))\" is expected") }
  }

  private mutating func skipString() throws {
    offset += 1
    while offset < end {
      let byte = bytes[offset]
      offset += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return }
    }
    offset = end
    throw problem("a string has no end")
  }

  private static func endsScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"): true
    default: false
    }
  }

  /// 10^0...10^18, all exact.
  private static let powersOfTen: [Double] = (0..<18).reduce(into: [1]) { powers, _ in powers.append(powers[powers.count - 1] * 10) }
}
