import Core
import Foundation
import Render
import Synchronization

/// A data set of which the images and masks decoded last are kept, so that the screen, conditions, requests and networks share them. A file that
/// has changed is read again.
public final class DecodedDataset: Dataset {
  private struct ImageKey: Hashable {
    let item: String
    let version: ItemVersion
    let rule: OrientationRule
  }

  private struct MaskKey: Hashable {
    let item: String
    let version: ItemVersion
    let classIndex: Int
    let isStored: Bool
  }

  private struct Kept {
    // Small ones count for more than they take: of thousands of them that a queue goes through only the last are asked for again.
    var images = BoundedCache<ImageKey, Image>(limit: 96 << 20) { max(3 << 20, $0.pixels.count) }
    var masks = BoundedCache<MaskKey, LabelMask>(limit: 32 << 20) { max(1 << 20, $0.labels.count) }
  }

  let base: any Dataset
  private let kept = Mutex(Kept())

  public init(_ base: any Dataset) { self.base = base }

  public func image(_ item: DatasetItem) throws -> Image { try image(item, orientation: .auto) }

  public func image(_ item: DatasetItem, orientation: OrientationRule) throws -> Image {
    guard let version = base.version(of: item) else { return try base.image(item, orientation: orientation) }
    // Without anything to turn all rules read the same image.
    let key = ImageKey(item: item.id, version: version, rule: version.isTurned ? orientation : .auto)
    return try kept.withLock { try $0.images.value(key) { try base.image(item, orientation: orientation) } }
  }

  public func mask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
    guard let version = base.version(of: item) else { return try base.mask(item, of: classIndex) }
    let key = MaskKey(item: item.id, version: version, classIndex: classIndex, isStored: false)
    return try kept.withLock { try $0.masks.value(key) { try base.mask(item, of: classIndex) } }
  }

  public func storedMask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
    guard base.storesMasksApart else { return try mask(item, of: classIndex) }
    guard let version = base.version(of: item) else { return try base.storedMask(item, of: classIndex) }
    let key = MaskKey(item: item.id, version: version, classIndex: classIndex, isStored: true)
    return try kept.withLock { try $0.masks.value(key) { try base.storedMask(item, of: classIndex) } }
  }

  // Masks of all classes are asked for once, by lists and checks.
  public func mask(_ item: DatasetItem) throws -> LabelMask { try base.mask(item) }

  public var name: String { base.name }
  public var split: DatasetSplit { base.split }
  public var classes: [ClassInfo] { base.classes }
  public var folds: Int { base.folds }
  public func classInfo(_ index: Int) -> ClassInfo? { base.classInfo(index) }
  public var items: [DatasetItem] { base.items }
  public var problems: [DatasetProblem] { base.problems }
  public var storesMasksApart: Bool { base.storesMasksApart }
  public func classes(inFold fold: Int) -> [Int] { base.classes(inFold: fold) }
  public func item(_ id: String) -> DatasetItem? { base.item(id) }
  public func listedClasses(of item: DatasetItem) -> [Int] { base.listedClasses(of: item) }
  public func turn(of item: DatasetItem) -> Orientation? { base.turn(of: item) }
  public func check(_ item: DatasetItem) -> [DatasetProblem] { base.check(item) }
  public func version(of item: DatasetItem) -> ItemVersion? { base.version(of: item) }
}

/// The state of what an item is read from: what was read of it may be kept until it changes.
public struct ItemVersion: Hashable, Sendable {
  private let files: [FileStamp]
  /// Whether the image's EXIF data asks to turn it, so that loaders read it in different ways.
  let isTurned: Bool

  /// Of an item that never changes.
  public init() { (files, isTurned) = ([], false) }

  /// Of an image and what its mask is made of.
  init(image: String, mask: String) {
    files = [FileStamp(of: image), FileStamp(of: mask)]
    isTurned = ((try? Orientation(ofFile: URL(fileURLWithPath: image))) ?? .upright) != .upright
  }
}
