import Core
import Foundation
import Models

extension ModelLibrary {
  /// The folder or single file that a user means: one on disk, or a model of the library by its identifier, be it usable or not: whoever
  /// reads it says what it is.
  ///
  /// Throws `GenerationError.modelMissing` when it is neither.
  public func place(_ nameOrPath: String) throws -> URL {
    var isFolder: ObjCBool = false
    if !nameOrPath.isEmpty, FileManager.default.fileExists(atPath: nameOrPath, isDirectory: &isFolder) {
      return URL(fileURLWithPath: nameOrPath, isDirectory: isFolder.boolValue)
    }
    if let model = unusable.first(where: { $0.id == nameOrPath }) { return model.url }
    return try entry(nameOrPath).url
  }

  /// Where models are said to be and nothing is, a sentence each: by `$DIFFSS_MODELS`, and in the folders of the configuration.
  public static func absentPlaces(
    configured: [URL], environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [String] {
    ModelSearch.absent(configured: configured, environment: environment)
  }

  /// The noise schedule of a model, as its folder or the folder that serves single files says; nil where it cannot be read.
  public static func scheduler(of model: URL, config: String? = nil) -> SchedulerConfig? {
    guard let folder = model.isFolder ? model : configuration(config) else { return nil }
    return try? SchedulerConfig(folder: folder.appendingPathComponent("scheduler"))
  }

  /// What a model's images cost, as its folder or the folder that serves single files says; nil where it cannot be read.
  static func cost(of model: URL) -> DiffusionCost? {
    guard let folder = model.isFolder ? model : configuration() else { return nil }
    return try? DiffusionCost(folder: folder)
  }

  /// The diffusers folder whose configurations and tokenizer serve single-file checkpoints: the one named, or SD 1.5's own.
  public static func configuration(_ path: String? = nil) -> URL? {
    path.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? AssetFolder.url("sd15")
  }
}
