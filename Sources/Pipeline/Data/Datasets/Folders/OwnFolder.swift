import Core
import Foundation
import Render

/// Images and masks of the user's own, in one of two layouts.
enum OwnFolder {
  static let layout = """
      DIR/images/one.jpg, DIR/masks/one.png, DIR/names.txt   (masks of class indices; line k names class k)
    or a folder a class, with masks of black and white
      DIR/mug/one.jpg, DIR/mug/one.png                       (or one_mask.png; or DIR/images/mug/one.jpg, DIR/masks/mug/one.png)
    """

  /// The parts of a folder as they are written in it: `images`, `Images`, `IMAGES`.
  private struct Parts {
    /// Folders with a slash behind their names; empty where there are not both, and images and masks are in one.
    let images: String
    let masks: String
    /// Nil where there is none.
    let names: String?

    init(_ folder: RootFolder) {
      let folders = ["images", "masks"].compactMap { folder.inAnyCase($0) }.filter(folder.hasFolder)
      isDivided = folders.count == 2
      (images, masks) = isDivided ? (folders[0] + "/", folders[1] + "/") : ("", "")
      names = folder.inAnyCase("names.txt")
    }

    let isDivided: Bool
  }

  /// Whether images with masks are in it in one of the layouts.
  static func matches(_ root: URL) -> Bool {
    guard let folder = try? RootFolder(root, dataset: "folder", layout: layout) else { return false }
    let parts = Parts(folder)
    return parts.isDivided && parts.names != nil || (try? byClass(DatasetSource(.folder, root: root), folder, parts)) != nil
  }

  static func open(_ source: DatasetSource, root: URL, progress: DatasetProgress) throws -> any Dataset {
    let folder = try RootFolder(root, dataset: source.kind.rawValue, layout: layout), parts = Parts(folder)
    guard source.split == nil || source.split == .all else {
      throw CoreError.badSetting(name: "split", value: source.split?.rawValue ?? "", allowed: "all for a folder of your own")
    }
    if parts.isDivided, let file = parts.names, let names = try folder.numberedList(file) {
      return try indexed(source, folder, parts, names: names, progress: progress)
    }
    return try byClass(source, folder, parts)
  }

  // MARK: Index masks and a names file

  private static func indexed(
    _ source: DatasetSource, _ folder: RootFolder, _ parts: Parts, names: [String], progress: DatasetProgress
  ) throws -> any Dataset {
    guard !names.isEmpty else { throw folder.wrong("names.txt names no class") }
    if let blank = names.firstIndex(of: "") { throw folder.wrong("line \(blank + 1) of names.txt is blank, and line k names class k") }
    if let twice = Dictionary(grouping: names, by: \.self).filter({ $0.value.count > 1 }).keys.min() {
      throw folder.wrong("names.txt names \(PlainText.clean(twice)) twice")
    }
    guard names.count <= 254 else { throw folder.wrong("names.txt has \(names.count) names, 1...254 fit into a mask") }
    let words = try ClassWords()
    var found = LabelMaskDataset.Found(
      name: source.kind.rawValue, split: .all, classes: names.enumerated().map { words.info(index: $0.offset + 1, name: $0.element) },
      foldRule: nil, pairs: [], leastListed: 1, problems: [], orientation: source.orientation ?? .auto)
    var masks = folder.files(in: parts.masks).masks.byStem { first, other in
      found.problems.append(DatasetProblem(.duplicate, first.stem, "\(parts.masks)\(first.name) and \(other.name)"))
    }
    for image in images(folder.files(in: parts.images), &found.problems) {
      guard let mask = masks.removeValue(forKey: image.stem) else {
        found.problems.append(
          DatasetProblem(.maskMissing, image.stem, "\(parts.images)\(image.name) has no \(parts.masks)\(image.stem).png"))
        continue
      }
      found.pairs.append(
        (image.stem, FilePair(image: folder.path(parts.images + image.name), mask: folder.path(parts.masks + mask.name))))
    }
    for (stem, mask) in masks.sorted(by: { $0.key < $1.key }) {
      found.problems.append(DatasetProblem(.imageMissing, stem, "\(parts.masks)\(mask.name) has no image in \(parts.images)"))
    }
    guard !found.pairs.isEmpty else { throw folder.wrong("no image in images has its mask in masks") }
    return try LabelMaskDataset(found, cache: source.cacheFile(names.count == 1 ? "masks of one class" : "masks"), progress: progress)
  }

  // MARK: A folder a class

