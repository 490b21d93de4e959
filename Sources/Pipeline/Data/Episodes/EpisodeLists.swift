import Core
import Foundation
import Models

/// The images of a fold as the published loaders list them.
public enum EpisodeLists {
  /// HSNet's three loaders draw from the same images in different ways.
  public enum HSNet: Sendable {
    /// PASCAL-5i: query `i` is line `i` of a list of images and classes; supports are drawn among the class's lines.
    case listed([Line])
    /// COCO-20i: class, query and supports are all drawn.
    case drawn([ClassImages])
    /// FSS-1000: queries in the order of `queries`; supports are drawn among the class's images by their number.
    case numbered(queries: [Line], classes: [ClassImages])

    public struct Line: Sendable {
      public let item: DatasetItem
      public let classIndex: Int

      public init(item: DatasetItem, classIndex: Int) {
        self.item = item
        self.classIndex = classIndex
      }
    }
  }

  /// The images of one class.
  public struct ClassImages: Sendable {
    public let classIndex: Int
    public let items: [DatasetItem]

    public init(classIndex: Int, items: [DatasetItem]) {
      self.classIndex = classIndex
      self.items = items
    }
  }

  /// BAM's lists: queries with the fold's classes in each mask, and the files supports are drawn from.
  public struct BAM: Sendable {
    public let queries: [(item: DatasetItem, classes: [Int])]
    public let files: [Int: [DatasetItem]]

    public init(queries: [(item: DatasetItem, classes: [Int])], files: [Int: [DatasetItem]]) {
      self.queries = queries
      self.files = files
    }
  }

  /// HSNet's lists of a fold: the published ones where `files` are given, else made from the masks.
  ///
  /// Made ones: PASCAL-5i by lines and COCO-20i by class, of images that are large enough and that hold any of a class; FSS-1000 by
  /// number; all others drawn by class. Classes with a single image are left out: the published loops would never end on them.
  /// Throws `DataError.unknownFold`, `.nothingToDraw` and what reading lists throws.
  public static func hsnet(_ dataset: any Dataset, fold: Int, files: ListFiles? = nil) throws -> HSNet {
    let wanted = try classes(dataset, fold: fold)
    if let files {
      let (list, read) = try files.hsnet(dataset, fold: fold)
      let file = read.last ?? files.url
      return try drawable(published(list, file, dataset, fold: fold, classes: Set(wanted)), from: file.path)
    }
    return try drawable(made(dataset, wanted), from: "data set \(dataset.name), split \(dataset.split.rawValue), fold \(fold)")
  }

  /// HSNet's lists by the masks.
  private static func made(_ dataset: any Dataset, _ classes: [Int]) -> HSNet {
    switch dataset.name {
    case DatasetKind.pascal.rawValue:
      let wanted = Set(classes)
      return .listed(
        dataset.items.flatMap { item in
          dataset.listedClasses(of: item).filter(wanted.contains).map { HSNet.Line(item: item, classIndex: $0) }
        })
    case DatasetKind.fss.rawValue: return numbered(images(dataset, classes, in: \.classes), dataset)
    default: return .drawn(images(dataset, classes, in: \.classes))
    }
  }

  /// A list without the classes of a single image. Throws `DataError.nothingToDraw` when nothing is left.
  private static func drawable(_ lists: HSNet, from source: String) throws -> HSNet {
    let usable = lists.withoutSingles
    guard !usable.isEmpty else { throw DataError.nothingToDraw(source: source, classes: lists.classCount) }
    return usable
  }

  /// BAM's lists of a fold: the published ones where `files` are given, else made from the masks by the same rule.
  ///
  /// An image is listed for the classes that are large enough in it; as a query it stands for every class of the fold that its mask holds at
  /// all. In a training split images with any novel class are left out. What classes a listed query has that the data set lacks is taken
  /// from where it is listed as a support. Throws `DataError.unknownFold`, `.nothingToDraw`, `.notInDataset` when the data set has none
  /// of the queries, and what reading lists throws.
  public static func bam(_ dataset: any Dataset, fold: Int, files: ListFiles? = nil) throws -> BAM {
    let wanted = Set(try classes(dataset, fold: fold))
    var queries: [(item: DatasetItem, classes: [Int])] = [], listed: [Int: [DatasetItem]] = [:]
    var source = "data set \(dataset.name), split \(dataset.split.rawValue), fold \(fold)"
    if let files {
      let (pairs, classes, file) = try files.bam(dataset, fold: fold)
      guard case .pairs(let names) = pairs, case .classes(let entries) = classes else {
        throw CoreError.malformedFile(path: file.path, reason: "it and its sub_class_file_list are not BAM's lists")
      }
      try ListPart.check(Set(entries.filter { !$0.names.isEmpty }.map(\.classIndex)), of: files.classes(beside: file).path, fold: fold, dataset)
      let items = ListedItems(dataset, list: file.path)
      let found = try names.map(items.item)
      if !found.contains(where: items.has), let first = found.first {
        throw DataError.notInDataset(list: file.path, missing: found.count, of: found.count, first: first.id)
      }
      try ListPart.check(found, of: file.path, fold: fold, dataset)
      var classesOf: [String: Set<Int>] = [:]
      for entry in entries where wanted.contains(entry.classIndex) {
        listed[entry.classIndex] = try entry.names.map(items.item)
        for item in listed[entry.classIndex] ?? [] { classesOf[item.id, default: []].insert(entry.classIndex) }
      }
      // The class of a query is drawn among those in its mask.
      queries = found.map { item in
        (item, (items.has(item) ? item.classes : (classesOf[item.id] ?? []).sorted()).filter(wanted.contains))
      }.filter { !$0.classes.isEmpty }
      source = file.path
    } else {
      let large = dataset.items.map { dataset.listedClasses(of: $0).filter(wanted.contains) }
      let usable = Set(large.flatMap { $0 })
      for (item, large) in zip(dataset.items, large) where !large.isEmpty {
        if dataset.split == .train, !item.classes.allSatisfy(wanted.contains) { continue }
        let own = item.classes.filter(wanted.contains)
        // A class that is large nowhere leaves nothing to draw: the published sampler fails on its images.
        guard own.allSatisfy(usable.contains) else { continue }
        for index in large { listed[index, default: []].append(item) }
        queries.append((item, own))
      }
    }
    queries.removeAll { !$0.classes.allSatisfy { !(listed[$0] ?? []).isEmpty } }
    // A query whose classes have no other image would be its own support.
    let alone = listed.compactMapValues { items in items.first.flatMap { first in items.allSatisfy { $0.id == first.id } ? first.id : nil } }
    guard queries.contains(where: { query in query.classes.contains { alone[$0] != query.item.id } }) else {
      throw DataError.nothingToDraw(source: source, classes: Set(queries.flatMap(\.classes)).count)
    }
    return BAM(queries: queries, files: listed)
  }

