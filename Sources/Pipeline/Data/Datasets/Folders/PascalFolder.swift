import Core
import Foundation

/// PASCAL-5i on VOC 2012 as it is on a disk.
///
/// Masks come from `SegmentationClassAug` where it is there, else from `SegmentationClass`. The images of
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
    var problems: [DatasetProblem] = [], ids: [String] = [], pairs: [String: FilePair] = [:]
    func repeated(_ folder: String) -> (FileName, FileName) -> Void {
      { problems.append(DatasetProblem(.duplicate, $0.stem, "\(folder)/\($0.name) and \($1.name)")) }
    }
    let images = folder.files(in: "JPEGImages").filter(\.isJPEG).byStem(repeated("JPEGImages"))
    let maskFiles = folder.files(in: masks).filter(\.isPNG).byStem(repeated(masks))
    for (id, mask) in maskFiles.sorted(by: { $0.value.name < $1.value.name }) {
      if let image = images[id] {
        ids.append(id)
        pairs[id] = FilePair(image: folder.path("JPEGImages/\(image.name)"), mask: folder.path("\(masks)/\(mask.name)"))
      } else {
        problems.append(DatasetProblem(.imageMissing, id, "\(masks)/\(mask.name) has no JPEGImages/\(id).jpg"))
      }
    }
    let val = try validation(folder, known: Set(ids), masks: masks, &problems)
    let split = source.split ?? (val == nil ? .all : .val)
    if split != .all {
      guard let val else { throw given.wrong("there is no ImageSets/Segmentation/val.txt, which tells the splits apart") }
      ids = ids.filter { val.contains($0) == (split == .val) }
    }
    guard !ids.isEmpty else { throw given.wrong("no mask in \(masks) has its image in JPEGImages (split \(split.rawValue))") }
    let names = try AssetTable.load("pascal_names", as: [String].self)
    let found = LabelMaskDataset.Found(
      name: source.kind.rawValue, split: split, classes: try AssetTable.load("pascal", as: ClassTable.self).classes(names: names, table: "pascal"),
      foldRule: .contiguous,
      pairs: ids.compactMap { id in pairs[id].map { (id, $0) } },
      leastListed: MaskFacts.leastListed, problems: problems)
    return try LabelMaskDataset(
      found, cache: source.cacheFile(masks), readsPaletteAsGrey: source.readsMasksAsPublished, progress: progress)
  }

  /// The images of `val.txt`, names alone or BAM's pairs of paths; nil when there is no such list.
  private static func validation(
    _ folder: RootFolder, known: Set<String>, masks: String, _ problems: inout [DatasetProblem]
  ) throws -> Set<String>? {
    guard let lines = try folder.list("ImageSets/Segmentation/val.txt") else { return nil }
    var val: Set<String> = []
    for line in lines {
      let name = String(line.prefix { $0 != " " && $0 != "\t" })
      guard RelativePath.staysInside(name) else {
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
