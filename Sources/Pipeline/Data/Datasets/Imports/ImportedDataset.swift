import Foundation
import Render

/// A data set that also knows the images imported into it. Lists and draws are the data set's own.
public struct ImportedDataset: Dataset {
  let base: any Dataset
  public let imports: ImportList

  /// `folder` is the data folder.
  public init(_ base: any Dataset, folder: URL) {
    self.base = base
    imports = ImportList(folder, dataset: base.name)
  }

  public var name: String { base.name }
  public var split: DatasetSplit { base.split }
  public var classes: [ClassInfo] { base.classes }
  public var folds: Int { base.folds }
  public var items: [DatasetItem] { base.items }
  public var problems: [DatasetProblem] { base.problems }

  /// Those of the user's own are in no fold.
  public func classInfo(_ index: Int) -> ClassInfo? {
    base.classInfo(index) ?? (index > ImportList.ownClasses ? imports.classes.first { $0.index == index } : nil)
  }

  public func classes(inFold fold: Int) -> [Int] { base.classes(inFold: fold) }
  public func item(_ id: String) -> DatasetItem? { base.item(id) ?? own(id)?.item }
  public func listedClasses(of item: DatasetItem) -> [Int] { base.listedClasses(of: item) }
  public func image(_ item: DatasetItem) throws -> Image { try own(item.id)?.readImage() ?? base.image(item) }
  public func image(_ item: DatasetItem, orientation: OrientationRule) throws -> Image {
    try own(item.id)?.readImage() ?? base.image(item, orientation: orientation)
  }
  public func turn(of item: DatasetItem) -> Orientation? { own(item.id).map { $0.turn } ?? base.turn(of: item) }
  public func check(_ item: DatasetItem) -> [DatasetProblem] { own(item.id) == nil ? base.check(item) : [] }

  public func mask(_ item: DatasetItem) throws -> LabelMask {
    guard let own = own(item.id) else { return try base.mask(item) }
    let mask = try own.readMask(), label = own.classIndex < 255 ? UInt8(own.classIndex) : 1
    return LabelMask(width: mask.width, height: mask.height, labels: mask.labels.map { $0 == 1 ? label : $0 })
  }

  public func mask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
    guard let own = own(item.id) else { return try base.mask(item, of: classIndex) }
    let mask = try own.readMask()
    return own.classIndex == classIndex ? mask : LabelMask(width: mask.width, height: mask.height, labels: mask.labels.map { $0 == 255 ? 255 : 0 })
  }

  public func storedMask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
    try own(item.id) == nil ? base.storedMask(item, of: classIndex) : mask(item, of: classIndex)
  }

  public var storesMasksApart: Bool { base.storesMasksApart }

  public func version(of item: DatasetItem) -> ItemVersion? { own(item.id)?.version ?? base.version(of: item) }

  private func own(_ id: String) -> ImportedImage? { DatasetItem.isOwn(id) ? imports.images.last { $0.id == id } : nil }

  /// Reads an image of the user's own for a class. Throws as `ImportedImage.init`, and as `ImportList.info`.
  public func read(image: URL, mask: URL, into meant: ImportClass) throws -> ImportedImage {
    let info = try imports.info(of: meant, beside: base)
    return try ImportedImage(
      image: image, mask: mask, classIndex: info.index, ownClass: info.index > ImportList.ownClasses ? info : nil)
  }
}
