import Foundation

/// Work that is done once so that a data set is quick afterwards.
public enum DatasetPreparation {
  /// What was written, and where.
  public struct Painted: Sendable {
    public let written: Int
    public let failed: Int
    public let folder: String
  }

  /// Paints the masks of a data set that has annotations in place of masks, into `folder` or the cache; nil for all others,
  /// which were made ready by being opened.
  ///
  /// Throws `PipelineError.cannotWrite`, and `CancellationError` when `progress` says so.
  public static func paint(
    _ dataset: any Dataset, _ source: DatasetSource, to folder: URL?, progress: DatasetProgress
  ) throws -> Painted? {
    guard let coco = dataset as? COCODataset else { return nil }
    let (written, failed) = try coco.prepare(source, to: folder, progress: progress)
    return Painted(written: written, failed: failed, folder: folder?.path ?? source.cache?.path ?? "")
  }
}
