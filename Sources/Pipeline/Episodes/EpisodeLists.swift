/// The pictures of a fold as the published loaders list them.
public enum EpisodeLists {
  /// HSNet's three loaders draw from the same pictures in different ways.
  public enum HSNet: Sendable {
    /// PASCAL-5i: query `i` is line `i` of a list of pictures and classes; supports are drawn among the class's lines.
    case listed([Line])
    /// COCO-20i: class, query and supports are all drawn. Classes with fewer than two pictures must not be in it.
    case drawn([ClassPictures])
    /// FSS-1000: queries in the order of `queries`; supports are drawn among the class's pictures by their number.
    case numbered(queries: [Line], classes: [ClassPictures])

    public struct Line: Sendable {
      public let item: DatasetItem
      public let classIndex: Int

      public init(item: DatasetItem, classIndex: Int) {
        self.item = item
        self.classIndex = classIndex
      }
    }
  }

  /// The pictures of one class.
  public struct ClassPictures: Sendable {
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

  /// A picture serves a class in BAM's lists when its mask holds this many pixels of it.
  static let leastArea = 2 * 32 * 32

  /// The lists of a data set's fold: `pascal` by lines, `fss` numbered, all others drawn.
  ///
  /// Classes with a single picture are left out: the published loops would never end on them. Throws
  /// `PipelineError.unknownFold` or `.tooFewPictures`.
  public static func hsnet(_ dataset: any Dataset, fold: Int) throws -> HSNet {
    let classes = try pictures(dataset, fold: fold).filter { $0.items.count > 1 }
    guard !classes.isEmpty else {
      throw PipelineError.tooFewPictures(classIndex: nil, found: dataset.items.count, needed: 2, dataset: dataset.name)
    }
    switch dataset.name {
    case DatasetKind.pascal.rawValue:
      let usable = Set(classes.map(\.classIndex))
      return .listed(
        dataset.items.flatMap { item in
          item.classes.filter(usable.contains).map { HSNet.Line(item: item, classIndex: $0) }
        })
    case DatasetKind.fss.rawValue:
      let named = classes.sorted { name($0, dataset).utf8.lexicographicallyPrecedes(name($1, dataset).utf8) }
      return .numbered(
        queries: named.flatMap { own in
          own.items.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }.map { HSNet.Line(item: $0, classIndex: own.classIndex) }
        },
        classes: named.map { own in
          ClassPictures(classIndex: own.classIndex, items: own.items.sorted { number($0.id) < number($1.id) })
        })
    default: return .drawn(classes)
    }
  }

  /// BAM's lists of a fold. Reads every mask that holds one of its classes.
  public static func bam(_ dataset: any Dataset, fold: Int) throws -> BAM {
    let novel = try pictures(dataset, fold: fold).map(\.classIndex)
    var queries: [(item: DatasetItem, classes: [Int])] = [], files: [Int: [DatasetItem]] = [:]
    for item in dataset.items {
      let present = item.classes.filter(novel.contains)
      if present.isEmpty { continue }
      let large = try present.filter { index in
        try dataset.mask(item, of: index).labels.reduce(0) { $0 + ($1 == 1 ? 1 : 0) } >= leastArea
      }
      if large.isEmpty { continue }
      for index in large { files[index, default: []].append(item) }
      queries.append((item, present))
    }
    // A class without any file would leave nothing to draw: such pictures cannot be queries.
    queries.removeAll { !$0.classes.allSatisfy { files[$0] != nil } }
    guard !queries.isEmpty else {
      throw PipelineError.tooFewPictures(classIndex: nil, found: 0, needed: 2, dataset: dataset.name)
    }
    return BAM(queries: queries, files: files)
  }

  /// The pictures of each of a fold's classes, in the data set's order.
  private static func pictures(_ dataset: any Dataset, fold: Int) throws -> [ClassPictures] {
    let classes = dataset.classes(inFold: fold)
    guard !classes.isEmpty else { throw PipelineError.unknownFold(fold: fold, dataset: dataset.name, folds: dataset.folds) }
    var items: [Int: [DatasetItem]] = [:]
    for item in dataset.items {
      for index in item.classes { items[index, default: []].append(item) }
    }
    return classes.map { ClassPictures(classIndex: $0, items: items[$0] ?? []) }
  }

  private static func name(_ pictures: ClassPictures, _ dataset: any Dataset) -> String {
    dataset.classInfo(pictures.classIndex)?.name ?? ""
  }

  /// The number that a file name ends with, before its extension.
  private static func number(_ id: String) -> Int {
    let stem = id.split(separator: "/").last.map { $0.split(separator: ".").first ?? $0 } ?? ""
    return Int(stem.reversed().prefix { $0.isNumber }.reversed().map(String.init).joined()) ?? 0
  }
}