  private static func classes(_ dataset: any Dataset, fold: Int) throws -> [Int] {
    let classes = dataset.classes(inFold: fold)
    guard !classes.isEmpty else { throw DataError.unknownFold(fold: fold, dataset: dataset.name, folds: dataset.folds) }
    return classes
  }

  /// From a published list, whatever of it the data set has.
  static func published(_ list: PublishedList, _ file: URL, _ dataset: any Dataset, fold: Int, classes wanted: Set<Int>) throws -> HSNet {
    let items = ListedItems(dataset, list: file.path)
    switch list {
    case .lines(let lines):
      try ListPart.check(Set(lines.map(\.classIndex)), of: file.path, fold: fold, dataset)
      return .listed(
        try lines.filter { wanted.contains($0.classIndex) }.map { HSNet.Line(item: try items.item($0.name), classIndex: $0.classIndex) })
    case .classes(let entries):
      try ListPart.check(Set(entries.filter { !$0.names.isEmpty }.map(\.classIndex)), of: file.path, fold: fold, dataset)
      return .drawn(
        try entries.filter { wanted.contains($0.classIndex) }.map { ClassImages(classIndex: $0.classIndex, items: try $0.names.map(items.item)) })
    case .names(let names) where dataset.name == DatasetKind.fss.rawValue:
      // The published loader takes ten images a class for granted.
      let table = try FSSFolder.Table.load()
      let positions = Dictionary(table.names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
      let known = try names.map { name in
        guard let position = positions[name] else {
          throw CoreError.malformedFile(path: file.path, reason: "\"\(PlainText.clean(name))\" is none of the 1000 classes")
        }
        return (name: name, position: position)
      }
      try ListPart.check(Set(known.map(\.position)), of: file.path, table, dataset)
      return numbered(
        try known.map { own in ClassImages(classIndex: own.position + 1, items: try (1...10).map { try items.item("\(own.name)/\($0).jpg") }) },
        names: names)
    case .pairs, .names:
      throw CoreError.malformedFile(path: file.path, reason: "it is no list of HSNet's")
    }
  }

  /// FSS-1000: classes sorted by name, queries by name within them (1, 10, 2, ...), supports drawn by number.
  private static func numbered(_ classes: [ClassImages], _ dataset: any Dataset) -> HSNet {
    numbered(classes, names: classes.map { dataset.classInfo($0.classIndex)?.name ?? "" })
  }

  private static func numbered(_ classes: [ClassImages], names: [String]) -> HSNet {
    let sorted = zip(classes, names).sorted { $0.1.utf8.lexicographicallyPrecedes($1.1.utf8) }.map(\.0)
    return .numbered(
      queries: sorted.flatMap { own in
        own.items.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }.map { HSNet.Line(item: $0, classIndex: own.classIndex) }
      },
      classes: sorted.map { own in
        ClassImages(classIndex: own.classIndex, items: own.items.sorted { number($0.id) < number($1.id) })
      })
  }

  /// The images of each of some classes, in the data set's order.
  private static func images(_ dataset: any Dataset, _ classes: [Int], in present: (DatasetItem) -> [Int]) -> [ClassImages] {
    var items: [Int: [DatasetItem]] = [:]
    for item in dataset.items {
      for index in present(item) { items[index, default: []].append(item) }
    }
    return classes.map { ClassImages(classIndex: $0, items: items[$0] ?? []) }
  }

  /// The number that a file name ends with, before its extension.
  private static func number(_ id: String) -> Int {
    let stem = id.split(separator: "/").last.map { $0.split(separator: ".").first ?? $0 } ?? ""
    return Int(stem.reversed().prefix { $0.isNumber }.reversed().map(String.init).joined()) ?? 0
  }
}
