import Core
import Foundation
import Render

/// The images, categories and annotations of one `instances_*.json`, and what its masks hold.
///
/// Only the place of each segmentation in the file is kept; it is read when its image is rasterised.
struct COCOIndex: Sendable {
  struct Entry: Sendable {
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
    /// Where its segmentation is in the file, in bytes.
    let place: Range<Int>
    /// As in the file; not kept in the cache.
    var id = noID

    /// Of one that has none.
    static let noID = Int.min
  }

  /// In the order of the file.
  var images: [Entry]
  /// In the order of the file; class index k is category k - 1.
  let categories: [Category]
  /// Entries that are left out or doubtful.
  var problems: [DatasetProblem]
  /// How annotations' ids are written.
  var ids = COCOIdentifiers()
}

extension COCOIndex {
  /// The index of an annotation file: from the cache, else read and rasterised once on all cores.
  ///
  /// Throws `CoreError.unreadableFile` or `.malformedFile`, and `CancellationError`.
  static func open(_ url: URL, cache: URL?, progress: DatasetProgress) throws -> COCOIndex {
    let stamp = FileStamp(of: url.path)
    if let cache, let known = load(cache, stamp: stamp) { return known }
    var index = try COCOReader.read(url)
    try index.rasteriseAll(url, progress: progress)
    if let cache { index.save(to: cache, stamp: stamp) }
    return index
  }

  /// The class mask of an image: annotations in the order of the file, each over what is there, crowds like any other.
  ///
  /// `wrong` hears what cannot be rasterised of an annotation. Throws `CoreError.unreadableFile`, and `.malformedFile` when there are
  /// annotations and not one can be used: nobody knows the mask then.
  static func rasterise(_ image: Entry, from file: FileRanges, wrong: (Annotation, [String]) -> Void = { _, _ in }) throws -> MaskCanvas {
    var canvas = MaskCanvas(width: image.width, height: image.height), refused = 0, first: String?
    for annotation in image.annotations {
      let outcome = annotation.place.isEmpty
        ? COCOMask.Outcome(faults: ["it has no segmentation"], isRefused: true)
        : COCOMask.rasterise(JSONCursor(try file.bytes(annotation.place), range: 0..<annotation.place.count), label: UInt8(annotation.label), on: &canvas)
      if outcome.isRefused { refused += 1 }
      if !outcome.faults.isEmpty {
        wrong(annotation, outcome.faults)
        first = first ?? outcome.faults[0]
      }
    }
    if let first, refused == image.annotations.count {
      let what = refused == 1 ? "the only annotation" : "each of the \(refused) annotations"
      throw CoreError.malformedFile(path: file.url.path, reason: PlainText.clean("\(what) of \(image.fileName) is broken: \(first)"))
    }
    return canvas
  }

  private static let mostFaults = 1000

  private mutating func rasteriseAll(_ url: URL, progress: DatasetProgress) throws {
    let file = try FileRanges(url), images = images, ids = ids
    let rasterised = try ParallelWork.map(images.count, progress: progress) { number -> (facts: MaskFacts, faults: [DatasetProblem]) in
      var faults: [DatasetProblem] = []
      do {
        let canvas = try Self.rasterise(images[number], from: file) { annotation, reasons in
          let name = annotation.id == Annotation.noID ? "an annotation without id" : "annotation \(ids.text(annotation.id))"
          faults.append(
            DatasetProblem(.brokenAnnotation, name, PlainText.clean("\(reasons.joined(separator: "; ")); in \(images[number].fileName)")))
        }
        return (MaskFacts(histogram: canvas.counts), faults)
      } catch {
        return (MaskFacts(fault: PlainText.clean(error.reason)), faults)
      }
    }
    for (number, result) in rasterised.enumerated() { self.images[number].facts = result.facts }
    let faults = rasterised.flatMap(\.faults)
    problems += faults.prefix(Self.mostFaults)
    if faults.count > Self.mostFaults {
      problems.append(DatasetProblem(.brokenAnnotation, "further annotations", "\(faults.count - Self.mostFaults) more cannot be rasterised whole"))
    }
  }

  /// Puts class `map[k - 1]` in place of the k-th category of the file.
  mutating func renumber(_ map: [Int]) {
    func renumbered(_ label: Int) -> Int? { map.indices.contains(label - 1) ? map[label - 1] : nil }
    for place in images.indices {
      images[place].annotations = images[place].annotations.compactMap { annotation in
        renumbered(annotation.label).map { Annotation(label: $0, place: annotation.place, id: annotation.id) }
      }
      images[place].facts.areas = images[place].facts.areas.compactMap { area in
        renumbered(area.label).map { ClassArea(label: $0, pixels: area.pixels) }
      }.sorted { $0.label < $1.label }
    }
  }
}

/// Pieces of a file that is too large to be held.
final class FileRanges: Sendable {
  let url: URL
  private let descriptor: Int32

  /// Throws `CoreError.unreadableFile`.
  init(_ url: URL) throws {
    self.url = url
    descriptor = Foundation.open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CoreError.unreadableFile(path: url.path, reason: String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }

  /// The bytes of a range. Throws `CoreError.unreadableFile` when the file ends before.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count {
        let read = pread(descriptor, buffer.baseAddress.map { $0 + count }, range.count - count, off_t(range.lowerBound + count))
        if read < 0 && errno == EINTR { continue }
        guard read > 0 else { return }
        count += read
      }
    }
    guard bytes.count == range.count else { throw CoreError.unreadableFile(path: url.path, reason: "it has changed meanwhile") }
    return bytes
  }
}
