import Core
import Foundation
import Synchronization

/// The supports of a shard in one tar archive, which unpacks to what a `SupportFolder` would hold: one file in place of thousands.
///
/// A tar replaces nothing in its place: a new image is added behind the old one of its name, and the last one counts, as it does to whoever unpacks
/// it. When a run has ended the archive holds its images in the order of its list and no old ones, for which it is written anew if need be: then
/// it is the same to the byte, however often the run was interrupted and however many images were generated side by side.
public final class SupportArchive: SupportOutput {
  public let url: URL
  private let writer: Mutex<TarWriter>

  /// Opens the archive of a shard in a folder, or begins it, and keeps others from writing it as long as this lives.
  ///
  /// Throws `CoreError.cannotWrite`, `.fileInUse`, `.malformedFile` for a damaged archive, and `GenerationError.foreignArchive`.
  public init(creating folder: URL, shard: Shard = .whole) throws {
    try AtomicFile.createFolder(folder)
    url = folder.appendingPathComponent(shard.archiveName)
    do { writer = Mutex(try TarWriter(url)) } catch let foreign as TarWriter.Foreign {
      throw GenerationError.foreignArchive(path: url.path, reason: foreign.reason)
    }
  }

  public func location(_ file: String) -> String { TarArchive.path(file, in: url) }

  public func content(_ file: String) throws -> [UInt8]? {
    try writer.withLock { writer in
      guard let member = writer.member(file), member.size > 0 else { return nil }
      return try writer.bytes(of: member)
    }
  }

  public func add(_ bytes: [UInt8], name: String) throws { try writer.withLock { try $0.add(bytes, name: name) } }

  public func remove(_ file: String) { writer.withLock { $0.remove(file) } }

  public func finish(order: () -> [String]) throws {
    let files = order().flatMap { name in ImageFormat.allCases.map { $0.file(name) } }
    try writer.withLock { try $0.arrange(files) }
  }
}

extension Shard {
  /// Of its archive: `supports-0002-of-0008.tar`, `supports.tar` of the whole.
  public var archiveName: String {
    func padded(_ number: Int) -> String { String(repeating: "0", count: max(0, 4 - "\(number)".count)) + "\(number)" }
    return self == .whole ? "supports.tar" : "supports-\(padded(number))-of-\(padded(count)).tar"
  }
}

/// Whether generated supports are files, or packed.
public enum Packing: String, CaseIterable, Codable, Sendable {
  /// A file an image.
  case none
  /// A tar archive a shard.
  case tar

  /// Where a shard's supports go in a folder, which is made when it is missing. Throws what `SupportFolder` and `SupportArchive` throw.
  public func output(creating folder: URL, shard: Shard) throws -> any SupportOutput {
    switch self {
    case .none: try SupportFolder(creating: folder)
    case .tar: try SupportArchive(creating: folder, shard: shard)
    }
  }
}
