import Foundation

/// Opens data sets by kind.
public enum Datasets {
  /// Opens `kind` in the folder `root`; the demo draws itself and needs none.
  ///
  /// Throws `PipelineError` with the expected layout when `root` is missing or is something else.
  public static func open(_ kind: DatasetKind, root: URL?) throws -> any Dataset {
    switch kind {
    case .demo: try DemoDataset()
    case .pascal: try PascalDataset(root: require(root, kind, PascalDataset.layout))
    case .coco: try COCODataset(root: require(root, kind, COCODataset.layout))
    case .fss: try FSSDataset(root: require(root, kind, FSSDataset.layout))
    }
  }

  private static func require(_ root: URL?, _ kind: DatasetKind, _ layout: String) throws -> URL {
    guard let root else { throw PipelineError.rootMissing(dataset: kind.rawValue, layout: layout) }
    return root
  }
}
