import Render

/// A data set that also knows the pictures imported into it. Lists and draws are the data set's own.
struct ImportedDataset: Dataset {
  let base: any Dataset
  let imports: ImportList

  init(_ base: any Dataset, store: Store) {
    self.base = base
    imports = ImportList(store, dataset: base.name)
  }

  var name: String { base.name }
  var split: DatasetSplit { base.split }
  var classes: [ClassInfo] { base.classes }
  var folds: Int { base.folds }
  var items: [DatasetItem] { base.items }
  var problems: [DatasetProblem] { base.problems }

  func classes(inFold fold: Int) -> [Int] { base.classes(inFold: fold) }
  func item(_ id: String) -> DatasetItem? { base.item(id) ?? own(id)?.item }
  func listedClasses(of item: DatasetItem) -> [Int] { base.listedClasses(of: item) }
  func image(_ item: DatasetItem) throws -> Image { try own(item.id)?.readImage() ?? base.image(item) }
  func image(_ item: DatasetItem, orientation: OrientationRule) throws -> Image {
    try own(item.id)?.readImage() ?? base.image(item, orientation: orientation)
  }
  func turn(of item: DatasetItem) -> Orientation? { own(item.id).map { $0.turn } ?? base.turn(of: item) }
  func check(_ item: DatasetItem) -> [DatasetProblem] { own(item.id) == nil ? base.check(item) : [] }

  func mask(_ item: DatasetItem) throws -> LabelMask {
    guard let own = own(item.id) else { return try base.mask(item) }
    let mask = try own.readMask(), label = UInt8(clamping: own.classIndex)
    return LabelMask(width: mask.width, height: mask.height, labels: mask.labels.map { $0 == 1 ? label : $0 })
  }

  func mask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
    guard let own = own(item.id) else { return try base.mask(item, of: classIndex) }
    let mask = try own.readMask()
    return own.classIndex == classIndex ? mask : LabelMask(width: mask.width, height: mask.height, labels: mask.labels.map { $0 == 255 ? 255 : 0 })
  }

  func storedMask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
    try own(item.id) == nil ? base.storedMask(item, of: classIndex) : mask(item, of: classIndex)
  }

  var storesMasksApart: Bool { base.storesMasksApart }

  func version(of item: DatasetItem) -> ItemVersion? { own(item.id)?.version ?? base.version(of: item) }

  private func own(_ id: String) -> ImportedPicture? { id.hasPrefix("own/") ? imports.pictures.last { $0.id == id } : nil }

  /// Two episodes for each imported picture of a fold's classes: as the support of the class's first episode among `drawn`, and as its query.
  func episodes(beside drawn: [Episode], fold: Int) -> [Episode] {
    var episodes: [Episode] = []
    for picture in imports.pictures {
      guard let first = drawn.first(where: { $0.classIndex == picture.classIndex }) else { continue }
      let index = (drawn.last?.index ?? -1) + 1 + episodes.count
      episodes.append(Episode(
        index: index, fold: fold, classIndex: picture.classIndex, query: first.query, supports: [picture.item] + first.supports.dropFirst()))
      episodes.append(Episode(index: index + 1, fold: fold, classIndex: picture.classIndex, query: picture.item, supports: first.supports))
    }
    return episodes
  }
}
