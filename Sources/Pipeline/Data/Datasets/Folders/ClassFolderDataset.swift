import Foundation
import Render

/// Images of a single class each, in a folder a class: FSS-1000 and folders of the user's own.
///
/// All classes are one fold. The label in `mask(_:)` is 1 whatever the class.
final class ClassFolderDataset: Dataset {
  /// When a grey value counts as foreground; the rules in use give different masks.
  enum Threshold: Sendable {
    /// HSNet's: Pillow's grey at least 128.
    case hsnet
    /// The published generator's: the grey that OpenCV reads from a colour PNG at least 100.
    case generator
    /// Masks of other people, of any kind (`ObjectMask`), with images turned by a rule.
    case own(OrientationRule)
  }

  /// What a layout found on the disk: classes with their images, in order.
  struct Found {
    var name: String
    var split: DatasetSplit
    var classes: [(info: ClassInfo, pairs: [(id: String, files: FilePair)])]
    var problems: [DatasetProblem]
  }

  let name: String
  let split: DatasetSplit
  /// The classes found on disk, by index; not contiguous.
  let classes: [ClassInfo]
  let folds = 1
  let items: [DatasetItem]
  let problems: [DatasetProblem]

  private let pairs: [String: FilePair]
  private let places: [String: Int]
  private let threshold: Threshold
  private let resizesMasks: Bool

  /// With `resizesMasks` a mask of another size than its image is no error but stretched to it, by nearest.
  init(_ found: Found, threshold: Threshold, resizesMasks: Bool = false) {
    name = found.name
    split = found.split
    problems = found.problems
    self.threshold = threshold
    self.resizesMasks = resizesMasks
    classes = found.classes.map(\.info).sorted { $0.index < $1.index }
    items = found.classes.flatMap { own in own.pairs.map { DatasetItem(id: $0.id, classes: [own.info.index]) } }
    places = Dictionary(items.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    pairs = Dictionary(found.classes.flatMap(\.pairs).map { ($0.id, $0.files) }, uniquingKeysWith: { first, _ in first })
  }

  func classes(inFold fold: Int) -> [Int] { fold == 0 ? classes.map(\.index) : [] }

  func item(_ id: String) -> DatasetItem? { places[id].map { items[$0] } }

  func image(_ item: DatasetItem) throws -> Image { try image(item, orientation: .auto) }

  func image(_ item: DatasetItem, orientation: OrientationRule) throws -> Image {
    let pair = try pair(item)
    return try resizesMasks
      ? TurnedImage(URL(fileURLWithPath: pair.image), rule: ownRule ?? orientation, mask: nil).image
      : pair.readImage(ownRule ?? orientation, isOwn: ownRule != nil)
  }

  func turn(of item: DatasetItem) -> Orientation? { ownRule.flatMap { rule in pairs[item.id]?.turn(rule) } }

  private var ownRule: OrientationRule? { if case .own(let rule) = threshold { rule } else { nil } }

  func mask(_ item: DatasetItem) throws -> LabelMask {
    let mask = try storedMask(item)
    guard resizesMasks, let size = try? ImageSize(of: URL(fileURLWithPath: pair(item).image)),
      size != ImageSize(width: mask.width, height: mask.height), size.width > 0, size.height > 0, size.width * size.height <= Self.mostPixels
    else { return mask }
    return mask.torchNearest(width: size.width, height: size.height)
  }

  /// Of an image whose header is believed; one beyond is refused when it is read.
  private static let mostPixels = 1 << 28

  private func storedMask(_ item: DatasetItem) throws -> LabelMask {
    let file = try pair(item).mask
    let image: Image, least: UInt8
    switch threshold {
    case .hsnet: (image, least) = (try Image(pngOrJpeg: URL(fileURLWithPath: file)).grey(.pillow), 128)
    case .generator: (image, least) = (try Image(pngOrJpeg: URL(fileURLWithPath: file)).grey(.libpng), 100)
    case .own(let rule): return try OwnPair.mask(MaskFile(URL(fileURLWithPath: file)), label: nil, name: file, orientation: rule)
    }
    let grey = image.pixels
    return LabelMask(width: image.width, height: image.height, labels: grey.map { $0 >= least ? 1 : 0 })
  }

  func mask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask { try only(classIndex, of: item, mask(item)) }

  func storedMask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask { try only(classIndex, of: item, storedMask(item)) }

  /// An image holds no class but its folder's.
  private func only(_ classIndex: Int, of item: DatasetItem, _ mask: LabelMask) -> LabelMask {
    item.classes.contains(classIndex)
      ? mask : LabelMask(width: mask.width, height: mask.height, labels: [UInt8](repeating: 0, count: mask.labels.count))
  }

  var storesMasksApart: Bool { resizesMasks }

  func version(of item: DatasetItem) -> ItemVersion? { pairs[item.id]?.version }

  func check(_ item: DatasetItem) -> [DatasetProblem] {
    guard let pair = pairs[item.id] else { return [] }
    do {
      let isEmpty = try !storedMask(item).labels.contains(1)
      return pair.check(item.id, ownRule ?? .auto, isOwn: ownRule != nil, resizesMask: resizesMasks)
        + (isEmpty ? [DatasetProblem(.emptyMask, item.id, "only background")] : [])
    } catch {
      return [DatasetProblem(.maskUnreadable, item.id, error.reason)]
    }
  }

  private func pair(_ item: DatasetItem) throws -> FilePair {
    guard let pair = pairs[item.id] else { throw DataError.unknownItem(id: item.id, dataset: name) }
    return pair
  }
}
