import Core
import Foundation

/// One numbering of classes for all annotation files of a folder.
///
/// Exports of one data set often list the same categories in another order, or with other ids, for training and validation. A class must
/// have one number all the same, or folds would mean other classes in each: names tell categories apart.
struct COCONumbering {
  /// An annotation file and its categories' names in their order.
  struct File {
    let url: URL
    let names: [String]
  }

  /// Class k has the name k - 1.
  let names: [String]
  /// What was found to differ.
  private(set) var problems: [DatasetProblem] = []

  /// The published order where the categories are COCO's own 80, else that of the first file by name, read or not, that has the same ones.
  ///
  /// `read` are the files that are used, one or more. Throws `DataError.categoriesDiffer` when these do not list the same categories.
  init(read: [File], others: [File], published: [String]) throws {
    guard let first = read.first else {
      names = []
      return
    }
    let own = Set(first.names)
    for file in read.dropFirst() where file.names != first.names {
      // A name that occurs twice tells nothing apart.
      let odd = own.symmetricDifference(file.names).min() ?? Self.repeated(first.names) ?? Self.repeated(file.names)
      if let odd { throw DataError.categoriesDiffer(first: first.url.path, second: file.url.path, name: odd) }
    }
    if published.count == first.names.count, Set(published) == own {
      names = published
      problems = read.filter { $0.names != published }.map { file in
        DatasetProblem(.categoriesReordered, file.url.lastPathComponent, "its categories are not in COCO's order: classes have their published numbers")
      }
      return
    }
    let same = (read + others).filter { $0.names.count == first.names.count && Set($0.names) == own && Self.repeated($0.names) == nil }
    let reference = same.min { $0.url.lastPathComponent < $1.url.lastPathComponent } ?? first
    names = reference.names
    problems = read.filter { $0.names != reference.names }.map { file in
      DatasetProblem(
        .categoriesReordered, file.url.lastPathComponent,
        "its categories are in another order than in \(reference.url.lastPathComponent): classes are numbered as there")
    }
    let splits = ["instances_train", "instances_val"]
    for file in others where Set(file.names) != own && splits.contains(where: file.url.lastPathComponent.hasPrefix) {
      let odd = own.symmetricDifference(file.names).min() ?? ""
      problems.append(
        DatasetProblem(
          .categoriesDiffer, file.url.lastPathComponent,
          PlainText.clean("only one of it and \(first.url.lastPathComponent) has \"\(odd)\": a class has another number there, and folds other classes")))
    }
  }

  /// The class of each category of a file; nil when they are numbered as they are.
  func map(_ file: [String]) -> [Int]? {
    guard file != names else { return nil }
    let numbers = Dictionary(names.enumerated().map { ($0.element, $0.offset + 1) }, uniquingKeysWith: { first, _ in first })
    let map = file.compactMap { numbers[$0] }
    return map.count == file.count ? map : nil
  }

  private static func repeated(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }
}

extension COCOReader {
  private static let ends = 1 << 20

  /// The names of an annotation file's categories, from its beginning or end where they are there, else from all of it; nil for a file
  /// that has none or is broken.
  static func categoryNames(_ url: URL) -> [String]? {
    let size = FileStamp(of: url.path).size
    guard size > 0, let file = try? FileRanges(url) else { return nil }
    if size > 2 * ends {
      for range in [size - ends..<size, 0..<ends] {
        if let bytes = try? file.bytes(range), let names = categoryNames(in: bytes) { return names }
      }
    }
    guard size <= 4 << 30, let bytes = try? file.bytes(0..<size) else { return nil }
    var cursor = JSONCursor(bytes), names: [String]?
    try? cursor.members { key, cursor in
      if key == "categories" { names = try Self.names(&cursor) } else { try cursor.skip() }
    }
    return names
  }

  /// Behind the last `"categories":` of a piece of a file.
  private static func categoryNames(in bytes: [UInt8]) -> [String]? {
    let data = Data(bytes)
    guard let key = data.range(of: Data("\"categories\"".utf8), options: .backwards) else { return nil }
    guard let colon = data[key.upperBound...].firstIndex(of: UInt8(ascii: ":")), data[key.upperBound..<colon].allSatisfy({ [0x20, 0x0A, 0x0D, 0x09].contains($0) })
    else { return nil }
    var cursor = JSONCursor(bytes, range: colon + 1..<bytes.count)
    return try? names(&cursor)
  }

  private static func names(_ cursor: inout JSONCursor) throws -> [String] {
    var names: [String] = []
    try cursor.elements { cursor in
      try cursor.members { key, cursor in
        if key == "name" { names.append(try cursor.string()) } else { try cursor.skip() }
      }
    }
    return names
  }
}
