import Foundation

/// An image and one class in it: what auxiliary supports are generated for.
public struct Support: Codable, Hashable, Sendable {
  public let item: DatasetItem
  /// 1..., as in the masks; 0 for a listed image that is not there, so that nobody knows its classes.
  public let classIndex: Int

  public init(item: DatasetItem, classIndex: Int) {
    self.item = item
    self.classIndex = classIndex
  }

  /// What tells a support from the others of its data set, where its image need not be at hand.
  public struct Name: Hashable, Sendable {
    /// The item's identifier.
    public let item: String
    public let classIndex: Int

    public init(item: String, classIndex: Int) {
      self.item = item
      self.classIndex = classIndex
    }
  }

  public var name: Name { Name(item: item.id, classIndex: classIndex) }
}

extension Dataset {
  /// Every image with every class of a fold that is large enough in it, in the data set's order.
  ///
  /// Throws `DataError.unknownFold`.
  public func supports(inFold fold: Int) throws -> [Support] {
    let wanted = Set(classes(inFold: fold))
    guard !wanted.isEmpty else { throw DataError.unknownFold(fold: fold, dataset: name, folds: folds) }
    return items.flatMap { item in
      listedClasses(of: item).filter(wanted.contains).map { Support(item: item, classIndex: $0) }
    }
  }

  /// The supports that a published list names, in its order: with the class where the list says it, else every class in the mask.
  ///
  /// What the data set does not have is among them, for the caller to fail on one by one. Throws what `PublishedList` throws, and
  /// `DataError.nameEscapesRoot`.
  public func supports(listedIn list: URL) throws -> [Support] {
    let items = ListedItems(self, list: list.path)
    func all(_ item: DatasetItem) -> [Support] {
      // One that is not there has no classes; it must not vanish silently.
      (items.has(item) ? item.classes : [0]).map { Support(item: item, classIndex: $0) }
    }
    switch try PublishedList(list) {
    case .lines(let lines): return try lines.map { Support(item: try items.item($0.name), classIndex: $0.classIndex) }
    case .classes(let classes):
      return try classes.flatMap { own in try own.names.map { Support(item: try items.item($0), classIndex: own.classIndex) } }
    case .pairs(let names): return try names.flatMap { all(try items.item($0)) }
    case .names(let names):
      // A class's name stands for all its images.
      let own = Dictionary(grouping: self.items, by: { $0.id.split(separator: "/").dropLast().joined(separator: "/") })
      return try names.flatMap { name in try own[name].map { $0.flatMap(all) } ?? all(items.item(name)) }
    }
  }
}
