import Data
import Foundation
import Generation
import Render

/// Images of the user's own in the data set; later starts know them too.
extension Workbench {
  /// The episodes that imported images give a fold, behind the ones drawn from the data set (`ImportedDataset.episodes`).
  /// Throws `CancellationError`.
  public func episodes(fold: Int, importedBeside drawn: [Episode]) async throws -> [Episode] {
    try await lookupLane.run { [imported] _ in imported.episodes(beside: drawn, fold: fold) }
  }

  /// Takes an image with its mask into the data set. In a mask without the label of a class of the data set everything that is set is the
  /// class, as it is for a class of the user's own, which every fold shows.
  ///
  /// Throws for unreadable files, sizes that differ, an empty mask, a class that there is none of, and `CoreError.badSetting` for a name
  /// without a letter that can be shown.
  public func importImage(image: URL, mask: URL, into meant: ImportClass) async throws -> ImportChange {
    try await lookupLane.run { [imported] _ in
      try imported.imports.add(imported.read(image: image, mask: mask, into: meant))
    }
  }

  /// Puts an imported image into another class; its files are read again. Throws as `importImage`, and `DataError.notImported`.
  public func moveImport(_ id: String, into meant: ImportClass) async throws -> ImportChange {
    try await lookupLane.run { [imported] _ in
      let old = try imported.imports.image(id)
      return try imported.imports.add(imported.read(image: old.image, mask: old.mask, into: meant), for: old)
    }
  }

  /// Takes an imported image out of the data set: its files stay where they are, and what was generated from it stays in the store.
  /// Throws `DataError.notImported` and `CoreError.cannotWrite`.
  public func removeImport(_ id: String) async throws -> ImportChange {
    try await lookupLane.run { [imported] _ in try imported.imports.remove(id) }
  }

  /// Takes a change of the imported images back. Returns what has changed by that. Throws `CoreError.cannotWrite`.
  public func undo(_ change: ImportChange) async throws -> ImportChange {
    try await lookupLane.run { [imported] _ in try imported.imports.undo(change) }
  }

  /// All imported images, in the order imported. Throws `CancellationError`.
  public func importedImages() async throws -> [ImportedImage] {
    try await lookupLane.run { [imported] _ in imported.imports.images }
  }

  /// Classes of the user's own, which imported images have brought.
  public var ownClasses: [ClassInfo] { imported.imports.classes }

  /// What is done to the stored rows of an image of the user's own. Throws `CancellationError`.
  public func turn(of item: DatasetItem) async throws -> Orientation {
    try await lookupLane.run { [imported] _ in imported.turn(of: item) ?? .upright }
  }
}
