import Foundation

/// A latent diffusion model of the Stable Diffusion 1.5 family with its ControlNets, ready to paint.
///
/// Networks, widths and the noise schedule come from the folder's own files. Values are deterministic: the same run, weights
/// and number of threads give the same bytes.
public final class StableDiffusion: Sendable {
  public let tokenizer: CLIPTokenizer
  public let textEncoder: CLIPTextEncoder
  public let unet: UNet
  public let autoencoder: Autoencoder
  public let controlNets: [ControlNet]
  public let scheduler: SchedulerConfig

  /// Reads a diffusers folder (`tokenizer/`, `text_encoder/`, `unet/`, `vae/`, `scheduler/`) and ControlNet folders.
  ///
  /// Throws `ModelError` for what is missing, damaged or not made for one another.
  public static func load(model: URL, controlNets: [URL] = []) throws -> StableDiffusion {
    func part(_ name: String) -> URL { model.appendingPathComponent(name) }
    return try StableDiffusion(
      tokenizer: CLIPTokenizer(folder: part("tokenizer")), textEncoder: CLIPTextEncoder(folder: part("text_encoder")),
      unet: UNet(folder: part("unet")), autoencoder: Autoencoder(folder: part("vae")),
      controlNets: controlNets.map { try ControlNet(folder: $0) }, scheduler: SchedulerConfig(folder: part("scheduler")),
      path: model.path)
  }

  /// Puts networks together. `path` is what errors call the model. Throws `ModelError.badConfig` when they do not fit each other.
  public init(
    tokenizer: CLIPTokenizer, textEncoder: CLIPTextEncoder, unet: UNet, autoencoder: Autoencoder, controlNets: [ControlNet],
    scheduler: SchedulerConfig, path: String
  ) throws {
    func require(_ holds: Bool, _ reason: String) throws {
      if !holds { throw ModelError.badConfig(path: path, reason: reason) }
    }
    let (text, latent) = (textEncoder.config, autoencoder.config.latentChannels)
    try require(
      tokenizer.vocabularySize <= text.vocabularySize,
      "the tokenizer has \(tokenizer.vocabularySize) tokens, the text encoder \(text.vocabularySize)")
    try require(tokenizer.length <= text.length, "the tokenizer gives \(tokenizer.length) tokens, the text encoder takes \(text.length)")
    try require(
      unet.config.contextSize == text.size, "the UNet reads text states of \(unet.config.contextSize), the text encoder gives \(text.size)")
    try require(
      unet.config.inputChannels == latent && unet.config.outputChannels == latent,
      "the UNet maps \(unet.config.inputChannels) channels to \(unet.config.outputChannels), the autoencoder has \(latent)")
    for (index, network) in controlNets.enumerated() {
      try require(
        network.config.isMade(for: unet.config) && network.hintFactor == autoencoder.config.factor,
        "ControlNet \(index + 1) is made for another UNet or autoencoder")
    }
    self.tokenizer = tokenizer
    self.textEncoder = textEncoder
    self.unet = unet
    self.autoencoder = autoencoder
    self.controlNets = controlNets
    self.scheduler = scheduler
  }
}

extension UNetConfig {
  /// Whether a ControlNet of this configuration gives the residuals a UNet takes.
  fileprivate func isMade(for unet: UNetConfig) -> Bool {
    levels.map(\.channels) == unet.levels.map(\.channels) && blocksPerLevel == unet.blocksPerLevel
      && inputChannels == unet.inputChannels && contextSize == unet.contextSize
  }
}
