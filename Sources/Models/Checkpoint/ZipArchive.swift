/// The members of a zip archive that stores them uncompressed, as `torch.save` writes it (PKWARE APPNOTE 6.3, zip64 included).
struct ZipArchive {
  /// What is wrong with the archive, in words.
  struct Fault: Error {
    var reason: String
  }

  /// A member as the table of contents has it.
  struct Member {
    /// Bytes of its content.
    let size: Int
    /// Where its own header begins, which says where its content does.
    fileprivate let header: Int
    /// Why its content cannot be read as it is there; nil when it can.
    fileprivate let obstacle: String?
  }

  let members: [String: Member]
  /// Bytes behind the record that ends an archive.
  let trailingBytes: Int
  private let reader: Reader

  /// More than any checkpoint has tensors.
  private static let mostMembers = 1_000_000
  private static let endSize = 22

  /// Reads the central directory of a whole file's bytes, and nothing else. Throws `Fault` and `WeightFault.cutShort`.
  init(file: UnsafeRawBufferPointer) throws {
    reader = Reader(bytes: file)
    let end = try Self.end(reader)
    trailingBytes = file.count - min(end + Self.endSize + (try reader.u16(end + 20)), file.count)
    let (count, directory) = try Self.directory(reader, end)
    guard count <= Self.mostMembers else { throw Fault(reason: "\(count) members are announced, at most \(Self.mostMembers) are allowed") }
    var members: [String: Member] = [:]
    var position = directory
    for _ in 0..<count {
      guard try reader.u32(position) == 0x0201_4B50 else { throw Fault(reason: "its table of contents is damaged at byte \(position)") }
      let flags = try reader.u16(position + 8), method = try reader.u16(position + 10)
      // Size, packed size and header offset, in the order in which zip64 gives those that do not fit 32 bits.
      var wide = [try reader.u32(position + 24), try reader.u32(position + 20), try reader.u32(position + 42)]
      let nameLength = try reader.u16(position + 28), extraLength = try reader.u16(position + 30)
      let commentLength = try reader.u16(position + 32)
      let name = try reader.text(position + 46, nameLength)
      let extra = position + 46 + nameLength
      try reader.widen(&wide, from: extra..<extra + extraLength)
      let (size, packed, header) = (wide[0], wide[1], wide[2])
      let isPacked = method != 0 || packed != size
      guard isPacked || size <= file.count && header <= file.count - size else { throw Fault(reason: "\(name) reaches beyond the end of the file") }
      let obstacle = flags & 1 != 0 ? "encrypted" : isPacked ? "compressed; torch.save stores weights as they are" : nil
      guard members.updateValue(Member(size: size, header: header, obstacle: obstacle), forKey: name) == nil else {
        throw Fault(reason: "\(name) is listed twice")
      }
      position = extra + extraLength + commentLength
    }
    self.members = members
  }

  /// Where a member's content is in the file; nil when there is none of that name. Throws `Fault`.
  func bytes(of name: String) throws -> Range<Int>? {
    guard let member = members[name] else { return nil }
    if let obstacle = member.obstacle { throw Fault(reason: "\(name) is \(obstacle)") }
    guard try reader.u32(member.header) == 0x0403_4B50 else { throw Fault(reason: "\(name) has no header at byte \(member.header)") }
    let begin = member.header + 30 + (try reader.u16(member.header + 26)) + (try reader.u16(member.header + 28))
    guard begin <= reader.bytes.count, member.size <= reader.bytes.count - begin else { throw Fault(reason: "\(name) reaches beyond the end of the file") }
    return begin..<begin + member.size
  }

  /// How far from its end an archive's last record is looked for: PyTorch looks 64 kB, what is appended can be more.
  private static let farthestEnd = 16 << 20

  /// Where the record at the end begins.
  private static func end(_ reader: Reader) throws -> Int {
    let size = reader.bytes.count
    var place = size - endSize
    while place >= max(size - farthestEnd, 0) {
      if reader.bytes[place] == 0x50, (try? reader.u32(place)) == 0x0605_4B50 { return place }
      place -= 1
    }
    throw WeightFault.cutShort("a zip archive of which \(size) bytes are there, and not the table of contents at its end")
  }

  /// Number of members and where their table begins: from the record at the end, or the zip64 one before it.
  private static func directory(_ reader: Reader, _ end: Int) throws -> (count: Int, offset: Int) {
    let count = try reader.u16(end + 10), offset = try reader.u32(end + 16)
    guard count == 0xFFFF || offset == 0xFFFF_FFFF else { return (count, offset) }
    guard end >= 20, try reader.u32(end - 20) == 0x0706_4B50 else { throw Fault(reason: "its zip64 table of contents is missing") }
    let record = try reader.u64(end - 12)
    guard try reader.u32(record) == 0x0606_4B50 else { throw Fault(reason: "its zip64 table of contents is missing") }
    return (try reader.u64(record + 32), try reader.u64(record + 48))
  }

  /// Little-endian numbers at checked positions.
  private struct Reader {
    let bytes: UnsafeRawBufferPointer

    func u16(_ at: Int) throws -> Int { Int(UInt16(littleEndian: try load(at))) }
    func u32(_ at: Int) throws -> Int { Int(UInt32(littleEndian: try load(at))) }

    func u64(_ at: Int) throws -> Int {
      guard let value = Int(exactly: UInt64(littleEndian: try load(at))) else { throw Fault(reason: "an impossible size at byte \(at)") }
      return value
    }

    func text(_ at: Int, _ count: Int) throws -> String {
      guard at >= 0, at <= bytes.count, count <= bytes.count - at,
        let text = String(validating: bytes[at..<at + count], as: UTF8.self)
      else { throw Fault(reason: "a member's name at byte \(at) cannot be read") }
      return text
    }

    /// Replaces each 32-bit value that is all ones by the 64-bit one in the zip64 extra field.
    func widen(_ values: inout [Int], from extra: Range<Int>) throws {
      guard values.contains(0xFFFF_FFFF) else { return }
      var position = extra.lowerBound
      while position + 4 <= extra.upperBound {
        let (kind, size) = (try u16(position), try u16(position + 2))
        position += 4
        if kind == 1 {
          var next = position
          for index in values.indices where values[index] == 0xFFFF_FFFF {
            guard next + 8 <= position + size else { break }
            values[index] = try u64(next)
            next += 8
          }
          return
        }
        position += size
      }
    }

    private func load<T: FixedWidthInteger>(_ at: Int) throws -> T {
      guard at >= 0, at <= bytes.count - MemoryLayout<T>.size else { throw Fault(reason: "it was cut short: byte \(at) is not there") }
      return bytes.loadUnaligned(fromByteOffset: at, as: T.self)
    }
  }
}
