import Foundation
import Render

/// The pictures, categories and annotations of one `instances_*.json`, and what its masks hold.
///
/// Only the place of each segmentation in the file is kept; it is read when its picture is painted.
struct COCOIndex: Sendable {
  struct Picture: Sendable {
    let fileName: String
    let width: Int
    let height: Int
    /// In the order of the file.
    var annotations: [Annotation] = []
    var facts = MaskFacts()
  }

  struct Category: Hashable, Sendable {
    let id: Int
    let name: String
  }

  struct Annotation: Sendable {
    /// Position of the category in the file, from 1.
    let label: Int
    /// Where its segmentation stands in the file, in bytes.
    let place: Range<Int>
  }

  /// In the order of the file.
  var pictures: [Picture]
  /// In the order of the file; class index k is category k - 1.
  let categories: [Category]
  /// Entries that are left out or doubtful.
  var problems: [DatasetProblem]
}

extension COCOIndex {
  /// The index of an annotation file: from the cache, else read and painted once on all cores.
  ///
  /// Throws `PipelineError.unreadableFile` or `.malformedFile`, and `CancellationError`.
  static func open(_ url: URL, cache: URL?, progress: DatasetProgress) throws -> COCOIndex {
    let stamp = Stamp(of: url.path)
    if let cache, let known = load(cache, stamp: stamp) { return known }
    var index = try COCOReader.read(url)
    try index.paintAll(url, progress: progress)
    if let cache { index.save(to: cache, stamp: stamp) }
    return index
  }

  /// The class mask of a picture: annotations in the order of the file, each over what is there, crowds like any other.
  ///
  /// Throws `PipelineError.malformedFile`.
  static func paint(_ picture: Picture, from file: FileRanges) throws -> MaskCanvas {
    var canvas = MaskCanvas(width: picture.width, height: picture.height)
    for annotation in picture.annotations where !annotation.place.isEmpty {
      do {
        try COCOMask.paint(JSONCursor(file.bytes(annotation.place)), label: UInt8(annotation.label), on: &canvas)
      } catch let problem as JSONCursor.Problem {
        throw PipelineError.malformedFile(
          path: file.url.path, reason: "\(problem.reason) (byte \(annotation.place.lowerBound + problem.offset))")
      }
    }
    return canvas
  }

  private mutating func paintAll(_ url: URL, progress: DatasetProgress) throws {
    let file = try FileRanges(url), pictures = pictures
    let facts = try ParallelWork.map(pictures.count, progress: progress) { number in
      do { return MaskFacts(histogram: try Self.paint(pictures[number], from: file).counts) } catch {
        return MaskFacts(fault: PlainText.clean(error.reason))
      }
    }
    for (number, facts) in facts.enumerated() { self.pictures[number].facts = facts }
  }
}

/// Pieces of a file that is too large to be held.
final class FileRanges: Sendable {
  let url: URL
  private let descriptor: Int32

  /// Throws `PipelineError.unreadableFile`.
  init(_ url: URL) throws {
    self.url = url
    descriptor = Foundation.open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PipelineError.unreadableFile(path: url.path, reason: String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }

  /// The bytes of a range. Throws `PipelineError.unreadableFile` when the file ends before.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count {
        let read = pread(descriptor, buffer.baseAddress.map { $0 + count }, range.count - count, off_t(range.lowerBound + count))
        if read < 0 && errno == EINTR { continue }
        guard read > 0 else { return }
        count += read
      }
    }
    guard bytes.count == range.count else { throw PipelineError.unreadableFile(path: url.path, reason: "it has changed meanwhile") }
    return bytes
  }
}
