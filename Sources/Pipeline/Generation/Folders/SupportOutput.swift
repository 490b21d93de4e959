import Core
import Foundation
import Render

/// Where generated supports are written to, by the names of their files: `<item>_<class>_<k>.png` or `.jpg`, beside `<item>_<class>_control.png`.
public protocol SupportOutput: Sendable {
  /// The folder, or the archive.
  var url: URL { get }

  /// Where a file is, as the user is told.
  func location(_ file: String) -> String

  /// Bytes of a file; nil where there is none, or an empty one. Throws what reading does.
  func content(_ file: String) throws -> [UInt8]?

  /// Writes a file: it is there whole or not at all, in place of one of that name. Throws `CoreError.cannotWrite`.
  func add(_ bytes: [UInt8], name: String) throws

  func remove(_ file: String)

  /// Called when a run has ended by itself. `order` are the names of all its images, without their endings, as its list has them.
  ///
  /// Throws `CoreError.cannotWrite`; every image is there nevertheless.
  func finish(order: () -> [String]) throws
}

/// What is where an image is to be written.
enum SupportPlace: Hashable {
  case empty
  /// The image itself, whole: its key says so.
  case finished
  /// An image of this program, by another request or weights or in the other format, or a damaged one.
  case other
}

extension SupportOutput {
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
  func place(_ name: String, _ format: ImageFormat, key: String) throws -> SupportPlace {
    var found = try place(of: format.file(name), key: key)
    for other in ImageFormat.allCases where other != format {
      if try place(of: other.file(name), key: key) != .empty { found = .other }
    }
    return found
  }

  /// Writes an image with its metadata and removes the same one in the other format.
  ///
  /// Only after `place` found nothing foreign. Throws `CoreError.cannotWrite` or `RenderError`.
  func write(_ image: Image, _ name: String, _ format: ImageFormat, text: [String: String]) throws {
    try add(format.encode(image, text: text), name: format.file(name))
    for other in ImageFormat.allCases where other != format { remove(other.file(name)) }
  }

  private func place(of file: String, key: String) throws -> SupportPlace {
    let bytes: [UInt8]?, known: String?
    do {
      bytes = try content(file)
      known = try bytes.flatMap { ImageMetadata.key(in: try ImageText.of($0)) }
    } catch { throw GenerationError.foreignFile(path: location(file)) }
    guard let bytes else { return .empty }
    guard let known else { throw GenerationError.foreignFile(path: location(file)) }
    // A copy may have been cut off behind the text.
    return known == key && (try? Image.decode(bytes: bytes)) != nil ? .finished : .other
  }
}
