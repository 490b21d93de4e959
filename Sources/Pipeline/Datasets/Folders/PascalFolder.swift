import Foundation

/// PASCAL-5i on VOC 2012 as it lies on a disk.
///
/// Masks come from `SegmentationClassAug` where it is there, else from `SegmentationClass`. The pictures of
/// `ImageSets/Segmentation/val.txt` are the `val` split, all others that have a mask the `train` split.
enum PascalFolder {
  static let layout = """
      DIR/JPEGImages/2007_000033.jpg             (or DIR/VOC2012/..., DIR/VOCdevkit/VOC2012/...)
      DIR/SegmentationClassAug/2007_000033.png   (or SegmentationClass/)
      DIR/ImageSets/Segmentation/val.txt         (else everything is one split)
    """
  private static let roots = ["", "VOC2012", "VOCdevkit/VOC2012", "VOCdevkit2012/VOC2012"]

  static func matches(_ root: URL) -> Bool { roots.contains { RootFolder.isFolder(root.appendingPathComponent($0 + "/JPEGImages")) } }

  static func open(_ source: DatasetSource, root: URL, progress: DatasetProgress) throws -> any Dataset {
    let given = try RootFolder(root, dataset: source.kind.rawValue, layout: layout)
    guard let inner = roots.first(where: { given.hasFolder($0 + "/JPEGImages") }) else { throw given.wrong("there is no JPEGImages folder") }
    let folder = try given.folder(inner)
    guard let masks = ["SegmentationClassAug", "SegmentationClass"].first(where: folder.hasFolder) else {
      throw given.wrong("there is neither SegmentationClassAug nor SegmentationClass beside JPEGImages")
    }
    let pictures = Set(folder.names(in: "JPEGImages"))
    var problems: [DatasetProblem] = [], ids: [String] = []
    for name in folder.names(in: masks) where name.hasSuffix(".png") {
      let id = String(name.dropLast(4))
      if pictures.contains("\(id).jpg") {
        ids.append(id)
      } else {
        problems.append(DatasetProblem(.imageMissing, id, "\(masks)/\(name) has no JPEGImages/\(id).jpg"))
      }
    }
    let val = validation(folder, known: Set(ids), masks: masks, &problems)
    let split = source.split ?? (val == nil ? .all : .val)
    if split != .all {
      guard let val else { throw given.wrong("there is no ImageSets/Segmentation/val.txt, which tells the splits apart") }
      ids = ids.filter { val.contains($0) == (split == .val) }
    }
    guard !ids.isEmpty else { throw given.wrong("no mask in \(masks) has its picture in JPEGImages (split \(split.rawValue))") }
    let names = try AssetTable.load("pascal_names", as: [String].self)
    let found = LabelMaskDataset.Found(
      name: source.kind.rawValue, split: split, classes: try AssetTable.load("pascal", as: ClassTable.self).classes(names: names, table: "pascal"),
      foldRule: .contiguous,
      pairs: ids.map { ($0, FilePair(image: folder.path("JPEGImages/\($0).jpg"), mask: folder.path("\(masks)/\($0).png"))) },
      leastListed: MaskFacts.leastListed, problems: problems)
    return try LabelMaskDataset(
      found, cache: source.cacheFile(masks), readsPaletteAsGrey: source.readsMasksAsPublished, progress: progress)
  }

  /// The pictures of `val.txt`, names alone or BAM's pairs of paths; nil when there is no such list.
  private static func validation(
    _ folder: RootFolder, known: Set<String>, masks: String, _ problems: inout [DatasetProblem]
  ) -> Set<String>? {
    guard let lines = folder.list("ImageSets/Segmentation/val.txt") else { return nil }
    var val: Set<String> = []
    for line in lines {
      let name = String(line.prefix { $0 != " " })
      guard RootFolder.staysInside(name) else {
        problems.append(DatasetProblem(.outsideRoot, name, "named in val.txt"))
        continue
      }
      let id = ((name as NSString).lastPathComponent as NSString).deletingPathExtension
      if !val.insert(id).inserted { problems.append(DatasetProblem(.duplicate, id, "twice in val.txt")) }
      if !known.contains(id) { problems.append(DatasetProblem(.maskMissing, id, "val.txt lists it, \(masks) or JPEGImages lacks it")) }
    }
    return val
  }
}
