/// What a data set holds: how many images show each class of each fold, and what is wrong with its files.
public struct DatasetReport: Encodable, Sendable {
  public struct Class: Encodable, Sendable {
    public let info: ClassInfo
    public let fold: Int
    /// Images that show the class, and of these the ones in which it is large enough to be listed.
    public let images: Int
    public let listed: Int

    private enum CodingKeys: String, CodingKey {
      case info, fold, listed
      case images = "pictures"
    }
  }

  public let dataset: String
  public let split: DatasetSplit
  public let images: Int
  /// Fold by fold.
  public let classes: [Class]
  public let problems: [DatasetProblem]

  private enum CodingKeys: String, CodingKey {
    case dataset, split, classes, problems
    case images = "pictures"
  }

  public init(_ dataset: any Dataset, problems: [DatasetProblem]) {
    var images: [Int: Int] = [:], listed: [Int: Int] = [:]
    for item in dataset.items {
      for index in item.classes { images[index, default: 0] += 1 }
      for index in dataset.listedClasses(of: item) { listed[index, default: 0] += 1 }
    }
    classes = (0..<dataset.folds).flatMap { fold in
      dataset.classes(inFold: fold).compactMap { index in
        dataset.classInfo(index).map { Class(info: $0, fold: fold, images: images[index] ?? 0, listed: listed[index] ?? 0) }
      }
    }
    self.dataset = dataset.name
    split = dataset.split
    self.images = dataset.items.count
    self.problems = problems
  }
}
