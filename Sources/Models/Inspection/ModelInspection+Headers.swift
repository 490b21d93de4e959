import Foundation

extension ModelInspection {
  /// Why a file cannot be run as what it is, as far as its headers tell; nil where nothing speaks against it.
  public static func problem(ofFile file: URL) -> ModelError? {
    do {
      let checkpoint = try Checkpoint(headersOf: file)
      guard let problem = WeightSummary.problem(checkpoint, checkpoint.family) else { return nil }
      throw problem
    } catch {
      return error as? ModelError ?? .unreadable(path: file.path, reason: "\(error)")
    }
  }

  /// Why a model folder or a network's folder in diffusers' layout cannot be run, as far as its files' headers tell; nil where nothing speaks
  /// against it.
  public static func problem(ofFolder folder: URL) -> ModelError? {
    do {
      let model = ModelFolder(folder)
      if model.isWhole { try model.check() } else { _ = try Checkpoint(headersOfFolder: folder) }
      return nil
    } catch {
      return error as? ModelError ?? .unreadable(path: folder.path, reason: "\(error)")
    }
  }
}
