import Foundation
import Render

/// Pictures and masks of the user's own, in one of two layouts.
enum OwnFolder {
  static let layout = """
      DIR/images/one.jpg, DIR/masks/one.png, DIR/names.txt   (masks of class indices; line k names class k)
    or a folder a class, with masks of black and white
      DIR/mug/one.jpg, DIR/mug/one.png                       (or one_mask.png; or DIR/images/mug/one.jpg, DIR/masks/mug/one.png)
    """
  private static let pictureEndings = [".jpg", ".jpeg", ".JPG", ".JPEG", ".png", ".PNG"]

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
    guard names.count <= 254 else { throw folder.wrong("names.txt has \(names.count) names, 1...254 fit into a mask") }
    let words = try ClassWords()
    let masks = Set(folder.names(in: "masks"))
    var found = LabelMaskDataset.Found(
      name: source.kind.rawValue, split: .all, classes: names.enumerated().map { words.info(index: $0.offset + 1, name: $0.element) },
      foldRule: nil, pairs: [], leastListed: 1, problems: [], orientation: source.orientation ?? .auto)
    var taken: Set<String> = []
    for (stem, file) in pictures(folder.names(in: "images"), &found.problems) {
      guard masks.contains("\(stem).png") else {
        found.problems.append(DatasetProblem(.maskMissing, stem, "images/\(file) has no masks/\(stem).png"))
        continue
      }
      taken.insert("\(stem).png")
      found.pairs.append((stem, FilePair(image: folder.path("images/\(file)"), mask: folder.path("masks/\(stem).png"))))
    }
    for mask in masks.subtracting(taken).sorted() where mask.hasSuffix(".png") {
      found.problems.append(DatasetProblem(.imageMissing, String(mask.dropLast(4)), "masks/\(mask) has no picture in images"))
    }
    guard !found.pairs.isEmpty else { throw folder.wrong("no picture in images has its mask in masks") }
    return try LabelMaskDataset(found, cache: source.cacheFile(names.count == 1 ? "masks of one class" : "masks"), progress: progress)
  }

  // MARK: A folder a class

  private static func byClass(_ source: DatasetSource, _ folder: RootFolder, images: String, masks: String) throws -> any Dataset {
    let words = try ClassWords()
    var found = ClassFolderDataset.Found(name: source.kind.rawValue, split: .all, classes: [], problems: [])
    for name in folder.names(in: images) where folder.hasFolder(images + name) {
      let own = folder.names(in: images + name)
      let maskFiles = Set(masks == images ? own : folder.names(in: masks + name))
      // Beside its picture a mask is a PNG too: what is a mask is no picture.
      let candidates = own.filter { file in
        masks != images || !(file.hasSuffix("_mask.png") || (file.hasSuffix(".png") && own.contains { $0 != file && stem($0) == stem(file) }))
      }
      var pairs: [(id: String, files: FilePair)] = []
      for (stem, file) in pictures(candidates, &found.problems, in: name) {
        guard let mask = ["\(stem)_mask.png", "\(stem).png"].first(where: { maskFiles.contains($0) && (masks != images || $0 != file) }) else {
          found.problems.append(DatasetProblem(.maskMissing, "\(name)/\(stem)", "\(images)\(name)/\(file) has no mask"))
          continue
        }
        pairs.append(
          ("\(name)/\(stem)", FilePair(image: folder.path("\(images)\(name)/\(file)"), mask: folder.path("\(masks)\(name)/\(mask)"))))
      }
      if !pairs.isEmpty { found.classes.append((words.info(index: found.classes.count + 1, name: name), pairs)) }
    }
    guard !found.classes.isEmpty else { throw folder.wrong("no folder in it holds pictures with masks") }
    return ClassFolderDataset(found, threshold: .own(source.orientation ?? .auto))
  }

  /// Picture files by their names without extension, in order; of two with the same the first counts.
  private static func pictures(
    _ files: [String], _ problems: inout [DatasetProblem], in folder: String? = nil
  ) -> [(stem: String, file: String)] {
    var seen: [String: String] = [:], found: [(stem: String, file: String)] = []
    for file in files where pictureEndings.contains(where: file.hasSuffix) {
      let name = stem(file)
      if let other = seen[name] {
        problems.append(DatasetProblem(.duplicate, folder.map { "\($0)/\(name)" } ?? name, "\(other) and \(file)"))
      } else {
        seen[name] = file
        found.append((name, file))
      }
    }
    return found
  }

  private static func stem(_ file: String) -> String { (file as NSString).deletingPathExtension }
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
