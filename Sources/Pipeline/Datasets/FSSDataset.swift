import Foundation
import Render

/// FSS-1000: one folder a class, `N.jpg` with its mask `N.png`.
///
/// Class index = position in the published list of 1000 names; folders of other names follow after it. All classes found
/// are one fold. Pictures have a single class, whose label in `mask(_:)` is 1.
public final class FSSDataset: Dataset {
  static let layout = """
      DIR/african_elephant/1.jpg   (or DIR/FSS-1000/..., DIR/fewshot_data/...)
      DIR/african_elephant/1.png   (its mask)
    """

  /// When a grey value counts as foreground; the two rules in use give different masks.
  public enum Threshold: Sendable {
    /// HSNet's: Pillow's grey at least 128.
    case hsnet
    /// The published generator's: the grey that OpenCV reads from a colour PNG at least 100.
    case generator
  }

  public let name = "fss"
  /// The classes found on disk, by index; not contiguous.
  public let classes: [ClassInfo]
  public let folds = 1
  public let items: [DatasetItem]

  private let pairs: [String: FilePair]
  private let threshold: Threshold

  private struct Table: Decodable {
    let names: [String]
    let spacedNames: [String]
    let classToADE: [Int]

    enum CodingKeys: String, CodingKey {
      case names
      case spacedNames = "spaced_names"
      case classToADE = "class_to_ade"
    }
  }

  /// Lists the folders below `root`. Throws `PipelineError`.
  public init(root: URL, threshold: Threshold = .hsnet) throws {
    self.threshold = threshold
    let given = try RootFolder(root, dataset: "fss", layout: Self.layout)
    let inner = ["FSS-1000", "fewshot_data"].first(where: given.hasFolder)
    let folder = try inner.map(given.folder) ?? given
    let table = try AssetTable.load("fss", as: Table.self)
    guard table.names.count == table.spacedNames.count, table.names.count == table.classToADE.count else {
      throw PipelineError.malformedFile(path: "tables/fss.json", reason: "its lists do not fit each other")
    }
    var indexOf: [String: Int] = [:]
    for (position, name) in table.names.enumerated() { indexOf[name] = position }
    var classes: [ClassInfo] = []
    var items: [DatasetItem] = []
    var pairs: [String: FilePair] = [:]
    for className in folder.names() where folder.hasFolder(className) {
      let numbers = Self.numbers(folder.names(in: className))
      if numbers.isEmpty { continue }
      let position = indexOf[className]
      let unlisted = classes.filter { $0.index > table.names.count }.count
      let info = ClassInfo(
        index: (position ?? table.names.count + unlisted) + 1, name: className,
        promptName: position.map { table.spacedNames[$0] } ?? className.replacingOccurrences(of: "_", with: " "),
        adeIndex: position.map { table.classToADE[$0] } ?? ClassTable.anyThing)
      classes.append(info)
      for number in numbers {
        let id = "\(className)/\(number)"
        let base = folder.url.appendingPathComponent(className)
        pairs[id] = FilePair(
          image: base.appendingPathComponent("\(number).jpg"), mask: base.appendingPathComponent("\(number).png"))
        items.append(DatasetItem(id: id, classes: [info.index]))
      }
    }
    guard !items.isEmpty else { throw given.wrong("no folder in it holds N.jpg with N.png") }
    self.classes = classes.sorted { $0.index < $1.index }
    self.items = items
    self.pairs = pairs
  }

  /// N of every N.jpg that has an N.png, by number.
  private static func numbers(_ names: [String]) -> [String] {
    let all = Set(names)
    let found = names.filter { $0.hasSuffix(".jpg") }.map { String($0.dropLast(4)) }.filter { all.contains("\($0).png") }
    return found.sorted { a, b in
      guard let x = Int(a), let y = Int(b), x != y else { return a < b }
      return x < y
    }
  }

  public func classes(inFold fold: Int) -> [Int] { fold == 0 ? classes.map(\.index) : [] }

  public func image(_ item: DatasetItem) throws -> Image { try pair(item).readImage() }

  public func mask(_ item: DatasetItem) throws -> LabelMask {
    let picture = try Image(pngOrJpeg: pair(item).mask)
    let (formula, least): (Image.GreyFormula, UInt8) =
      switch threshold {
      case .hsnet: (.pillow, 128)
      case .generator: (.libpng, 100)
      }
    let labels = picture.grey(formula).pixels.map { $0 >= least ? 1 : 0 as UInt8 }
    return LabelMask(width: picture.width, height: picture.height, labels: labels)
  }

  public func mask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
    var mask = try mask(item)
    if !item.classes.contains(classIndex) { mask.labels = [UInt8](repeating: 0, count: mask.labels.count) }
    return mask
  }

  private func pair(_ item: DatasetItem) throws -> FilePair {
    guard let pair = pairs[item.id] else { throw PipelineError.unknownItem(id: item.id, dataset: name) }
    return pair
  }
}
