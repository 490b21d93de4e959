/// A picture and one class in it: what auxiliary supports are painted for.
public struct Support: Codable, Hashable, Sendable {
  public let item: DatasetItem
  /// 1..., as in the masks.
  public let classIndex: Int

  public init(item: DatasetItem, classIndex: Int) {
    self.item = item
    self.classIndex = classIndex
  }
}

extension Dataset {
  /// Every picture with every novel class of a fold that it holds, in the data set's order.
  ///
  /// Throws `PipelineError.unknownFold`.
  public func supports(inFold fold: Int) throws -> [Support] {
    let novel = Set(classes(inFold: fold))
    guard !novel.isEmpty else { throw PipelineError.unknownFold(fold: fold, dataset: name, folds: folds) }
    return items.flatMap { item in
      item.classes.filter(novel.contains).map { Support(item: item, classIndex: $0) }
    }
  }
}
