/// One walk over the headers of an archive.
struct TarScan {
  /// Why an archive cannot be used.
  struct Fault: Error {
    let reason: String
  }

  private(set) var members: [TarArchive.Member] = []
  private(set) var passedOver = 0
  private(set) var length = 0
  /// Whether this program could have written every header; not looked at, and false, where nobody asks.
  private(set) var isOwn: Bool

  private static let mostMembers = 4_000_000
  /// Of a name; Linux has no longer paths.
  private static let mostNameBytes = 4096
  /// Of records or a name in front of a member.
  private static let mostExtraBytes = 1 << 20

  private let file: OpenFile
  private var fileSize: Int
  private var place = 0
  /// What was said in front of the next member.
  private var extra = Extra()

  private struct Extra {
    /// The headers so far, as they are in the archive.
    var blocks: [UInt8] = []
    var name: [UInt8]?
    var size: Int?
  }

  init(_ file: OpenFile, tellsOwn: Bool) {
    self.file = file
    isOwn = tellsOwn
    fileSize = file.size
  }

  /// Throws `Fault` and `OpenFile.Fault`.
  mutating func run() throws -> TarArchive.End {
    while true {
      let block = try file.read(at: place, count: TarHeader.blockSize)
      if place == 0, block.count < TarHeader.blockSize { throw Fault(reason: kind(block)) }
      if block.isEmpty { return extra.blocks.isEmpty ? .bare : .cut(name: nil) }
      if block.count < TarHeader.blockSize { return .cut(name: nil) }
      if block.allSatisfy({ $0 == 0 }) { return extra.blocks.isEmpty ? .marked : .cut(name: nil) }
      guard let header = TarHeader(block) else {
        throw Fault(reason: place == 0 ? kind(block) : "the header at byte \(place) is damaged")
      }
      isOwn = isOwn && TarHeader.isOwn(block)
      if let end = try take(header, block) { return end }
    }
  }

  /// Goes on behind an entry. Returns the end where it is not whole.
  private mutating func take(_ header: TarHeader, _ block: [UInt8]) throws -> TarArchive.End? {
    let offset = place + TarHeader.blockSize
    switch header.kind {
    case .sparse: throw Fault(reason: "it holds a file with holes (tar --sparse), which is not understood")
    case .extended, .longName:
      guard header.size <= Self.mostExtraBytes, extra.blocks.count <= Self.mostExtraBytes else {
        throw Fault(reason: "the header at byte \(place) has \(header.size) bytes")
      }
      guard fits(header.size, at: offset) else { return .cut(name: nil) }
      let bytes = try file.read(at: offset, count: TarHeader.filled(header.size))
      extra.blocks += block + bytes
      let text = bytes.prefix(header.size)
      if header.kind == .extended { try read(records: text) } else { extra.name = Array(text.prefix { $0 != 0 }) }
      place = offset + TarHeader.filled(header.size)
    case .file, .link, .other:
      let size = header.kind == .file ? extra.size ?? header.size : header.size
      let bytes = extra.name ?? header.name, name = name(bytes)
      guard fits(size, at: offset) else { return .cut(name: name) }
      // Before POSIX a folder was a file whose name says so. One that was cut to fit may end so too: the whole name counts.
      let isFile = header.kind == .file && bytes.last != UInt8(ascii: "/")
      if isFile, let name {
        guard members.count < Self.mostMembers else { throw Fault(reason: "it has more than \(Self.mostMembers) members") }
        isOwn = isOwn && extra.blocks + block == TarHeader.blocks(name: name, size: size)
        members.append(TarArchive.Member(name: name, start: length, offset: offset, size: size, mark: Self.mark(block)))
      } else {
        isOwn = false
        passedOver += isFile || header.kind == .link ? 1 : 0
      }
      extra = Extra()
      place = offset + TarHeader.filled(size)
      length = place
    }
    return nil
  }

  /// Whether the file has so many bytes; it may grow meanwhile.
  private mutating func fits(_ count: Int, at place: Int) -> Bool {
    if count > fileSize - place { fileSize = file.size }
    return count <= fileSize - place
  }

  /// What a file says that is no archive.
  private func kind(_ block: [UInt8]) -> String {
    let packed: [(magic: [UInt8], name: String)] = [
      ([0x1F, 0x8B], "gzip"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([0x42, 0x5A, 0x68], "bzip2"),
    ]
    guard let found = packed.first(where: { block.starts(with: $0.magic) }) else { return "it is no tar archive" }
    return "it is compressed by \(found.name): decompress it first, images get no smaller by that"
  }

  /// As a relative path; nil for a name that is none or leaves its folder.
  private func name(_ bytes: [UInt8]) -> String? {
    var bytes = bytes[...]
    while bytes.starts(with: "./".utf8) { bytes = bytes.dropFirst(2).drop { $0 == UInt8(ascii: "/") } }
    guard bytes.count <= Self.mostNameBytes, let name = String(validating: bytes, as: UTF8.self), RelativePath.staysInside(name) else {
      return nil
    }
    return name
  }

  /// Reads `LENGTH KEY=VALUE` records. Throws `Fault`.
  private mutating func read(records bytes: ArraySlice<UInt8>) throws {
    var rest = bytes
    while !rest.isEmpty {
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count, length <= rest.count,
        rest[digits.endIndex] == UInt8(ascii: " "), rest[rest.startIndex + length - 1] == UInt8(ascii: "\n"),
        let equals = rest[digits.endIndex..<rest.startIndex + length].firstIndex(of: UInt8(ascii: "="))
      else { throw Fault(reason: "the header at byte \(place) is damaged") }
      let value = rest[(equals + 1)..<(rest.startIndex + length - 1)]
      switch String(decoding: rest[(digits.endIndex + 1)..<equals], as: UTF8.self) {
      case "path": extra.name = Array(value)
      case "size":
        guard let size = Int(String(decoding: value, as: UTF8.self)), size >= 0 else {
          throw Fault(reason: "the header at byte \(place) has no size")
        }
        extra.size = size
      case let key where key.hasPrefix("GNU.sparse"):
        throw Fault(reason: "it holds a file with holes (tar --sparse), which is not understood")
      default: break
      }
      rest = rest.dropFirst(length)
    }
  }

  /// FNV-1a, 64 bits.
  static func mark(_ block: [UInt8]) -> UInt64 { block.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
}
