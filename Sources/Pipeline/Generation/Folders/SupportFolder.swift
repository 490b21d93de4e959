import Core
import Foundation
import Render

/// A folder of generated supports in the layout that the published loaders read: `<item>_<class>_<k>.png` or `.jpg`, beside
/// `<item>_<class>_control.png`. An item's own folders (`val2014/...`) are kept.
public struct SupportFolder: Sendable {
  /// What is where an image is to be written.
  enum Place: Hashable {
    case empty
    /// The image itself, whole: its key says so.
    case finished
    /// An image of this program, by another request or weights or in the other format, or a damaged one.
    case other
  }

  public let url: URL

  /// Creates the folder when it is not there. Throws `CoreError.cannotWrite` when that cannot be done.
  public init(creating url: URL) throws {
    self.url = url
    try AtomicFile.createFolder(url)
  }

  /// `<item>_<class>`, with which the names of all files of a support begin.
  ///
  /// Throws `GenerationError.nameEscapesFolder` for an item whose name is absolute or has `.`, `..`, an empty step or a zero in it.
  public func stem(item: String, classIndex: Int) throws -> String {
    let steps = item.split(separator: "/", omittingEmptySubsequences: false)
    guard !item.utf8.contains(0), steps.allSatisfy({ !["", ".", ".."].contains($0) }) else {
      throw GenerationError.nameEscapesFolder(name: item, folder: url.path)
    }
    return "\(item)_\(classIndex)"
  }

  /// Looks at what is at `name` and `format`.
  ///
  /// A loader that looks for one format first would take an old image in it for the new one: it counts as `other`.
  /// Throws `GenerationError.foreignFile` for a file, not empty, that holds no key of ours.
  func place(_ name: String, _ format: ImageFormat, key: String) throws -> Place {
    var found = try place(of: file(name, format), key: key)
    for other in ImageFormat.allCases where other != format {
      if try place(of: file(name, other), key: key) != .empty { found = .other }
    }
    return found
  }

  /// Writes an image with its metadata and removes the same one in the other format. Returns the file.
  ///
  /// Only after `place` found nothing foreign. Throws `CoreError.cannotWrite` or `RenderError`.
  @discardableResult
  func write(_ image: Image, _ name: String, _ format: ImageFormat, text: [String: String]) throws -> URL {
    let target = file(name, format)
    try AtomicFile.write(format.encode(image, text: text), to: target)
    for other in ImageFormat.allCases where other != format { unlink(file(name, other).path) }
    return target
  }

  /// Writes a file under a temporary name and renames it. Throws `CoreError.cannotWrite`.
  @discardableResult
  public func add(png: [UInt8], name: String) throws -> URL {
    let target = url.appendingPathComponent(name)
    try AtomicFile.write(png, to: target)
    return target
  }

  func file(_ name: String, _ format: ImageFormat) -> URL { url.appendingPathComponent("\(name).\(format.rawValue)") }

  private func place(of file: URL, key: String) throws -> Place {
    var status = stat()
    guard stat(file.path, &status) == 0, status.st_size > 0 else { return .empty }
    guard let bytes = try? FileBytes.read(file), let text = try? ImageText.of(bytes), let known = ImageMetadata.key(in: text) else {
      throw GenerationError.foreignFile(path: file.path)
    }
    // A copy may have been cut off behind the text.
    return known == key && (try? Image.decode(bytes: bytes)) != nil ? .finished : .other
  }
}
