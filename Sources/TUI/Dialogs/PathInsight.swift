import Data

/// What a typed path is for.
public enum PathUse: Hashable, Sendable {
  /// A PNG or JPEG file that is there.
  case image
  /// One that can be read to its end.
  case ownImage
  /// One that is the mask of another one.
  case mask(of: String)
  /// A folder to write into.
  case newFolder
  /// A file to write.
  case newFile
  /// A folder with a data set.
  case dataset

  /// Whether nothing goes on before it is known that the path will do.
  var isChecked: Bool {
    switch self {
    case .ownImage, .mask, .dataset: true
    case .image, .newFolder, .newFile: false
    }
  }
}

/// What is known of a typed path: what it is, and how it may go on.
public struct PathInsight: Hashable, Sendable {
  /// The path as typed.
  public let text: String
  /// What it is, in a clause.
  public let verdict: String
  /// Whether it will do.
  public let isGood: Bool
  /// Whether it is worth a try though it will probably not do: opening a folder tells more of it.
  public let mayDo: Bool
  /// The names that it may go on with, folders with a slash.
  public let names: [String]
  /// The path as far as all of these agree.
  public let completed: String
  /// What is more probably meant, where the path is only a guess and there is nothing.
  public let instead: String?
  /// The class indices of a mask that has several.
  public let labels: [Int]

  public init(
    text: String, verdict: String, isGood: Bool, mayDo: Bool = false, names: [String] = [], completed: String? = nil,
    instead: String? = nil, labels: [Int] = []
  ) {
    (self.text, self.verdict, self.isGood, self.mayDo) = (text, verdict, isGood, isGood || mayDo)
    (self.names, self.completed) = (names, completed ?? text)
    (self.instead, self.labels) = (instead, labels)
  }
}

extension TextPurpose {
  /// What the text is a path of; nil for other text.
  public var path: PathUse? {
    switch self {
    case .recall: .image
    case .importImage: .ownImage
    case .importMask(let image): .mask(of: image)
    case .exportKept: .newFolder
    case .report: .newFile
    case .openFolder: .dataset
    case .presetName, .className: nil
    }
  }
}
