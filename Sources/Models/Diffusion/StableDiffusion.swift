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

  /// Reads a model and its ControlNets, each from a diffusers folder or from a single file under CompVis' names.
  ///
  /// - Parameters:
  ///   - model: a folder of `tokenizer/`, `text_encoder/`, `unet/`, `vae/`, `scheduler/`, or a file.
  ///   - config: a folder of the same structure whose configurations and tokenizer serve single files; its weights are not read.
  /// - Throws: `ModelError` for what is missing, damaged or not made for one another.
  public static func load(model: URL, controlNets: [URL] = [], config: URL? = nil) throws -> StableDiffusion {
    let isFolder = model.isFolder
    func part(_ name: String) throws -> URL {
      guard let folder = isFolder ? model : config else { throw ModelError.missingFile(path: model.path, what: "configuration of a single file") }
      return folder.appendingPathComponent(name)
    }
    let unetConfig = try UNetConfig(folder: part("unet"))
    let networks = try controlNets.map { url in
      url.isFolder ? try ControlNet(folder: url) : try SingleFile(Checkpoint(file: url)).controlNet(for: unetConfig)
    }
    let tokenizer = try CLIPTokenizer(folder: part("tokenizer")), scheduler = try SchedulerConfig(folder: part("scheduler"))
    guard isFolder else {
      let file = SingleFile(try Checkpoint(file: model))
      return try StableDiffusion(
        tokenizer: tokenizer, textEncoder: file.textEncoder(CLIPTextConfig(folder: part("text_encoder"))),
        unet: file.unet(unetConfig), autoencoder: file.autoencoder(AutoencoderConfig(folder: part("vae"))),
        controlNets: networks, scheduler: scheduler, path: model.path)
    }
    return try StableDiffusion(
      tokenizer: tokenizer, textEncoder: CLIPTextEncoder(folder: part("text_encoder")), unet: UNet(folder: part("unet")),
      autoencoder: Autoencoder(folder: part("vae")), controlNets: networks, scheduler: scheduler, path: model.path)
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

extension URL {
  /// Whether there is a folder of this path.
  package var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}

extension UNetConfig {
  /// Whether a ControlNet of this configuration gives the residuals a UNet takes.
  fileprivate func isMade(for unet: UNetConfig) -> Bool {
    levels.map(\.channels) == unet.levels.map(\.channels) && blocksPerLevel == unet.blocksPerLevel
      && inputChannels == unet.inputChannels && contextSize == unet.contextSize
  }
}
