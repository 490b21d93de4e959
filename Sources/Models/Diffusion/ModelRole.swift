import Foundation

/// What a file or folder is named for: `--model`, `--controlnet`, `--vae`, `--lora`.
public enum ModelRole: Sendable {
  case model, controlNet, autoencoder, adapter

  /// In words.
  var title: String {
    switch self {
    case .model: "a Stable Diffusion 1.5 model"
    case .controlNet: SingleFile.Part.controlNet.title
    case .autoencoder: SingleFile.Part.autoencoder.title
    case .adapter: "a LoRA"
    }
  }

  /// Throws `ModelError.wrongModel`, saying what it is, for a file or folder of another kind, `missingPart` for a model folder without one, and what
  /// reading headers does: as far as these tell it serves.
  public func check(_ url: URL) throws {
    guard url.isFolder else { return try check(Checkpoint(headersOf: url)) }
    let model = ModelFolder(url)
    switch self {
    case .model where model.isWhole: try model.check()
    // Whatever its family, its latents are looked at where they are used.
    case .autoencoder where model.isWhole: try model.check(.autoencoder)
    case .adapter where Checkpoint.lowRankFile(in: url) != nil: try check(Checkpoint(lowRank: url))
    case _ where model.isWhole: throw ModelError.wrongModel(path: url.path, found: CheckpointFamily(foreignFolder: url) ?? .stableDiffusion1, wanted: title)
    case _ where Checkpoint.lowRankFile(in: url) != nil: throw ModelError.wrongModel(path: url.path, found: .lowRank, wanted: title)
    // A network's folder is no model, whatever else it is; an empty one lacks everything.
    case .model: try checkNetwork(url)
    case .controlNet, .autoencoder, .adapter: try check(Checkpoint(headersOfFolder: url), at: url.path)
    }
  }

  private func checkNetwork(_ url: URL) throws {
    let found: CheckpointFamily
    do { found = try Checkpoint(headersOfFolder: url).family } catch ModelError.noWeights(_, let there) where there.isEmpty {
      return try ModelFolder(url).checkFiles()
    }
    throw ModelError.wrongModel(path: url.path, found: found, wanted: title)
  }

  /// The same for weights that were opened; `path` is what was named where that is not their file.
  func check(_ checkpoint: Checkpoint, at path: String? = nil) throws {
    func refused(_ found: CheckpointFamily) -> ModelError { .wrongModel(path: path ?? checkpoint.path, found: found, wanted: title) }
    let family = checkpoint.family
    switch self {
    case .model: if family != .stableDiffusion1 { throw refused(family) }
    case .controlNet:
      let isInside = checkpoint.names.contains { $0.hasPrefix(SingleFile.Part.controlNet.rawValue) }
      let isPartial = [.differenceControlNet, .controlLoRA, .lowRank].contains(family)
      let isOne = isInside || [.controlNet, .diffusersControlNet, .controlNet2, .controlNetXL].contains(family)
      if isPartial || !isOne { throw refused(family) }
      try checkpoint.checkHintTensors()
    case .autoencoder:
      do { _ = try AutoencoderFile.decoder(in: checkpoint) } catch ModelError.wrongModel(_, let found, _) { throw refused(found) }
    case .adapter:
      do { _ = try LowRankFile(checkpoint) } catch ModelError.wrongModel(_, let found, _) { throw refused(found) }
    }
  }
}
