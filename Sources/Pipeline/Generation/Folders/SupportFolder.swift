import Core
import Foundation
import Render

/// A folder of generated supports in the layout that the published loaders read: `<item>_<class>_<k>.png` or `.jpg`, beside
/// `<item>_<class>_control.png`. An item's own folders (`val2014/...`) are kept.
public struct SupportFolder: SupportOutput {
  public let url: URL

  /// Creates the folder when it is not there. Throws `CoreError.cannotWrite` when that cannot be done.
  public init(creating url: URL) throws {
    self.url = url
    try AtomicFile.createFolder(url)
  }

  public func location(_ file: String) -> String { url.appendingPathComponent(file).path }

  public func content(_ file: String) throws -> [UInt8]? {
    var status = stat()
    guard stat(location(file), &status) == 0, status.st_size > 0 else { return nil }
    return try FileBytes.read(url.appendingPathComponent(file))
  }

  /// Writes a file under a temporary name and renames it. Throws `CoreError.cannotWrite`.
  public func add(_ bytes: [UInt8], name: String) throws { try AtomicFile.write(bytes, to: url.appendingPathComponent(name)) }

  public func remove(_ file: String) { unlink(location(file)) }

  /// Takes over a whole archive of supports in place of one of its name; returns whether it was not here yet. Linked as files are.
  /// Throws `CoreError.cannotWrite`.
  public func adopt(archive: URL) throws -> Bool {
    let target = url.appendingPathComponent(archive.lastPathComponent), manager = FileManager.default
    if manager.contentsEqual(atPath: archive.path, andPath: target.path) { return false }
    unlink(target.path)
    if link(archive.path, target.path) == 0 { return true }
    do { try manager.copyItem(at: archive, to: target) } catch {
      unlink(target.path)
      throw CoreError.cannotWrite(path: target.path, reason: (error as NSError).posixReason)
    }
    return true
  }

  /// Takes over a file that `generate` has put into another folder under the same name; returns whether it was not here yet, as an image.
  ///
  /// On one file system it gets a second name and takes no further room. One by another request or weights, and the same one in the other
  /// format, give way. Throws `GenerationError.foreignFile` for a file here that holds no key of ours, `.nameEscapesFolder`, and
  /// `CoreError.cannotWrite`.
  public func adopt(_ file: URL, name: String) throws -> Bool {
    let steps = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !steps.contains(where: { ["", ".", ".."].contains($0) }), let format = ImageFormat(rawValue: file.pathExtension) else {
      throw GenerationError.nameEscapesFolder(name: name, folder: url.path)
    }
    guard let bytes = try? FileBytes.read(file), let text = try? ImageText.of(bytes), let key = ImageMetadata.key(in: text) else {
      return false
    }
    let stem = String(name.dropLast(format.rawValue.count + 1)), target = location(name)
    guard try place(stem, format, key: key) != .finished else { return false }
    try AtomicFile.createFolder(URL(fileURLWithPath: target).deletingLastPathComponent())
    unlink(target)
    if link(file.path, target) != 0 { try add(bytes, name: name) }
    for other in ImageFormat.allCases where other != format { remove(other.file(stem)) }
    return ImageMetadata(entries: text) != nil
  }

  /// Files have no order.
  public func finish(order: () -> [String]) {}
}
