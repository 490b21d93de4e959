import Foundation

/// COCO-20i on COCO 2014 or 2017 as it is on a disk.
///
/// Masks are rasterised from `annotations/instances_NAME.json`, or read from `annotations/NAME/*.png` (the community's ready masks,
/// value = position of the category) where those are there. NAME's beginning, `train` or `val`, tells the splits apart.
enum COCOFolder {
  static let layout = """
      DIR/annotations/instances_train2017.json   (any instances_NAME.json, or ready masks annotations/NAME/000000000009.png)
      DIR/train2017/000000000009.jpg             (NAME/, or images/NAME/)
    """

  static func matches(_ root: URL) -> Bool {
    guard let folder = try? RootFolder(root, dataset: "coco", layout: layout) else { return false }
    return !names(folder).isEmpty
  }

  static func open(_ source: DatasetSource, root: URL, progress: DatasetProgress) throws -> any Dataset {
    let folder = try RootFolder(root, dataset: source.kind.rawValue, layout: layout)
    let all = names(folder)
    guard !all.isEmpty else { throw folder.wrong("there is no annotations/instances_*.json and no annotations/NAME with masks") }
    // Often both annotation files are there, but only one of the two downloads of images.
    let parts = all.compactMap { name in
      [name, "images/\(name)"].first(where: folder.hasFolder).map { Part(name: name, images: $0) }
    }
    guard !parts.isEmpty else {
      throw folder.wrong("no annotations/instances_NAME.json has its images in NAME/ or images/NAME/")
    }
    let split = source.split ?? (parts.contains { $0.name.hasPrefix("val") } ? .val : .all)
    let chosen = parts.filter { split == .all || $0.name.hasPrefix(split.rawValue) }
    guard !chosen.isEmpty else { throw folder.wrong("it has the parts \(parts.map(\.name).joined(separator: ", ")), none of split \(split.rawValue)") }
    let foldRule = source.foldRule ?? .interleaved
    if chosen.allSatisfy({ hasMasks(folder, $0.name) }) {
      return try LabelMaskDataset(
        ready(chosen, folder, source, split, foldRule), cache: source.cacheFile("masks " + chosen.map(\.name).joined(separator: " ")),
        readsPaletteAsGrey: source.readsMasksAsPublished, progress: progress)
    }
    let others = all.filter { name in !chosen.contains { $0.name == name } }
    return try COCODataset(source, folder, parts: chosen, others: others, split: split, foldRule: foldRule, progress: progress)
  }

  /// A part of COCO and the folder of its images.
  struct Part {
    let name: String
    let images: String
  }

  /// The annotation file of a part.
  static func annotations(_ folder: RootFolder, _ name: String) -> URL { folder.url.appendingPathComponent("annotations/instances_\(name).json") }

  private static func hasMasks(_ folder: RootFolder, _ name: String) -> Bool { folder.files(in: "annotations/\(name)").contains(where: \.isPNG) }

  /// The parts that have annotations.
  private static func names(_ folder: RootFolder) -> [String] {
    let files = folder.names(in: "annotations")
    let json = files.filter { $0.hasPrefix("instances_") && $0.hasSuffix(".json") }.map { String($0.dropFirst(10).dropLast(5)) }
    let ready = files.filter { ($0.hasPrefix("train") || $0.hasPrefix("val")) && hasMasks(folder, $0) }
    return Set(json + ready).sorted()
  }

  /// Photographs with ready masks.
  private static func ready(
    _ parts: [Part], _ folder: RootFolder, _ source: DatasetSource, _ split: DatasetSplit, _ foldRule: FoldRule
  ) throws -> LabelMaskDataset.Found {
    var found = LabelMaskDataset.Found(
      name: source.kind.rawValue, split: split, classes: try classes(nil), foldRule: foldRule, pairs: [],
      leastListed: MaskFacts.leastListed, problems: [])
    for part in parts {
      func repeated(_ first: FileName, _ other: FileName) {
        found.problems.append(DatasetProblem(.duplicate, "\(part.name)/\(first.stem)", "\(first.name) and \(other.name)"))
      }
      let images = folder.files(in: part.images).filter(\.isJPEG).byStem(repeated)
      let masks = folder.files(in: "annotations/\(part.name)").filter(\.isPNG).byStem(repeated)
      for (base, mask) in masks.sorted(by: { $0.value.name < $1.value.name }) {
        let id = "\(part.name)/\(base)"
        if let image = images[base] {
          found.pairs.append(
            (
              id,
              FilePair(image: folder.path("\(part.images)/\(image.name)"), mask: folder.path("annotations/\(part.name)/\(mask.name)"))
            ))
        } else {
          found.problems.append(DatasetProblem(.imageMissing, id, "annotations/\(part.name)/\(mask.name) has no \(part.images)/\(base).jpg"))
        }
      }
    }
    return found
  }

  private struct PublishedCategories: Decodable {
    struct Category: Decodable {
      let index: Int
      let name: String

      enum CodingKeys: String, CodingKey {
        case index = "class_index"
        case name
      }
    }
    let categories: [Category]
  }

  /// COCO's own 80 names in the published order.
  static func publishedNames() throws -> [String] {
    try AssetTable.load("coco_category_ids", as: PublishedCategories.self).categories.sorted { $0.index < $1.index }.map(\.name)
  }

  /// Classes with prompt words and ADE20K classes by COCO's names; a category that COCO does not have keeps its own name.
  /// COCO's own 80 when `names` is nil.
  static func classes(_ names: [String]?) throws -> [ClassInfo] {
    let table = try AssetTable.load("coco", as: ClassTable.self).classes(table: "coco")
    let published = try AssetTable.load("coco_category_ids", as: PublishedCategories.self).categories
    var indexOf: [String: Int] = [:]
    for category in published { indexOf[category.name] = category.index }
    return (names ?? published.sorted { $0.index < $1.index }.map(\.name)).enumerated().map { position, name in
      let known = indexOf[name].flatMap { table.indices.contains($0 - 1) ? table[$0 - 1] : nil }
      return ClassInfo(
        index: position + 1, name: name, promptName: known?.promptName ?? name, adeIndex: known?.adeIndex ?? ClassTable.anyThing)
    }
  }
}
