/// The block in front of each member of a tar archive, POSIX's *ustar* (IEEE Std 1003.1, `pax`), with what GNU tar and older programs do otherwise.
///
/// An archive is a row of blocks of 512 bytes: a header, the member's bytes filled up with zeros to a whole block, the next header, and at the
/// end two blocks of zeros. Fields of a header, all text, numbers octal:
///
/// | at | bytes | field | as this program writes it |
/// | ---: | ---: | --- | --- |
/// | 0 | 100 | name, up to a zero | the name, or its first 100 bytes behind an extended header |
/// | 100 | 8 | mode | `0000644` |
/// | 108, 116 | 8, 8 | owner, group | `0000000` |
/// | 124 | 12 | size in bytes; GNU: a byte 0x80 and a number of base 256 | 11 digits |
/// | 136 | 12 | time of change | `00000000000` |
/// | 148 | 8 | sum of the block's bytes, this field taken as spaces | 6 digits, zero, space |
/// | 156 | 1 | kind | `0`, or `x` |
/// | 157 | 100 | name that a link leads to | zeros |
/// | 257 | 8 | `ustar`, zero, `00`; GNU: `ustar`, two spaces, zero; nothing in older ones | the first |
/// | 265 ... 344 | | names and device | zeros |
/// | 345 | 155 | POSIX: what comes in front of the name, with a `/` between | zeros |
///
/// Nothing depends on when, where or by whom it is written. An *extended header* (`x`) is a member whose bytes are records `LENGTH KEY=VALUE`
/// and a line feed, about the next member: `path` for names that do not fit. GNU's `L` is such a name alone.
struct TarHeader {
  enum Kind {
    case file
    /// Records about the next member.
    case extended
    /// The next member's name.
    case longName
    /// A link, a device or a pipe: what stands for a file.
    case link
    /// A folder, or something about the archive.
    case other
    /// A file with holes, whose bytes are not where a file's are.
    case sparse
  }

  static let blockSize = 512

  let kind: Kind
  /// Of POSIX and GNU archives with their folders.
  let name: [UInt8]
  /// Bytes that follow, without the filling.
  let size: Int

  /// From a block; nil when it is no header: its sum or its size is not one.
  init?(_ block: [UInt8]) {
    guard block.count == Self.blockSize, let sum = Self.number(block[148..<156]), Self.sums(block).contains(sum),
      let size = Self.number(block[124..<136])
    else { return nil }
    let own = block[0..<100].prefix { $0 != 0 }
    // GNU's own format has times where POSIX has the folders.
    let folders = block[257..<263].elementsEqual("ustar\0".utf8) ? block[345..<500].prefix { $0 != 0 } : []
    name = folders.isEmpty ? Array(own) : Array(folders) + [UInt8(ascii: "/")] + own
    switch block[156] {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): kind = .file
    case UInt8(ascii: "x"): kind = .extended
    case UInt8(ascii: "L"): kind = .longName
    case UInt8(ascii: "S"): kind = .sparse
    case UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): kind = .link
    default: kind = .other
    }
    // Links, devices and folders have a size in some archives, and never bytes.
    self.size = (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(block[156]) ? 0 : size
  }

  /// The blocks in front of a file: one, or three where its name needs an extended header. `size` below 8 GiB.
  static func blocks(name: String, size: Int) -> [UInt8] {
    let bytes = Array(name.utf8)
    guard bytes.count > 100 else { return block(name: bytes, size: size, kind: "0") }
    let record = record("path", bytes)
    return block(name: Array("PaxHeaders/".utf8) + bytes.prefix(89), size: record.count, kind: "x") + filled(record)
      + block(name: bytes.prefix(100), size: size, kind: "0")
  }

  /// Whether this program could have written a header.
  static func isOwn(_ block: [UInt8]) -> Bool {
    guard let header = TarHeader(block), header.name.count <= 100 else { return false }
    return Self.block(name: header.name, size: header.size, kind: header.kind == .extended ? "x" : "0") == block
  }

  /// With zeros up to a whole block.
  static func filled(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0, count: filled(bytes.count) - bytes.count) }

  /// Bytes of the blocks that `count` bytes take.
  static func filled(_ count: Int) -> Int { (count + blockSize - 1) / blockSize * blockSize }

  private static func block(name: some Collection<UInt8>, size: Int, kind: Character) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockSize)
    func put(_ text: String, at place: Int) { block.replaceSubrange(place..<place + text.utf8.count, with: text.utf8) }
    block.replaceSubrange(0..<name.count, with: name)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(size, digits: 11), at: 124)
    put(octal(0, digits: 11), at: 136)
    put("\(kind)", at: 156)
    put("ustar\0" + "00", at: 257)
    put(octal(sums(block)[0], digits: 6) + "\0 ", at: 148)
    return block
  }

  /// `LENGTH KEY=VALUE` and a line feed; the length counts itself.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
    var length = rest.count
    while length != rest.count + "\(length)".utf8.count { length = rest.count + "\(length)".utf8.count }
    return "\(length)".utf8 + rest
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// The sum of a header's bytes; old programs added them as signed ones.
  private static func sums(_ block: [UInt8]) -> [Int] {
    let bytes = [block[..<148], block[156...]]
    let sum = bytes.reduce(8 * Int(UInt8(ascii: " "))) { $1.reduce($0) { $0 + Int($1) } }
    return [sum, sum - 256 * bytes.reduce(0) { $1.reduce($0) { $0 + Int($1 >> 7) } }]
  }

  /// Octal digits, or GNU's base 256; nil for neither, and for what is negative or beyond `Int`.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if field.first == 0x80 {
      return field.dropFirst().reduce(Int?.some(0)) { sum, byte in
        sum.flatMap { $0 > Int.max >> 8 ? nil : $0 << 8 | Int(byte) }
      }
    }
    let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
    guard field[digits.endIndex...].first.map({ $0 == 0 || $0 == UInt8(ascii: " ") }) ?? true else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 - UInt8(ascii: "0")) }
  }
}
