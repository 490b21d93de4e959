import Foundation

/// FSS-1000 as it lies on a disk: one folder a class, `N.jpg` with its mask `N.png`.
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
      else { throw PipelineError.malformedFile(path: "tables/fss.json", reason: "its lists do not fit each other") }
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
    return folder.names().contains { known.contains($0) && !numbers(folder.names(in: $0)).isEmpty }
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
      let files = folder.names(in: name), all = Set(files)
      for file in files where file.hasSuffix(".jpg") && !all.contains(file.dropLast(4) + ".png") {
        found.problems.append(DatasetProblem(.maskMissing, "\(name)/\(file.dropLast(4))", "\(file) has no PNG beside it"))
      }
      for file in files where file.hasSuffix(".png") && !all.contains(file.dropLast(4) + ".jpg") {
        found.problems.append(DatasetProblem(.imageMissing, "\(name)/\(file.dropLast(4))", "\(file) has no JPEG beside it"))
      }
      let numbers = numbers(files)
      if numbers.isEmpty { continue }
      if position == nil { unlisted += 1 }
      let info = ClassInfo(
        index: (position ?? table.names.count + unlisted - 1) + 1, name: name,
        promptName: position.map { table.spacedNames[$0] } ?? name.replacingOccurrences(of: "_", with: " "),
        adeIndex: position.map { table.classToADE[$0] } ?? ClassTable.anyThing)
      let pairs = numbers.map { number in
        (
          id: "\(name)/\(number)",
          files: FilePair(image: folder.path("\(name)/\(number).jpg"), mask: folder.path("\(name)/\(number).png"))
        )
      }
      found.classes.append((info, pairs))
    }
    guard !found.classes.isEmpty else { throw given.wrong("no folder in it holds N.jpg with N.png (split \(split.rawValue))") }
    return ClassFolderDataset(found, threshold: source.readsMasksAsPublished ? .generator : .hsnet)
  }

  /// N of every N.jpg that has an N.png, by number.
  private static func numbers(_ names: [String]) -> [String] {
    let all = Set(names)
    let found = names.filter { $0.hasSuffix(".jpg") }.map { String($0.dropLast(4)) }.filter { all.contains("\($0).png") }
    return found.sorted { a, b in
      guard let x = Int(a), let y = Int(b), x != y else { return a < b }
      return x < y
    }
  }
}
