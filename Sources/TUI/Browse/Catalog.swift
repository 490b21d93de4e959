import Data

/// What the data set offers, as far as the screen needs it.
package struct Catalog: Hashable, Sendable {
  package let name: String
  package let classes: [ClassInfo]
  /// Novel classes of each fold, by index.
  package let folds: [[Int]]

  package init(name: String, classes: [ClassInfo], folds: [[Int]]) {
    self.name = name
    self.classes = classes
    self.folds = folds
  }

  /// A class's name, or its number when the data set does not know it.
  package func className(_ index: Int) -> String { classes.first { $0.index == index }?.name ?? "class \(index)" }
}

/// A support by what decides which images belong to it.
package struct SupportName: Hashable, Sendable {
  let item: String
  let classIndex: Int
}
