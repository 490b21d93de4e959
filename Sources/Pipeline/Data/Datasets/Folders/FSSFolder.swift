import Core
import Foundation

/// FSS-1000 as it is on a disk: one folder a class, `N.jpg` with its mask `N.png`.
///
/// Class index = position in the published list of 1000 names; folders of other names follow after it.
enum FSSFolder {
  static let layout = """
      DIR/african_elephant/1.jpg   (or DIR/FSS-1000/..., DIR/fewshot_data/...)
      DIR/african_elephant/1.png   (its mask)
    """
  private static let inner = ["FSS-1000", "fewshot_data"]

  struct Table: Decodable {
    let names: [String]
    let spacedNames: [String]
    let classToADE: [Int]
    /// Positions in `names` of the 240 classes of each split; the first 520 are for training.
    let val: [Int]
    let test: [Int]

    enum CodingKeys: String, CodingKey {
      case names, val, test
      case spacedNames = "spaced_names"
      case classToADE = "class_to_ade"
    }

    static func load() throws -> Table {
      let table = try AssetTable.load("fss", as: Table.self)
      guard table.names.count == table.spacedNames.count, table.names.count == table.classToADE.count,
        (table.val + table.test).allSatisfy(table.names.indices.contains)
      else { throw CoreError.malformedFile(path: "tables/fss.json", reason: "its lists do not fit each other") }
      return table
    }

    /// Positions in `names` of a split's classes.
    func positions(of split: DatasetSplit) -> Set<Int> {
      switch split {
      case .all: Set(names.indices)
      case .train: Set(names.indices).subtracting(val).subtracting(test)
      case .val: Set(val)
      case .test: Set(test)
      }
    }
  }

  static func matches(_ root: URL) -> Bool {
    if inner.contains(where: { RootFolder.isFolder(root.appendingPathComponent($0)) }) { return true }
    guard let folder = try? RootFolder(root, dataset: "fss", layout: layout), let table = try? Table.load() else { return false }
    let known = Set(table.names)
    return folder.names().contains { known.contains($0) && !pairs(folder.files(in: $0)).isEmpty }
  }

  /// Without a split asked for: the 240 test classes where any of them is there, else every folder.
  static func open(_ source: DatasetSource, root: URL) throws -> any Dataset {
    let given = try RootFolder(root, dataset: source.kind.rawValue, layout: layout)
    let folder = try inner.first(where: given.hasFolder).map(given.folder) ?? given
    let table = try Table.load()
    var positions: [String: Int] = [:]
    for (position, name) in table.names.enumerated() { positions[name] = position }
    let folders = folder.names().filter(folder.hasFolder)
    let test = table.positions(of: .test)
    let split = source.split ?? (folders.contains { positions[$0].map(test.contains) ?? false } ? .test : .all)
    let wanted = table.positions(of: split)
    var found = ClassFolderDataset.Found(name: source.kind.rawValue, split: split, classes: [], problems: [])
    var unlisted = 0
    for name in folders {
      let position = positions[name]
      guard split == .all || position.map(wanted.contains) ?? false else { continue }
      let files = folder.files(in: name), jpegs = Set(files.filter(\.isJPEG).map(\.stem)), pngs = Set(files.filter(\.isPNG).map(\.stem))
      for file in files where file.isJPEG && !pngs.contains(file.stem) {
        found.problems.append(DatasetProblem(.maskMissing, "\(name)/\(file.stem)", "\(file.name) has no PNG beside it"))
      }
      for file in files where file.isPNG && !jpegs.contains(file.stem) {
        found.problems.append(DatasetProblem(.imageMissing, "\(name)/\(file.stem)", "\(file.name) has no JPEG beside it"))
      }
      let own = pairs(files) { first, other in
        found.problems.append(DatasetProblem(.duplicate, "\(name)/\(first.stem)", "\(first.name) and \(other.name)"))
      }
      if own.isEmpty { continue }
      if position == nil { unlisted += 1 }
      let info = ClassInfo(
        index: (position ?? table.names.count + unlisted - 1) + 1, name: name,
        promptName: position.map { table.spacedNames[$0] } ?? name.replacingOccurrences(of: "_", with: " "),
        adeIndex: position.map { table.classToADE[$0] } ?? ClassTable.anyThing)
      let pairs = own.map { pair in
        (
          id: "\(name)/\(pair.image.stem)",
          files: FilePair(image: folder.path("\(name)/\(pair.image.name)"), mask: folder.path("\(name)/\(pair.mask.name)"))
        )
      }
      found.classes.append((info, pairs))
    }
    guard !found.classes.isEmpty else { throw given.wrong("no folder in it holds N.jpg with N.png (split \(split.rawValue))") }
    return ClassFolderDataset(found, threshold: source.readsMasksAsPublished ? .generator : .hsnet, resizesMasks: true)
  }

  /// Every N.jpg that has an N.png, by number.
  private static func pairs(
    _ files: [FileName], repeated: (FileName, FileName) -> Void = { _, _ in }
  ) -> [(image: FileName, mask: FileName)] {
    let masks = files.filter(\.isPNG).byStem(repeated)
    let found = files.filter(\.isJPEG).byStem(repeated).values.compactMap { image in masks[image.stem].map { (image, $0) } }
    return found.sorted { a, b in
      guard let x = Int(a.0.stem), let y = Int(b.0.stem), x != y else { return a.0.stem < b.0.stem }
      return x < y
    }
  }
}
