import Data
import Render

/// Twelve images of 96x80 with one square each: a data set that needs no files. Four classes in two folds.
struct SquaresDataset: Dataset {
  let name = "squares"
  let folds = 2
  let classes = (1...4).map { ClassInfo(index: $0, name: "square \($0)", promptName: "square \($0)", adeIndex: 10 + $0) }
  let items = (0..<12).map { DatasetItem(id: "square-\($0)", classes: [$0 % 4 + 1]) }

  func classes(inFold fold: Int) -> [Int] { fold == 0 ? [1, 2] : fold == 1 ? [3, 4] : [] }

  func image(_ item: DatasetItem) throws -> Image {
    let number = try number(item)
    var image = Image(width: 96, height: 80, color: [30, UInt8(number * 9), 90])
    for y in square(number) { for x in square(number) { image[x, y, 0] = 220 } }
    return image
  }

  func mask(_ item: DatasetItem) throws -> LabelMask {
    let number = try number(item)
    var mask = LabelMask(width: 96, height: 80, labels: [UInt8](repeating: 0, count: 96 * 80))
    for y in square(number) { for x in square(number) { mask[x, y] = UInt8(number % 4 + 1) } }
    return mask
  }

  private func square(_ number: Int) -> Range<Int> { (5 + number)..<(65 + number) }

  private func number(_ item: DatasetItem) throws -> Int {
    guard let number = Int(item.id.dropFirst("square-".count)), items.indices.contains(number) else {
      throw DataError.unknownItem(id: item.id, dataset: name)
    }
    return number
  }
}
