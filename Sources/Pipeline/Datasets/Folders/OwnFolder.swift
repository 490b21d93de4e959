import Foundation
import Render

/// Pictures and masks of the user's own, in one of two layouts.
enum OwnFolder {
  static let layout = """
      DIR/images/one.jpg, DIR/masks/one.png, DIR/names.txt   (masks of class indices; line k names class k)
    or a folder a class, with masks of black and white
      DIR/mug/one.jpg, DIR/mug/one.png                       (or one_mask.png; or DIR/images/mug/one.jpg, DIR/masks/mug/one.png)
    """

  /// Whether pictures with masks lie in it in one of the layouts.
  static func matches(_ root: URL) -> Bool {
    guard let folder = try? RootFolder(root, dataset: "folder", layout: layout) else { return false }
    if folder.hasFolder("images"), folder.hasFolder("masks"), folder.list("names.txt") != nil { return true }
    return (try? byClass(
      DatasetSource(.folder, root: root), folder, images: folder.hasFolder("images") && folder.hasFolder("masks") ? "images/" : "",
      masks: folder.hasFolder("images") && folder.hasFolder("masks") ? "masks/" : "")) != nil
  }

  static func open(_ source: DatasetSource, root: URL, progress: DatasetProgress) throws -> any Dataset {
    let folder = try RootFolder(root, dataset: source.kind.rawValue, layout: layout)
    let isDivided = folder.hasFolder("images") && folder.hasFolder("masks")
    guard source.split == nil || source.split == .all else {
      throw PipelineError.badSetting(name: "split", value: source.split?.rawValue ?? "", allowed: "all for a folder of your own")
    }
    if isDivided, let names = folder.list("names.txt") {
      return try indexed(source, folder, names: names, progress: progress)
    }
    return try byClass(source, folder, images: isDivided ? "images/" : "", masks: isDivided ? "masks/" : "")
  }

  // MARK: Index masks and a names file

  private static func indexed(
    _ source: DatasetSource, _ folder: RootFolder, names: [String], progress: DatasetProgress
  ) throws -> any Dataset {
    guard !names.isEmpty else { throw folder.wrong("names.txt names no class") }
    guard names.count <= 254 else { throw folder.wrong("names.txt has \(names.count) names, 1...254 fit into a mask") }
    let words = try ClassWords()
    var found = LabelMaskDataset.Found(
      name: source.kind.rawValue, split: .all, classes: names.enumerated().map { words.info(index: $0.offset + 1, name: $0.element) },
      foldRule: nil, pairs: [], leastListed: 1, problems: [], orientation: source.orientation ?? .auto)
    var masks = folder.files(in: "masks").masks.byStem { first, other in
      found.problems.append(DatasetProblem(.duplicate, first.stem, "masks/\(first.name) and \(other.name)"))
    }
    for picture in pictures(folder.files(in: "images"), &found.problems) {
      guard let mask = masks.removeValue(forKey: picture.stem) else {
        found.problems.append(DatasetProblem(.maskMissing, picture.stem, "images/\(picture.name) has no masks/\(picture.stem).png"))
        continue
      }
      found.pairs.append(
        (picture.stem, FilePair(image: folder.path("images/\(picture.name)"), mask: folder.path("masks/\(mask.name)"))))
    }
    for (stem, mask) in masks.sorted(by: { $0.key < $1.key }) {
      found.problems.append(DatasetProblem(.imageMissing, stem, "masks/\(mask.name) has no picture in images"))
    }
    guard !found.pairs.isEmpty else { throw folder.wrong("no picture in images has its mask in masks") }
    return try LabelMaskDataset(found, cache: source.cacheFile(names.count == 1 ? "masks of one class" : "masks"), progress: progress)
  }

  // MARK: A folder a class

  private static func byClass(_ source: DatasetSource, _ folder: RootFolder, images: String, masks: String) throws -> any Dataset {
    let words = try ClassWords()
    var found = ClassFolderDataset.Found(name: source.kind.rawValue, split: .all, classes: [], problems: [])
    for name in folder.names(in: images) where folder.hasFolder(images + name) {
      let own = folder.files(in: images + name), photographs = Set(own.filter(\.isJPEG).map(\.stem))
      // Beside its picture a mask is a PNG too: what is a mask is no picture.
      let candidates = own.filter { file in
        masks != images || !(file.isPNG && photographs.contains(file.stem) || (file.isPNG || file.isJPEG) && file.stem.hasSuffix("_mask"))
      }
      let beside = masks == images ? own.filter { !candidates.contains($0) } : folder.files(in: masks + name)
      let maskFiles = beside.masks.byStem { first, other in
        found.problems.append(DatasetProblem(.duplicate, "\(name)/\(first.stem)", "\(masks)\(name)/\(first.name) and \(other.name)"))
      }
      var pairs: [(id: String, files: FilePair)] = []
      for picture in pictures(candidates, &found.problems, in: name) {
        guard let mask = maskFiles["\(picture.stem)_mask"] ?? maskFiles[picture.stem] else {
          found.problems.append(DatasetProblem(.maskMissing, "\(name)/\(picture.stem)", "\(images)\(name)/\(picture.name) has no mask"))
          continue
        }
        pairs.append(
          (
            "\(name)/\(picture.stem)",
            FilePair(image: folder.path("\(images)\(name)/\(picture.name)"), mask: folder.path("\(masks)\(name)/\(mask.name)"))
          ))
      }
      if !pairs.isEmpty { found.classes.append((words.info(index: found.classes.count + 1, name: name), pairs)) }
    }
    guard !found.classes.isEmpty else { throw folder.wrong("no folder in it holds pictures with masks") }
    return ClassFolderDataset(found, threshold: .own(source.orientation ?? .auto))
  }

  /// Picture files in order; of two of one name without extension the first counts.
  private static func pictures(_ files: [FileName], _ problems: inout [DatasetProblem], in folder: String? = nil) -> [FileName] {
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
private struct ClassWords {
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
