import Dispatch
import Foundation
import Render
import Synchronization

/// PASCAL-5i on VOC 2012: photographs with index masks; fold f has classes 5f + 1 ... 5f + 5.
///
/// Masks come from `SegmentationClassAug` where it is there, else from `SegmentationClass` (palette PNGs; the index
/// counts, not the colour). A class counts as present where it covers at least 2·32·32 pixels, the community's rule for lists.
public final class PascalDataset: Dataset {
  static let layout = """
      DIR/JPEGImages/2007_000033.jpg             (or DIR/VOC2012/..., DIR/VOCdevkit/VOC2012/...)
      DIR/SegmentationClassAug/2007_000033.png   (or SegmentationClass/)
    """

  public let name = "pascal"
  public let classes: [ClassInfo]
  public let folds = 4
  public let items: [DatasetItem]

  private let pairs: [String: FilePair]
  private static let leastArea = 2 * 32 * 32

  /// Lists the masks below `root` and reads them once, on all cores, for the classes they hold. Throws `PipelineError`.
  public init(root: URL) throws {
    let given = try RootFolder(root, dataset: "pascal", layout: Self.layout)
    let inner = ["", "VOC2012", "VOCdevkit/VOC2012"].first { given.hasFolder($0 + "/JPEGImages") }
    guard let inner else { throw given.wrong("there is no JPEGImages folder") }
    let folder = try given.folder(inner)
    guard let masks = ["SegmentationClassAug", "SegmentationClass"].first(where: folder.hasFolder) else {
      throw given.wrong("there is neither SegmentationClassAug nor SegmentationClass beside JPEGImages")
    }
    let pictures = Set(folder.names(in: "JPEGImages"))
    let ids = folder.names(in: masks).filter { $0.hasSuffix(".png") }.map { String($0.dropLast(4)) }
      .filter { pictures.contains("\($0).jpg") }
    guard !ids.isEmpty else { throw given.wrong("no mask in \(masks) has its picture in JPEGImages") }
    let found = ids.map { id in
      FilePair(
        image: folder.url.appendingPathComponent("JPEGImages/\(id).jpg"),
        mask: folder.url.appendingPathComponent("\(masks)/\(id).png"))
    }
    let names = try AssetTable.load("pascal_names", as: [String].self)
    classes = try AssetTable.load("pascal", as: ClassTable.self).classes(names: names, table: "pascal")
    let count = classes.count
    let present = Mutex([[Int]](repeating: [], count: found.count))
    DispatchQueue.concurrentPerform(iterations: found.count) { index in
      // A mask that cannot be read has no classes here; asking for it says why.
      guard let histogram = try? LabelMask(png: found[index].mask).histogram else { return }
      let labels = (1...count).filter { histogram[$0] >= Self.leastArea }
      present.withLock { $0[index] = labels }
    }
    let labels = present.withLock { $0 }
    items = zip(ids, labels).map { DatasetItem(id: $0, classes: $1) }
    pairs = Dictionary(uniqueKeysWithValues: zip(ids, found))
  }

  public func classes(inFold fold: Int) -> [Int] {
    (0..<folds).contains(fold) ? Array((5 * fold + 1)...(5 * fold + 5)) : []
  }

  public func image(_ item: DatasetItem) throws -> Image { try pair(item).readImage() }

  public func mask(_ item: DatasetItem) throws -> LabelMask {
    let pair = try pair(item)
    let mask = try LabelMask(png: pair.mask)
    if let label = mask.labels.first(where: { $0 > classes.count && $0 != 255 }) {
      throw PipelineError.malformedFile(path: pair.mask.path, reason: "it has the class \(label), there are 1...\(classes.count)")
    }
    return mask
  }

  private func pair(_ item: DatasetItem) throws -> FilePair {
    guard let pair = pairs[item.id] else { throw PipelineError.unknownItem(id: item.id, dataset: name) }
    return pair
  }
}
