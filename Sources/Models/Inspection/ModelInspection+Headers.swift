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

  /// Why a model folder or a network's folder in diffusers' layout cannot be run, as far as its files' headers and its configurations tell; nil where
  /// nothing speaks against it.
  public static func problem(ofFolder folder: URL) -> ModelError? {
    do {
      let model = ModelFolder(folder)
      if model.isWhole { try model.check() } else { try checkConfiguration(in: folder, of: Checkpoint(headersOfFolder: folder).family) }
      return nil
    } catch {
      return error as? ModelError ?? .unreadable(path: folder.path, reason: "\(error)")
    }
  }

  /// Why the configuration in the folder of a network of a family cannot be used; nil where it can, and for networks that need none.
  public static func problem(ofConfigurationIn folder: URL, of family: CheckpointFamily) -> ModelError? {
    do {
      try checkConfiguration(in: folder, of: family)
      return nil
    } catch {
      return error as? ModelError ?? .unreadable(path: folder.path, reason: "\(error)")
    }
  }

  private static func checkConfiguration(in folder: URL, of family: CheckpointFamily) throws {
    switch family {
    case .textEncoder: _ = try CLIPTextConfig(folder: folder)
    case .diffusersUNet, .diffusersControlNet: _ = try UNetConfig(folder: folder)
    case .autoencoder: _ = try AutoencoderConfig(folder: folder)
    default: break
    }
  }
}
