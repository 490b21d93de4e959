import Core
import Data
import Foundation
import Render
import Synchronization

/// A real support: image, mask of its class, and what is known of the class.
public struct RealSupport: Sendable {
  public let image: Image
  /// 1 where the class is, else 0, or 255 where the annotation says to ignore.
  public let mask: LabelMask
  public let info: ClassInfo
  /// SHA-256 of the image's and the mask's pixels, as in `SupportSource`.
  let digest: String
}

/// Reads the supports that requests speak of. Those read last are kept, checked and hashed.
public final class SupportReader: Sendable {
  private struct Key: Hashable {
    let item: String
    let version: ItemVersion
    let classIndex: Int
  }

  /// With its images and masks kept by `DecodedDataset`.
  public let dataset: any Dataset
  public let palette: Result<Palette, any Error>
  // Small ones count for more than they take, as in `DecodedDataset`.
  private let kept = Mutex(
    BoundedCache<Key, RealSupport>(limit: 64 << 20) { max(1 << 21, $0.image.pixels.count + $0.mask.labels.count) })

  private let digest: @Sendable (Image, LabelMask) -> String

  /// `digest` is what requests know a support's pixels by.
  public init(dataset: any Dataset, digest: @escaping @Sendable (Image, LabelMask) -> String = Digest.hex(image:mask:)) {
    self.dataset = DecodedDataset(dataset)
    self.digest = digest
    palette = Result { try Palette() }
  }

  /// The item with an identifier; throws `DataError.unknownItem`.
  public func item(_ id: String) throws -> DatasetItem {
    guard let item = dataset.item(id) else { throw DataError.unknownItem(id: id, dataset: dataset.name) }
    return item
  }

  /// A class of an item, checked: same size, known class, at least one pixel of it.
  ///
  /// Throws `DataError.unknownItem`, `.unknownClass`, `.sizeMismatch`, `.emptyMask`, `.classAbsent`, and what reading throws.
  public func support(_ item: DatasetItem, classIndex: Int) throws -> RealSupport {
    guard let version = dataset.version(of: item) else { return try read(item, classIndex: classIndex) }
    let key = Key(item: item.id, version: version, classIndex: classIndex)
    return try kept.withLock { try $0.value(key) { try read(item, classIndex: classIndex) } }
  }

  private func read(_ item: DatasetItem, classIndex: Int) throws -> RealSupport {
    guard dataset.item(item.id) != nil else { throw DataError.unknownItem(id: item.id, dataset: dataset.name) }
    guard let info = dataset.classInfo(classIndex) else {
      throw DataError.unknownClass(index: classIndex, dataset: dataset.name, count: dataset.classes.count)
    }
    let image = try dataset.image(item), mask = try dataset.mask(item, of: classIndex)
    guard image.width == mask.width, image.height == mask.height else {
      throw DataError.sizeMismatch(
        image: item.id, imageSize: "\(image.width)x\(image.height)", mask: item.id, maskSize: "\(mask.width)x\(mask.height)")
    }
    guard mask.labels.contains(1) else {
      let present = item.classes.filter { $0 != classIndex }
      throw present.isEmpty
        ? DataError.emptyMask(name: item.id) : .classAbsent(index: classIndex, name: item.id, present: present)
    }
    return RealSupport(image: image, mask: mask, info: info, digest: digest(image, mask))
  }

  /// The support of a request; throws `GenerationError.sourceChanged` when its pixels are not those the request was made for.
  public func support(_ source: SupportSource) throws -> RealSupport {
    guard source.dataset == dataset.name else {
      throw DataError.unknownItem(id: "\(source.dataset)/\(source.item)", dataset: dataset.name)
    }
    let support = try support(item(source.item), classIndex: source.classIndex)
    guard support.digest == source.digest else { throw GenerationError.sourceChanged(item: source.item) }
    return support
  }
}
