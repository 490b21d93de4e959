import Core
import Foundation

/// Finds a data set's items for the names in published lists, which are the authors' paths (`../data/MSCOCO2014/val2014/...`).
///
/// A name can only ever choose an item; it is never opened as a path. What the data set does not have becomes an item that
/// cannot be read, so that draws are those of the whole list.
struct ListedItems {
  private let dataset: any Dataset
  /// How many steps of a path make a name.
  private let steps: Int
  private let list: String

  /// `list` is named in errors.
  init(_ dataset: any Dataset, list: String) {
    self.dataset = dataset
    steps = dataset.items.first?.id.contains("/") == true ? 2 : 1
    self.list = list
  }

  /// The item of a listed name. Throws `DataError.nameEscapesRoot` for names that end in `..` or nothing.
  func item(_ name: String) throws -> DatasetItem {
    let parts = name.split(separator: "/").suffix(steps)
    guard let last = parts.last, !parts.contains(".."), !name.utf8.contains(0), last != "." else {
      throw DataError.nameEscapesRoot(name: PlainText.clean(name), file: list)
    }
    let id = (parts.dropLast() + [Substring(COCODataset.base(String(last)))]).joined(separator: "/")
    return dataset.item(id) ?? DatasetItem(id: id, classes: [])
  }

  /// Whether the data set has an item.
  func has(_ item: DatasetItem) -> Bool { dataset.item(item.id) != nil }
}
