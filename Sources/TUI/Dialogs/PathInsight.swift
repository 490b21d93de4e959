import Data

/// What a typed path is for.
public enum PathUse: Hashable, Sendable {
  /// A PNG or JPEG file that is there.
  case image
  /// A folder to write into.
  case newFolder
  /// A file to write.
  case newFile
  /// A folder with a data set.
  case dataset
}

/// What is known of a typed path: what it is, and how it may go on.
public struct PathInsight: Hashable, Sendable {
  /// The path as typed.
  public let text: String
  /// What it is, in a clause.
  public let verdict: String
  /// Whether it will do.
  public let isGood: Bool
  /// The names that it may go on with, folders with a slash.
  public let names: [String]
  /// The path as far as all of these agree.
  public let completed: String

  public init(text: String, verdict: String, isGood: Bool, names: [String] = [], completed: String? = nil) {
    (self.text, self.verdict, self.isGood, self.names, self.completed) = (text, verdict, isGood, names, completed ?? text)
  }
}

extension TextPurpose {
  /// What the text is a path of; nil for other text.
  public var path: PathUse? {
    switch self {
    case .recall, .importImage, .importMask: .image
    case .exportKept: .newFolder
    case .report: .newFile
    case .openFolder: .dataset
    case .presetName, .className: nil
    }
  }
}
