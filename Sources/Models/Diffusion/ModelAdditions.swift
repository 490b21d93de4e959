import Foundation

/// Weights that are read beside a model's own.
public struct ModelAdditions: Hashable, Sendable {
  /// An autoencoder in place of the model's: a folder of diffusers', a whole model's too, or a file under its or CompVis' names.
  public var autoencoder: URL?
  /// LoRA files, merged in their order.
  public var adapters: [LowRankSource]

  public init(autoencoder: URL? = nil, adapters: [LowRankSource] = []) {
    self.autoencoder = autoencoder
    self.adapters = adapters
  }
}

/// An autoencoder that takes the place of a model's own (`vae-ft-mse-840000-ema-pruned.safetensors`, `stabilityai/sd-vae-ft-mse`).
public struct AutoencoderFile: Sendable {
  /// Under diffusers' names.
  let weights: Checkpoint
  let config: AutoencoderConfig
  /// The folder of its own configuration; nil where the model's serves.
  let configFolder: URL?

  /// Reads a folder with its own configuration, a whole model's or its autoencoder's, or a file, for which the configuration of the model's
  /// own autoencoder serves.
  ///
  /// Throws `ModelError.wrongModel` for weights without a decoder, `badConfig` for latents of another family, and what reading throws.
  init(_ url: URL, inPlaceOf own: AutoencoderConfig) throws {
    try ModelRole.autoencoder.check(url)
    let place = Self.place(url)
    let all = try place.isFolder ? Checkpoint(folder: place) : Checkpoint(file: place)
    config = place.isFolder ? try AutoencoderConfig(folder: place) : own
    configFolder = place.isFolder ? place : nil
    weights = try Self.decoder(in: all).renamed(by: all.isOriginalAutoencoder ? .originalAutoencoder(config) : [])
    // The same network serves other families, whose latents mean something else.
    guard config.latentChannels == own.latentChannels, config.scalingFactor == own.scalingFactor, config.shiftFactor == own.shiftFactor else {
      throw ModelError.badConfig(
        path: url.path,
        reason: "its latents are of another family: \(config.latentChannels) channels scaled by \(config.scalingFactor), the model's are \(own.latentChannels) scaled by \(own.scalingFactor)")
    }
    if let found = weights.shape(of: "decoder.conv_in.weight"), found.count == 4, found[1] != own.latentChannels {
      throw ModelError.badConfig(path: url.path, reason: "its latents have \(found[1]) channels, the model's \(own.latentChannels)")
    }
    try weights.check(config)
  }

  /// The autoencoder's own place in what lends it: its folder in a whole model's, and what was named otherwise.
  public static func place(_ url: URL) -> URL {
    let model = ModelFolder(url)
    return model.isWhole ? model.folder(.autoencoder) : url
  }

  /// The autoencoder's weights alone: training leaves losses and averages beside them, whole models have more.
  static func decoder(in all: Checkpoint) throws -> Checkpoint {
    let inside = all.part(below: SingleFile.Part.autoencoder.rawValue), weights = inside.names.isEmpty ? all : inside
    let parts = ["encoder.", "decoder.", "quant_conv.", "post_quant_conv."]
    let own = weights.selecting(weights.names.filter { name in parts.contains { name.hasPrefix($0) } })
    guard own.names.contains(where: { $0.hasPrefix("decoder.") }), own.shape(of: "decoder.conv_in.weight") != nil else {
      throw ModelError.wrongModel(path: all.path, found: all.family, wanted: ModelRole.autoencoder.title)
    }
    return own
  }
}

extension Checkpoint {
  /// Whether an autoencoder's weights have CompVis' names.
  fileprivate var isOriginalAutoencoder: Bool { names.contains { $0.hasPrefix("decoder.up.") || $0.hasPrefix("\(SingleFile.Part.autoencoder.rawValue)decoder.up.") } }
}
