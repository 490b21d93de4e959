/// A strict pull reader for the little JSON that safetensors headers and vocabularies are made of: objects, strings,
/// non-negative integers and arrays of them. The caller's calls fix the structure, so nesting cannot run away.
///
/// Foundation's parser is not used because it drops repeated keys silently, and takes three times as long.
struct JSONReader {
  /// What is wrong with the text, in words.
  struct Fault: Error {
    var reason: String
  }

  private let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads an object and calls `member` with each key, to read its value.
  mutating func object(_ member: (inout JSONReader, String) throws -> Void) throws {
    try objectOfBytes { reader, key in try member(&reader, try reader.text(key)) }
  }

  /// Reads an object whose keys are wanted as the UTF-8 bytes of the text.
  mutating func objectOfBytes(_ member: (inout JSONReader, [UInt8]) throws -> Void) throws {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try utf8()
      try expect(":")
      try member(&self, key)
    } while accept(",")
    try expect("}")
  }

  /// Reads an array of at most `limit` non-negative integers.
  mutating func integers(atMost limit: Int) throws -> [Int] {
    var values: [Int] = []
    try expect("[")
    if accept("]") { return values }
    repeat {
      guard values.count < limit else { throw fault("more than \(limit) numbers in a list") }
      values.append(try integer())
    } while accept(",")
    try expect("]")
    return values
  }

  /// Reads a string.
  mutating func string() throws -> String { try text(try utf8()) }

  /// Reads a string as its bytes, which may be invalid UTF-8 if the file's are.
  private mutating func utf8() throws -> [UInt8] {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw fault("a control character inside a string")
      default: text.append(byte)
      }
    }
    throw fault("an unfinished string")
  }

  /// Nothing but white space may follow (writers pad the header with spaces).
  mutating func expectEnd() throws {
    skipSpace()
    guard position == bytes.count else { throw fault("something behind the end") }
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    switch next() {
    case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      var units = [try hexUnit()]
      if units[0] & 0xFC00 == 0xD800, next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") {
        units.append(try hexUnit())
      }
      guard let string = String(validating: units, as: UTF16.self) else { throw fault("half a surrogate pair") }
      text += Array(string.utf8)
    default: throw fault("an unknown escape")
    }
  }

  private mutating func hexUnit() throws -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next(), let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw fault("a bad \\u escape")
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  /// Reads a non-negative integer.
  mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, case let digit = bytes[position], (48...57).contains(digit) {
      let (shifted, high) = value.multipliedReportingOverflow(by: 10)
      let (sum, low) = shifted.addingReportingOverflow(Int(digit - 48))
      guard !high, !low else { throw fault("a number beyond 64 bits") }
      value = sum
      position += 1
    }
    guard position > start else { throw fault("something that is not a non-negative integer") }
    return value
  }

  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else { throw fault("no '\(character)' where one belongs") }
  }

  private func text(_ utf8: [UInt8]) throws -> String {
    guard let string = String(validating: utf8, as: UTF8.self) else { throw fault("text that is not UTF-8") }
    return string
  }

  private func fault(_ what: String) -> Fault { Fault(reason: "\(what) at byte \(position) of its JSON") }
}
