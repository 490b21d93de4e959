import Core
import Foundation

/// Opens data sets by kind.
public enum Datasets {
  /// Opens a data set; the demo draws itself and needs no folder.
  ///
  /// Where masks must be read first, `progress` hears how far that is. Throws `DataError` with the expected layout when
  /// the root is missing or is something else, saying what it looks like, and `CancellationError`.
  public static func open(_ source: DatasetSource, progress: DatasetProgress = { _, _ in true }) throws -> any Dataset {
    if source.kind == .demo { return try DemoDataset() }
    guard let root = source.root else { throw DataError.rootMissing(dataset: source.kind.rawValue, layout: source.kind.layout) }
    if let split = source.split, !source.kind.splits.contains(split) {
      throw CoreError.badSetting(
        name: "split", value: split.rawValue, allowed: source.kind.splits.map(\.rawValue).joined(separator: ", ") + " for \(source.kind.rawValue)")
    }
    do {
      return switch source.kind {
      case .demo: try DemoDataset()
      case .pascal: try PascalFolder.open(source, root: root, progress: progress)
      case .coco: try COCOFolder.open(source, root: root, progress: progress)
      case .fss: try FSSFolder.open(source, root: root)
      case .folder: try OwnFolder.open(source, root: root, progress: progress)
      }
    } catch DataError.wrongLayout(let dataset, let path, let found, let layout) {
      let other = DatasetKind.allCases.first { $0 != source.kind && $0.matches(root) }
      throw DataError.wrongLayout(
        dataset: dataset, root: path, found: found + (other.map { "; it looks like a \($0.rawValue) folder" } ?? ""), layout: layout)
    }
  }
}

extension Datasets {
  /// The data set on disk that a folder is laid out like; nil for a folder like none of them.
  ///
  /// The benchmarks' layouts are looked for first: folders of a class each are FSS-1000's where its class names occur.
  public static func kind(of root: URL) -> DatasetKind? {
    DatasetKind.allCases.first { $0.matches(root) } ?? (OwnFolder.matches(root) ? .folder : nil)
  }
}

extension DatasetKind {
  /// What is expected below the root, for error messages.
  var layout: String {
    switch self {
    case .demo: ""
    case .pascal: PascalFolder.layout
    case .coco: COCOFolder.layout
    case .fss: FSSFolder.layout
    case .folder: OwnFolder.layout
    }
  }

  /// The splits that can be asked for.
  var splits: [DatasetSplit] {
    switch self {
    case .demo, .folder: [.all]
    case .pascal, .coco: [.all, .train, .val]
    case .fss: DatasetSplit.allCases
    }
  }

  /// Whether a folder is laid out like this data set. Own folders look like many things.
  fileprivate func matches(_ root: URL) -> Bool {
    switch self {
    case .demo, .folder: false
    case .pascal: PascalFolder.matches(root)
    case .coco: COCOFolder.matches(root)
    case .fss: FSSFolder.matches(root)
    }
  }
}
