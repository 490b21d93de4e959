import Foundation

/// Requests, jobs, generated pictures and evaluations on disk.
public final class Store: Sendable {
  /// The data folder.
  public let folder: URL

  /// Opens or creates the store in a folder. Throws `PipelineError.storeUnusable` when it cannot be written.
  public init(folder: URL = DataFolder.standard()) throws {
    self.folder = folder
  }
}
