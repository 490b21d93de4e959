import Core
import Foundation
import Render
import Synchronization

/// The data set that the program draws itself: 128x128 scenes of twenty everyday silhouettes, 4 folds of 5 classes.
///
/// Scenes are drawn when asked for (a few milliseconds) and the last ones are kept.
public final class DemoDataset: Dataset {
  public let name = "demo"
  public let classes: [ClassInfo]
  public let folds = 4
  public let items: [DatasetItem]

  /// A class counts as present in a scene when it covers at least this share of it.
  public static let leastShare = 0.02

  private let seed: UInt64
  private let drawn = Mutex<[(index: Int, image: Image, mask: LabelMask)]>([])
  private static let kept = 64

  /// The evaluation set (seed 0), whose classes present are known from `tables/demo.json` without drawing.
  /// Throws `CoreError` when its class table cannot be read.
  public init() throws {
    let table = try AssetTable.load("demo", as: Table.self)
    classes = try Self.classes()
    seed = table.scenes.seed
    let count = classes.count
    guard table.scenes.classes.allSatisfy({ $0.allSatisfy { (1...count).contains($0) } }) else {
      throw CoreError.malformedFile(path: "tables/demo.json", reason: "a scene has a class outside 1...\(count)")
    }
    items = table.scenes.classes.enumerated().map { DatasetItem(id: Self.id($0.offset), classes: $0.element) }
  }

  private struct Table: Decodable {
    struct Scenes: Decodable {
      let seed: UInt64
      let classes: [[Int]]
    }
    let scenes: Scenes
  }

  static func classes() throws -> [ClassInfo] {
    try AssetTable.load("demo", as: ClassTable.self).classes(table: "demo")
  }

  static func id(_ index: Int) -> String {
    let digits = String(index)
    return "scene-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  public func classes(inFold fold: Int) -> [Int] {
    (0..<folds).contains(fold) ? Array((5 * fold + 1)...(5 * fold + 5)) : []
  }

  public func item(_ id: String) -> DatasetItem? { index(id).map { items[$0] } }

  private func index(_ id: String) -> Int? {
    guard let index = Int(id.dropFirst("scene-".count)), items.indices.contains(index), items[index].id == id else { return nil }
    return index
  }

  public func version(of item: DatasetItem) -> ItemVersion? { ItemVersion() }

  public func image(_ item: DatasetItem) throws -> Image { try image(item).image }

  public func mask(_ item: DatasetItem) throws -> LabelMask { try image(item).mask }

  /// A support as a perfect painter would draw it (`DemoScene.redraw`); throws as `image`.
  func redrawn(_ support: GeneratedSupport) throws -> Image {
    guard let index = index(support.item.id) else { throw DataError.unknownItem(id: support.item.id, dataset: name) }
    return DemoScene.redraw(seed: seed, index: index, label: UInt8(support.classIndex), number: support.number)
  }

  private func image(_ item: DatasetItem) throws -> (image: Image, mask: LabelMask) {
    guard let index = index(item.id) else { throw DataError.unknownItem(id: item.id, dataset: name) }
    if let known = drawn.withLock({ $0.first { $0.index == index } }) { return (known.image, known.mask) }
    let scene = DemoScene.draw(seed: seed, index: index)
    drawn.withLock { kept in
      if kept.count >= Self.kept { kept.removeFirst() }
      kept.append((index, scene.image, scene.mask))
    }
    return scene
  }

  /// Classes that cover at least `leastShare` of a mask, ascending.
  public static func classesPresent(_ mask: LabelMask) -> [Int] {
    let least = Int((leastShare * Double(mask.labels.count)).rounded(.up))
    return mask.histogram.enumerated().filter { (1...254).contains($0.offset) && $0.element >= least }.map(\.offset)
  }
}
