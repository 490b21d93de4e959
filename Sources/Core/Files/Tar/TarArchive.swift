import Foundation

/// What is in a tar archive: its files by their places, read once from the headers alone. Bytes are read when they are asked for.
///
/// Archives of GNU tar, pax and older programs are understood, with long names and large sizes. A file whose name is absolute, has `..` or a zero in
/// it or is no UTF-8, a link, a folder and a device is passed over.
public struct TarArchive: Sendable {
  /// A file in an archive.
  public struct Member: Hashable, Sendable {
    /// Relative, without `./` at its front.
    public let name: String
    /// Of its first header in the archive.
    let start: Int
    /// Of its bytes.
    public let offset: Int
    /// Bytes.
    public let size: Int
    /// Of its header: what tells that another archive is there now.
    let mark: UInt64

    /// Where the next one begins.
    var end: Int { offset + TarHeader.filled(size) }
  }

  /// How an archive ends.
  public enum End: Hashable, Sendable {
    /// As it should, with a block of zeros.
    case marked
    /// Behind a member: it may be all, or cut off.
    case bare
    /// In the middle of a member; its name where that is known.
    case cut(name: String?)
  }

  public let url: URL
  /// In their order; of several with one name the last counts.
  public let members: [Member]
  /// Links and devices, and files whose names nobody should follow.
  public let passedOver: Int
  public let end: End
  /// Where the next member would begin.
  let length: Int
  /// Whether this program wrote every header, where that was asked for.
  let isOwn: Bool

  /// Throws `CoreError.unreadableFile`, and `.malformedFile` for what is no tar archive or damaged other than at its end.
  public init(_ url: URL) throws {
    do {
      try self.init(url, OpenFile(reading: url.path), tellsOwn: false)
    } catch let fault as OpenFile.Fault {
      throw CoreError.unreadableFile(path: url.path, reason: fault.reason)
    }
  }

  /// Throws `CoreError.malformedFile` and `OpenFile.Fault`.
  init(_ url: URL, _ file: OpenFile, tellsOwn: Bool) throws {
    var scan = TarScan(file, tellsOwn: tellsOwn)
    do { end = try scan.run() } catch let fault as TarScan.Fault {
      throw CoreError.malformedFile(path: url.path, reason: fault.reason)
    }
    self.url = url
    (members, passedOver, length, isOwn) = (scan.members, scan.passedOver, scan.length, scan.isOwn)
  }

  /// Where a member is, in words: `ARCHIVE:NAME`.
  public static func path(_ name: String, in archive: URL) -> String { "\(archive.path):\(name)" }
}

extension TarArchive.Member {
  /// Its bytes. Throws `CoreError.unreadableFile`, also when it has more than `limit` bytes and when another archive has taken the place of
  /// the one that it was found in; one that only grew is the same.
  public func bytes(in archive: URL, limit: Int) throws -> [UInt8] {
    func fault(_ reason: String) -> CoreError { .unreadableFile(path: TarArchive.path(name, in: archive), reason: reason) }
    guard size <= limit else { throw fault("larger than \(limit >> 20) MB") }
    do {
      let file = try OpenFile(reading: archive.path)
      let header = try file.read(at: offset - TarHeader.blockSize, count: TarHeader.blockSize),
        bytes = try file.read(at: offset, count: size)
      guard TarScan.mark(header) == mark, bytes.count == size else { throw fault("the archive has changed since it was opened") }
      return bytes
    } catch let problem as OpenFile.Fault { throw fault(problem.reason) }
  }
}
