import Foundation

/// An archive that grows: members are added behind the others, and it is a whole archive at any moment.
///
/// A member's bytes and the new end go behind the end that there is, then the member's first header takes that end's place: whoever reads, or
/// finds the archive after this process was killed, sees the member whole or not at all. While it is open no other process can open it so.
/// For one thread at a time.
public final class TarWriter {
  /// An archive that this program did not write, or something else: it is left as it is.
  public struct Foreign: Error {
    public let reason: String
  }

  private let url: URL
  private var file: OpenFile
  private var members: [String: TarArchive.Member] = [:]
  /// Whether there are members in it that count no longer.
  private var hasOld = false
  private var end = 0

  private static let chunk = 1 << 20

  /// Opens an archive that this program wrote, without what a cut-off copy lacks of its last member, or begins one.
  ///
  /// Throws `Foreign`, `CoreError.fileInUse`, `.malformedFile` for an archive that is damaged other than at its end, and `.cannotWrite`.
  public init(_ url: URL) throws {
    self.url = url
    file = try Self.open(url)
    try load()
  }

  public func member(_ name: String) -> TarArchive.Member? { members[name] }

  /// Throws `CoreError.unreadableFile`.
  public func bytes(of member: TarArchive.Member) throws -> [UInt8] {
    do { return try file.read(at: member.offset, count: member.size) } catch let fault as OpenFile.Fault {
      throw CoreError.unreadableFile(path: TarArchive.path(member.name, in: url), reason: fault.reason)
    }
  }

  /// Adds a member; one of that name counts no longer. Throws `CoreError.cannotWrite`, and the archive is as before.
  public func add(_ bytes: [UInt8], name: String) throws {
    let header = TarHeader.blocks(name: name, size: bytes.count), block = TarHeader.blockSize
    do {
      try file.write(Array(header[block...]) + TarHeader.filled(bytes) + [UInt8](repeating: 0, count: 2 * block), at: end + block)
      try file.sync()
      try file.write(header.prefix(block), at: end)
      try file.sync()
    } catch let fault as OpenFile.Fault {
      try? close()
      throw cannotWrite(fault.reason)
    }
    let offset = end + header.count
    let member = TarArchive.Member(
      name: name, start: end, offset: offset, size: bytes.count, mark: TarScan.mark(Array(header.suffix(block))))
    if members.updateValue(member, forKey: name) != nil { hasOld = true }
    end = member.end
  }

  /// A member counts no longer. It is in the archive until `arrange`.
  public func remove(_ name: String) { if members.removeValue(forKey: name) != nil { hasOld = true } }

  /// Brings members into the order of `names`, others behind them as they are, and leaves out what counts no longer.
  ///
  /// Where that changes anything the archive is written anew beside the old one and takes its place. Throws `CoreError.cannotWrite`, and
  /// the archive is as before.
  public func arrange(_ names: some Sequence<String>) throws {
    let present = members.values.sorted { $0.start < $1.start }
    var placed: Set<String> = []
    let wanted = names.filter { placed.insert($0).inserted }.compactMap { members[$0] } + present.filter { !placed.contains($0.name) }
    guard hasOld || wanted != present else { return }
    do {
      let writer = try AtomicWriter(url, isDurable: true)
      for member in wanted {
        for place in stride(from: member.start, to: member.end, by: Self.chunk) {
          try file.read(at: place, count: min(Self.chunk, member.end - place)).withUnsafeBytes(writer.append)
        }
      }
      try [UInt8](repeating: 0, count: 2 * TarHeader.blockSize).withUnsafeBytes(writer.append)
      try writer.finish()
    } catch let fault as OpenFile.Fault {
      throw cannotWrite(fault.reason)
    } catch let fault as AtomicWriter.Fault { throw cannotWrite(fault.reason) }
    file = try Self.open(url)
    try load()
  }

  // MARK: Opening

  private static func open(_ url: URL) throws -> OpenFile {
    do {
      // Whoever had it open may have put another in its place before this one is locked.
      while true {
        let file = try OpenFile(updating: url.path)
        guard file.lock() else { throw CoreError.fileInUse(path: url.path) }
        guard file.isAt(url.path) else { continue }
        AtomicWriter.sweep(of: url)
        return file
      }
    } catch let fault as OpenFile.Fault { throw CoreError.cannotWrite(path: url.path, reason: fault.reason) }
  }

  private func load() throws {
    do {
      if file.size == 0 { return try close() }
      let isOurs = try TarHeader.isOwn(file.read(at: 0, count: TarHeader.blockSize)), archive: TarArchive
      do { archive = try TarArchive(url, file, tellsOwn: true) } catch CoreError.malformedFile(_, let reason) where !isOurs {
        throw Foreign(reason: reason)
      }
      guard archive.isOwn else { throw Foreign(reason: "it holds what other programs packed") }
      members = Dictionary(archive.members.map { ($0.name, $0) }) { $1 }
      hasOld = members.count < archive.members.count
      end = archive.length
      if archive.end != .marked || file.size != end + 2 * TarHeader.blockSize { try close() }
    } catch let fault as OpenFile.Fault { throw cannotWrite(fault.reason) }
  }

  /// Ends the file behind the members with the two blocks of zeros.
  private func close() throws {
    try file.resize(end)
    try file.resize(end + 2 * TarHeader.blockSize)
    try file.sync()
  }

  private func cannotWrite(_ reason: String) -> CoreError { .cannotWrite(path: url.path, reason: reason) }
}
