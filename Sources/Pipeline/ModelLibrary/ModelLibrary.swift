import Foundation

/// The models on this machine.
public final class ModelLibrary: Sendable {
  /// `folders` are given with `--models`; nothing is read yet.
  public init(folders: [URL] = [], environment: [String: String] = ProcessInfo.processInfo.environment) {}

  /// Every model found, in search order: `--models`, `$DIFFSS_MODELS`, the Hugging Face cache, the demo's own.
  public var entries: [ModelEntry] { [] }
}
