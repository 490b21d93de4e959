import Foundation

extension ModelLibrary {
  /// The folder that a user means: one on disk, or a model of the library by its identifier.
  ///
  /// Throws `PipelineError.modelMissing` when it is neither.
  public func folder(_ nameOrPath: String) throws -> URL {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: nameOrPath, isDirectory: &isFolder), isFolder.boolValue {
      return URL(fileURLWithPath: nameOrPath, isDirectory: true)
    }
    return try entry(nameOrPath).url
  }
}
