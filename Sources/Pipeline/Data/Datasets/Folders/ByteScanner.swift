/// Reads the lines of our own cache files: fields between single separators.
struct ByteScanner {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { offset >= bytes.count }

  /// Whether the next byte is this one; if so it is passed.
  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  /// The text up to a separator, which is passed; nil when it does not come.
  mutating func text(until separator: Unicode.Scalar) -> String? {
    let start = offset
    while offset < bytes.count, bytes[offset] != UInt8(ascii: separator) { offset += 1 }
    guard offset < bytes.count else { return nil }
    defer { offset += 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  /// A number of decimal digits and the separator behind it; nil when something else is there or it is too large.
  mutating func number(until separator: Unicode.Scalar) -> Int? {
    var value = 0
    let start = offset
    while offset < bytes.count, bytes[offset] >= 0x30, bytes[offset] <= 0x39 {
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooLarge) = tenfold.addingReportingOverflow(Int(bytes[offset] - 0x30))
      if overflow || tooLarge { return nil }
      value = sum
      offset += 1
    }
    return offset > start && accept(separator) ? value : nil
  }

  /// `label:pixels,label:pixels,` and the separator behind them.
  mutating func areas(until separator: Unicode.Scalar) -> [ClassArea]? {
    var areas: [ClassArea] = []
    while !accept(separator) {
      guard let label = number(until: ":"), (1...254).contains(label), let pixels = number(until: ",") else { return nil }
      areas.append(ClassArea(label: label, pixels: pixels))
    }
    return areas
  }
}

extension [ClassArea] {
  /// As `ByteScanner.areas` reads them.
  var text: String { map { "\($0.label):\($0.pixels)," }.joined() }
}
