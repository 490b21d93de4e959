import Core
import Render

/// Images with class masks, divided into folds of classes: what episodes are drawn from.
///
/// Classes are numbered from 1; 0 is background. Items have a stable order and are cheap: images and masks are read
/// (or drawn, or generated from annotations) only when asked for, from any thread.
public protocol Dataset: Sendable {
  /// Short name as given to `--dataset`.
  var name: String { get }
  /// Which part of the data set the items are.
  var split: DatasetSplit { get }
  /// Classes in the order of their index, which need not be contiguous.
  var classes: [ClassInfo] { get }
  /// What is known of class `index`; nil when the data set has no such class.
  func classInfo(_ index: Int) -> ClassInfo?
  /// Number of folds; they are numbered from 0.
  var folds: Int { get }
  /// Indices of the classes that episodes of fold `fold` are about, ascending: the *novel* ones, in a training split the
  /// *base* ones. Empty when there is no such fold.
  func classes(inFold fold: Int) -> [Int]
  /// Every image, in a stable order.
  var items: [DatasetItem] { get }
  /// The item with an identifier, or with another name that published lists have for it, which it then keeps as its identifier; nil when there is none.
  func item(_ id: String) -> DatasetItem?
  /// The item's classes that are large enough for the community's lists (for PASCAL-5i and COCO-20i 2·32·32 pixels), ascending.
  func listedClasses(of item: DatasetItem) -> [Int]
  /// The image, always three channels. Throws `DataError` or `RenderError` when it cannot be read.
  func image(_ item: DatasetItem) throws -> Image
  /// The image as a published loader of this data set reads it: turned as its EXIF data says, or as stored. The user's own images
  /// follow their own rule.
  func image(_ item: DatasetItem, orientation: OrientationRule) throws -> Image
  /// What is done to the stored rows of an image of the user's own; nil for all others.
  func turn(of item: DatasetItem) -> Orientation?
  /// The label of each pixel, same size as the image: 0 background, a class index, or 255 to be ignored.
  ///
  /// Where an image has a single class and there may be more than 254 (FSS-1000, class folders) its label is 1;
  /// ask for `mask(_:of:)` wherever one class is meant.
  func mask(_ item: DatasetItem) throws -> LabelMask
  /// 1 where class `classIndex` is, 0 elsewhere, 255 where the annotation says to ignore.
  func mask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask
  /// The same in the size of its file, which for FSS-1000 may be another than the image's: published loaders bring both to a network's
  /// square on their own.
  func storedMask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask
  /// Whether `storedMask` may differ from `mask(_:of:)`.
  var storesMasksApart: Bool { get }
  /// The state of what the item is read from; nil where nothing of it may be kept.
  func version(of item: DatasetItem) -> ItemVersion?
  /// What was found to be wrong while the data set was opened. Everything else works.
  var problems: [DatasetProblem] { get }
  /// What is wrong with one item's files, as far as their headers tell.
  func check(_ item: DatasetItem) -> [DatasetProblem]
}

extension Dataset {
  public var split: DatasetSplit { .all }
  public var problems: [DatasetProblem] { [] }

  public func item(_ id: String) -> DatasetItem? { items.first { $0.id == id } }
  public func listedClasses(of item: DatasetItem) -> [Int] { item.classes }
  public func check(_ item: DatasetItem) -> [DatasetProblem] { [] }
  public func image(_ item: DatasetItem, orientation: OrientationRule) throws -> Image { try image(item) }
  public func turn(of item: DatasetItem) -> Orientation? { nil }

  public func mask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
    try mask(item).binary(of: classIndex, keepIgnore: true)
  }

  public func storedMask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask { try mask(item, of: classIndex) }
  public var storesMasksApart: Bool { false }
  public func version(of item: DatasetItem) -> ItemVersion? { nil }

  public func classInfo(_ index: Int) -> ClassInfo? {
    if index >= 1, index <= classes.count, classes[index - 1].index == index { return classes[index - 1] }
    return classes.first { $0.index == index }
  }

  /// A class in a sentence: `class 3 (bird)`; one of the user's own, whose number nobody has seen, by its name alone.
  public func words(ofClass index: Int) -> String {
    let name = classInfo(index).map { PlainText.clean($0.name) }
    return index > ImportList.ownClasses ? "class \(name ?? "\(index)")" : "class \(index)" + (name.map { " (\($0))" } ?? "")
  }
}

/// One class of a data set.
public struct ClassInfo: Codable, Hashable, Sendable {
  /// 1..., as in the masks.
  public let index: Int
  /// The data set's own name.
  public let name: String
  /// The word put into the prompt.
  public let promptName: String
  /// ADE20K class, 0...149, of whose palette colour the mask condition is made.
  public let adeIndex: Int

  public init(index: Int, name: String, promptName: String, adeIndex: Int) {
    self.index = index
    self.name = name
    self.promptName = promptName
    self.adeIndex = adeIndex
  }
}

/// One image of a data set.
public struct DatasetItem: Codable, Hashable, Sendable, Identifiable {
  /// Unique and stable in its data set: the file's name without its extension, with its folder where there are several.
  public let id: String
  /// Indices of the classes present, ascending.
  public let classes: [Int]

  public init(id: String, classes: [Int]) {
    self.id = id
    self.classes = classes
  }
}
