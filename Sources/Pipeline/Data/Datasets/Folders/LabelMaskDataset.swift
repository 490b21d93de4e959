import Core
import Foundation
import Render

/// Photographs with index masks as PNG files: PASCAL-5i, COCO-20i with ready masks, folders of the user's own.
///
/// The index of a palette PNG counts, not its colour; a grey PNG's value does.
final class LabelMaskDataset: Dataset {
  let name: String
  let split: DatasetSplit
  let classes: [ClassInfo]
  let folds: Int
  let items: [DatasetItem]
  let problems: [DatasetProblem]

  /// What a layout found on the disk.
  struct Found {
    var name: String
    var split: DatasetSplit
    var classes: [ClassInfo]
    /// Nil where all classes are one fold.
    var foldRule: FoldRule?
    /// In the order of the items.
    var pairs: [(id: String, files: FilePair)]
    /// Pixels of a class from which an image is listed for it.
    var leastListed: Int
    var problems: [DatasetProblem]
    /// Where the images are the user's own: which of them are turned as their EXIF data says.
    var orientation: OrientationRule?
  }

  private let foldRule: FoldRule?
  private let places: [String: Int]
  private let numbered: [COCONumber: Int]
  private let pairs: [FilePair]
  private let listed: [[Int]]
  private let readsPaletteAsGrey: Bool
  private let ownRule: OrientationRule?

  /// Reads what the masks hold, or knows it from the cache. Throws `CancellationError`.
  init(_ found: Found, cache: URL?, readsPaletteAsGrey: Bool = false, progress: DatasetProgress) throws {
    name = found.name
    split = found.split
    classes = found.classes
    foldRule = found.foldRule
    folds = found.foldRule == nil ? 1 : FoldRule.folds
    pairs = found.pairs.map(\.files)
    self.readsPaletteAsGrey = readsPaletteAsGrey
    ownRule = found.orientation
    let onlyClass = found.orientation != nil && found.classes.count == 1
    let facts = try MaskIndex.facts(
      of: found.pairs.map { ($0.id, $0.files.mask) }, cache: cache, read: { try Self.labels($0, readsPaletteAsGrey, onlyClass, found.orientation) }, progress: progress)
    let count = found.classes.count
    items = zip(found.pairs, facts).map { DatasetItem(id: $0.id, classes: $1.labels().filter { $0 <= count }) }
    listed = facts.map { $0.labels(ofAtLeast: found.leastListed).filter { $0 <= count } }
    problems = found.problems + zip(items, facts).compactMap { $1.problem($0.id, classes: count) }
    numbered = found.name == DatasetKind.coco.rawValue ? COCONumber.places(of: items) : [:]
    places = Dictionary(items.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  func classes(inFold fold: Int) -> [Int] {
    guard let foldRule else { return fold == 0 ? classes.map(\.index) : [] }
    return foldRule.classes(inFold: fold, of: classes.count, split: split)
  }

  func item(_ id: String) -> DatasetItem? {
    guard let place = place(id) else { return nil }
    return DatasetItem(id: id, classes: items[place].classes)
  }

  func listedClasses(of item: DatasetItem) -> [Int] { place(item.id).map { listed[$0] } ?? [] }

  func image(_ item: DatasetItem) throws -> Image { try image(item, orientation: .auto) }

  func image(_ item: DatasetItem, orientation: OrientationRule) throws -> Image { try pair(item).readImage(ownRule ?? orientation, isOwn: ownRule != nil) }

  func turn(of item: DatasetItem) -> Orientation? { ownRule.flatMap { rule in (try? pair(item))?.turn(rule) } }

  /// Where the user's masks have a single class, one that shows an object without numbering it shows that class.
  private var onlyClass: Bool { ownRule != nil && classes.count == 1 }

  func mask(_ item: DatasetItem) throws -> LabelMask {
    let pair = try pair(item)
    let mask = try Self.labels(URL(fileURLWithPath: pair.mask), readsPaletteAsGrey, onlyClass, ownRule)
    if !readsPaletteAsGrey, let label = mask.labels.first(where: { $0 > classes.count && $0 != 255 }) {
      throw CoreError.malformedFile(path: pair.mask, reason: "it has the class \(label), there are 1...\(classes.count)")
    }
    return mask
  }

  func version(of item: DatasetItem) -> ItemVersion? { try? pair(item).version }

  func check(_ item: DatasetItem) -> [DatasetProblem] { (try? pair(item).check(item.id, ownRule ?? .auto, isOwn: ownRule != nil)) ?? [] }

  private func pair(_ item: DatasetItem) throws -> FilePair {
    guard let place = place(item.id) else { throw DataError.unknownItem(id: item.id, dataset: name) }
    return pairs[place]
  }

  private func place(_ id: String) -> Int? { places[id] ?? COCONumber(id).flatMap { numbered[$0] } }

  /// BAM and the published generator read masks by OpenCV's `IMREAD_GRAYSCALE`, which turns a palette's colours to grey.
  private static func labels(_ url: URL, _ readsPaletteAsGrey: Bool, _ onlyClass: Bool, _ rule: OrientationRule?) throws -> LabelMask {
    if let rule {
      let file = try MaskFile(url), shape = onlyClass ? try ObjectMask.shape(file, name: url.path) : nil
      return try (shape ?? LabelMask(png: url)).turned(rule == .ignore ? .upright : file.orientation)
    }
    guard readsPaletteAsGrey else { return try LabelMask(png: url) }
    let image = try Image(pngOrJpeg: url)
    return LabelMask(width: image.width, height: image.height, labels: image.grey(.libpng).pixels)
  }
}