  private static func byClass(_ source: DatasetSource, _ folder: RootFolder, _ parts: Parts) throws -> any Dataset {
    let (imageFolder, masks) = (parts.images, parts.masks), words = try ClassWords()
    var found = ClassFolderDataset.Found(name: source.kind.rawValue, split: .all, classes: [], problems: [])
    for name in folder.names(in: imageFolder) where folder.hasFolder(imageFolder + name) {
      let own = folder.files(in: imageFolder + name), photographs = Set(own.filter(\.isJPEG).map(\.stem))
      // Beside its image a mask is a PNG too: what is a mask is no image.
      let candidates = own.filter { file in
        masks != imageFolder
          || !(file.isPNG && photographs.contains(file.stem) || (file.isPNG || file.isJPEG) && file.stem.hasSuffix("_mask"))
      }
      let beside = masks == imageFolder ? own.filter { !candidates.contains($0) } : folder.files(in: masks + name)
      let maskFiles = beside.masks.byStem { first, other in
        found.problems.append(DatasetProblem(.duplicate, "\(name)/\(first.stem)", "\(masks)\(name)/\(first.name) and \(other.name)"))
      }
      var pairs: [(id: String, files: FilePair)] = []
      for image in images(candidates, &found.problems, in: name) {
        guard let mask = maskFiles["\(image.stem)_mask"] ?? maskFiles[image.stem] else {
          found.problems.append(DatasetProblem(.maskMissing, "\(name)/\(image.stem)", "\(imageFolder)\(name)/\(image.name) has no mask"))
          continue
        }
        pairs.append(
          (
            "\(name)/\(image.stem)",
            FilePair(image: folder.path("\(imageFolder)\(name)/\(image.name)"), mask: folder.path("\(masks)\(name)/\(mask.name)"))
          ))
      }
      if !pairs.isEmpty { found.classes.append((words.info(index: found.classes.count + 1, name: name), pairs)) }
    }
    guard !found.classes.isEmpty else {
      let isIndexed = parts.isDivided && !folder.files(in: imageFolder).filter { $0.isJPEG || $0.isPNG }.isEmpty
      throw folder.wrong(
        isIndexed
          ? "\(imageFolder) and \(masks) lack names.txt beside them, whose line k names class k" : "no folder in it holds images with masks"
      )
    }
    return ClassFolderDataset(found, threshold: .own(source.orientation ?? .auto))
  }

  /// Image files in order; of two of one name without extension the first counts.
  private static func images(_ files: [FileName], _ problems: inout [DatasetProblem], in folder: String? = nil) -> [FileName] {
    var others: [DatasetProblem] = []
    let first = files.filter { $0.isJPEG || $0.isPNG }.byStem { first, other in
      others.append(DatasetProblem(.duplicate, folder.map { "\($0)/\(first.stem)" } ?? first.stem, "\(first.name) and \(other.name)"))
    }
    problems += others
    return files.filter { first[$0.stem] == $0 }
  }
}

extension [FileName] {
  /// Those that may be masks, PNGs first: of a PNG and a JPEG of one name the PNG is meant.
  fileprivate var masks: [FileName] { filter(\.isPNG) + filter { file in file.isJPEG && !contains { $0.isPNG && $0.stem == file.stem } } }
}

/// Prompt words and ADE20K colours for names that no benchmark numbers, found by name in the tables of all of them.
struct ClassWords {
  private var adeOf: [String: Int] = [:]

  init() throws {
    struct Names: Decodable { let names: [String] }
    for (index, name) in try AssetTable.load("ade20k_classes", as: Names.self).names.enumerated() {
      adeOf[Self.key(name)] = index
    }
    for table in ["pascal", "coco"] {
      for info in try AssetTable.load(table, as: ClassTable.self).classes(table: table) { add(info.name, info.adeIndex) }
    }
    let fss = try FSSFolder.Table.load()
    for (name, ade) in zip(fss.names, fss.classToADE) { add(name, ade) }
  }

  /// The first table that knows a name counts.
  private mutating func add(_ name: String, _ ade: Int) {
    if adeOf[Self.key(name)] == nil { adeOf[Self.key(name)] = ade }
  }

  func info(index: Int, name: String) -> ClassInfo {
    ClassInfo(
      index: index, name: name, promptName: name.replacingOccurrences(of: "_", with: " "),
      adeIndex: adeOf[Self.key(name)] ?? ClassTable.anyThing)
  }

  private static func key(_ name: String) -> String {
    name.lowercased().replacingOccurrences(of: "_", with: " ").trimmingCharacters(in: .whitespaces)
  }
}
