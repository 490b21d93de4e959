/// The members of a zip archive that stores them uncompressed, as `torch.save` writes it (PKWARE APPNOTE 6.3, zip64 included).
struct ZipArchive {
  /// What is wrong with the archive, in words.
  struct Fault: Error {
    var reason: String
  }

  /// Where each member's bytes lie in the file.
  let members: [String: Range<Int>]

  /// More than any checkpoint has tensors.
  private static let mostMembers = 1_000_000
  private static let endSize = 22

  /// Reads the central directory of a whole file's bytes. Throws `Fault`.
  init(file: UnsafeRawBufferPointer) throws {
    let reader = Reader(bytes: file)
    let (count, directory) = try Self.directory(reader)
    guard count <= Self.mostMembers else { throw Fault(reason: "\(count) members are announced, at most \(Self.mostMembers) are allowed") }
    var members: [String: Range<Int>] = [:]
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
      guard flags & 1 == 0 else { throw Fault(reason: "\(name) is encrypted") }
      guard method == 0, packed == size else { throw Fault(reason: "\(name) is compressed; torch.save stores weights as they are") }
      guard try reader.u32(header) == 0x0403_4B50 else { throw Fault(reason: "\(name) has no header at byte \(header)") }
      let begin = header + 30 + (try reader.u16(header + 26)) + (try reader.u16(header + 28))
      guard begin <= file.count, size <= file.count - begin else { throw Fault(reason: "\(name) reaches beyond the end of the file") }
      guard members.updateValue(begin..<begin + size, forKey: name) == nil else { throw Fault(reason: "\(name) is listed twice") }
      position = extra + extraLength + commentLength
    }
    self.members = members
  }

  /// Number of members and where their table begins: from the record at the end, or the zip64 one before it.
  private static func directory(_ reader: Reader) throws -> (count: Int, offset: Int) {
    let size = reader.bytes.count
    let earliest = max(size - endSize - 0xFFFF, 0)
    guard size >= endSize,
      let end = (earliest...size - endSize).reversed().first(where: { (try? reader.u32($0)) == 0x0605_4B50 })
    else { throw Fault(reason: "its table of contents is missing: the file was cut short") }
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
