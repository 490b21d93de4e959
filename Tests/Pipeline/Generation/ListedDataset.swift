import Data
import Render

/// Images of 96x80 under any names, each with one class in its left half. Names in `broken` cannot be read.
struct ListedDataset: Dataset {
  struct Unreadable: Error, CustomStringConvertible { let description = "it cannot be read" }

  let name: String
  let folds = 1
  let classes: [ClassInfo]
  let items: [DatasetItem]
  var broken: Set<String> = []

  init(name: String = "listed", _ items: [(id: String, classIndex: Int)]) {
    self.name = name
    self.items = items.map { DatasetItem(id: $0.id, classes: [$0.classIndex]) }
    classes = Set(items.map(\.classIndex)).sorted().map {
      ClassInfo(index: $0, name: "thing \($0)", promptName: "thing \($0)", adeIndex: $0)
    }
  }

  var supports: [Support] { items.map { Support(item: $0, classIndex: $0.classes[0]) } }

  func classes(inFold fold: Int) -> [Int] { classes.map(\.index) }

  func image(_ item: DatasetItem) throws -> Image {
    if broken.contains(item.id) { throw Unreadable() }
    return Image(width: 96, height: 80, color: [UInt8(item.id.utf8.reduce(0) { $0 &+ $1 }), 90, 20])
  }

  func mask(_ item: DatasetItem) throws -> LabelMask {
    LabelMask(width: 96, height: 80, labels: (0..<96 * 80).map { $0 % 96 < 48 ? UInt8(item.classes[0]) : 0 })
  }
}
