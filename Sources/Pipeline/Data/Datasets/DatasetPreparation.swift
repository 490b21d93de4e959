import Foundation

/// Work that is done once so that others are quick afterwards.
public enum DatasetPreparation {
  /// Writes the masks of a data set that has annotations in place of masks, as `FOLDER/PART/NAME.png`; nil for all others.
  ///
  /// Throws `CoreError.cannotWrite`, and `CancellationError` when `progress` says so.
  public static func writeMasks(
    _ dataset: any Dataset, to folder: URL, progress: DatasetProgress
  ) throws -> (written: Int, failed: Int)? {
    try (dataset as? COCODataset)?.writeMasks(to: folder, progress: progress)
  }
}
