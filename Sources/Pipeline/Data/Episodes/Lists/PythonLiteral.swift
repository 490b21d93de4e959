/// Reads the dictionaries that BAM's lists are written as: `{1: [('image.jpg', 'mask.png'), ...], ...}`, Python's own notation.
struct PythonLiteral {
  /// What is wrong, and at which byte.
  struct Fault: Error {
    let reason: String
    let offset: Int
  }

  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The entries in their order, of each pair the first name.
  mutating func classes() throws -> [(key: Int, names: [String])] {
    var entries: [(key: Int, names: [String])] = []
    try sequence("{", "}") { reader in
      let key = try reader.number()
      try reader.expect(":")
      var names: [String] = []
      try reader.sequence("[", "]") { reader in
        var pair: [String] = []
        try reader.sequence("(", ")") { pair.append(try $0.string()) }
        guard let name = pair.first else { throw reader.fault("a pair without names") }
        names.append(name)
      }
      entries.append((key, names))
    }
    if next() != nil { throw fault("text behind the dictionary") }
    return entries
  }

  /// Elements between brackets, a comma behind the last one allowed.
  private mutating func sequence(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ element: (inout PythonLiteral) throws -> Void) throws {
    try expect(open)
    while !accept(close) {
      try element(&self)
      if accept(",") { continue }
      try expect(close)
      return
    }
  }

  private mutating func number() throws -> Int {
    _ = next()
    var value = 0, digits = 0
    while offset < bytes.count, bytes[offset] >= 0x30, bytes[offset] <= 0x39, digits < 9 {
      value = value * 10 + Int(bytes[offset] - 0x30)
      offset += 1
      digits += 1
    }
    if digits == 0 { throw fault("no number") }
    return value
  }

  /// Between single or double quotes; a backslash keeps the character behind it.
  private mutating func string() throws -> String {
    guard let quote = next(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { throw fault("no string") }
    offset += 1
    var text: [UInt8] = []
    while offset < bytes.count, bytes[offset] != quote {
      if bytes[offset] == UInt8(ascii: "\\") { offset += 1 }
      if offset < bytes.count { text.append(bytes[offset]) }
      offset += 1
    }
    guard offset < bytes.count else { throw fault("a string without an end") }
    offset += 1
    return String(decoding: text, as: UTF8.self)
  }

  /// The next byte that is no white space, not passed; nil at the end.
  private mutating func next() -> UInt8? {
    while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    return offset < bytes.count ? bytes[offset] : nil
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard next() == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else { throw fault("no \"\(character)\"") }
  }

  private func fault(_ reason: String) -> Fault { Fault(reason: "there is \(reason)", offset: offset) }
}
