import Data

/// What the data set offers, as far as the screen needs it.
public struct Catalog: Hashable, Sendable {
  public let name: String
  public let classes: [ClassInfo]
  /// Novel classes of each fold, by index.
  public let folds: [[Int]]

  public init(name: String, classes: [ClassInfo], folds: [[Int]]) {
    self.name = name
    self.classes = classes
    self.folds = folds
  }

  /// The classes of the user's own.
  public var ownClasses: [ClassInfo] { classes.filter { Self.isOwn($0.index) } }

  /// Whether a class is one of the user's own, whose number nobody has seen.
  static func isOwn(_ index: Int) -> Bool { index > ImportList.ownClasses }

  /// A class's name, or its number when the data set does not know it.
  public func className(_ index: Int) -> String { classes.first { $0.index == index }?.name ?? "class \(index)" }
}
