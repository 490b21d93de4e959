import Foundation

/// A latent diffusion model of the Stable Diffusion 1.5 family (Rombach et al. 2022) with its ControlNets, ready to generate.
///
/// Networks, widths and the noise schedule come from the folder's own files. Values are deterministic: the same run, weights
/// and number of threads give the same bytes.
public final class StableDiffusion: Sendable {
  /// How much memory may be spent on speed.
  public enum Memory: String, Codable, Sendable {
    /// All networks stay in memory from run to run.
    case ample
    /// Text encoder, UNet with ControlNets, and autoencoder are read one after the other, in every run.
    case low
  }

  public let tokenizer: CLIPTokenizer
  public let scheduler: SchedulerConfig
  public let textEncoder: ModelPart<CLIPTextEncoder, CLIPTextConfig>
  public let unet: ModelPart<UNet, UNetConfig>
  public let autoencoder: ModelPart<Autoencoder, AutoencoderConfig>
  public let controlNets: [ModelPart<ControlNet, UNetConfig>]
  let memory: Memory
  let precision: Precision
  let tinyDecoder: TinyDecoder?
  /// Who evaluates the networks in the place of this process, and what it is told of them.
  let elsewhere: (engine: any DiffusionEngine, plan: ModelPlan)?
  let projection: KeptProjection
  let path: String

  /// Reads a model and its ControlNets, each from a diffusers folder or from a single file under CompVis' names.
  ///
  /// - Parameters:
  ///   - model: a folder of `tokenizer/`, `text_encoder/`, `unet/`, `vae/`, `scheduler/`, or a file.
  ///   - config: a folder of the same structure whose configurations and tokenizer serve single files; its weights are not read.
  ///   - precision: of the products of UNet, ControlNets and autoencoder; the text encoder, which runs once, is Float32.
  ///   - smallDecoder: TAESD's decoder, a file or folder, for previews and runs that ask for it; left aside when it takes other latents.
  ///   - additions: an autoencoder in place of the model's own, and LoRA files that are merged into it.
  ///   - engine: who evaluates text encoder, UNet, ControlNets and autoencoder; this process then reads no weights but the small decoder's.
  /// - Throws: `ModelError` for what is missing, damaged or not made for one another, and for a precision that the processor lacks.
  public static func load(
    model: URL, controlNets: [URL] = [], config: URL? = nil, memory: Memory = .ample, precision: Precision = .float32,
    smallDecoder: URL? = nil, additions: ModelAdditions = ModelAdditions(), engine: (any DiffusionEngine)? = nil
  ) throws -> StableDiffusion {
    try StableDiffusion(
      model: model, config: config, memory: memory, precision: precision, smallDecoder: smallDecoder, additions: additions, engine: engine
    ).with(controlNets: controlNets)
  }

  private init(
    model: URL, config: URL?, memory: Memory, precision: Precision, smallDecoder: URL?, additions: ModelAdditions,
    engine: (any DiffusionEngine)?
  ) throws {
    if engine == nil { try precision.check() }
    let isFolder = model.isFolder, isKept = memory == .ample && engine == nil
    func part(_ name: String) throws -> URL {
      guard let folder = isFolder ? model : config else {
        throw ModelError.missingFile(path: model.path, what: "configuration of a single file")
      }
      return folder.appendingPathComponent(name)
    }
    let file = isFolder ? nil : SingleFile(try Checkpoint(file: model))
    if let file { try ModelRole.model.check(file.checkpoint) } else { try ModelRole.model.check(model) }
    if !isFolder, let config { try ModelFolder(config).checkFiles() }
    tokenizer = try CLIPTokenizer(folder: part("tokenizer"))
    let schedule = try SchedulerConfig(folder: part("scheduler"))
    scheduler = file.map { schedule.marked(by: $0.checkpoint) } ?? schedule
    let folders = (text: try part("text_encoder"), unet: try part("unet"), vae: try part("vae"))
    let text = try CLIPTextConfig(folder: folders.text), unet = try UNetConfig(folder: folders.unet)
    var vae = try AutoencoderConfig(folder: folders.vae)
    try file?.check(text, unet, additions.autoencoder == nil ? vae : nil)
    let other = try additions.autoencoder.map { try AutoencoderFile($0, inPlaceOf: vae) }
    vae = other?.config ?? vae
    let weights = (
      text: try (file?.weights(.textEncoder) ?? Checkpoint(folder: folders.text)).renamed(by: .textEncoder),
      unet: try file?.weights(.unet).renamed(by: .originalUNet(unet)) ?? Checkpoint(folder: folders.unet),
      vae: try other?.weights ?? file?.weights(.autoencoder).renamed(by: .originalAutoencoder(vae)) ?? Checkpoint(folder: folders.vae)
    )
    let adapters = try LowRankAdapters(additions.adapters, text: weights.text, unet: weights.unet, config: unet)
    let growth = (text: adapters.growth(of: weights.text, .textEncoder), unet: adapters.growth(of: weights.unet, .unet))
    if engine == nil {
      try Self.checkMemory(toRead: [weights.text, weights.unet, weights.vae], growth: growth.text + growth.unet, memory, what: model.path)
    }
    textEncoder = try ModelPart(weights.text, text, isKept: isKept, growth: growth.text) {
      try CLIPTextEncoder(adapters.merged(into: $0, .textEncoder), $1)
    }
    self.unet = try ModelPart(weights.unet, unet, isKept: isKept, growth: growth.unet) {
      try UNet(adapters.merged(into: $0, .unet), $1, precision: precision)
    }
    autoencoder = try ModelPart(weights.vae, vae, isKept: isKept) { try Autoencoder($0, $1, precision: precision) }
    controlNets = []
    self.memory = memory
    self.precision = precision
    tinyDecoder = try smallDecoder.map { try TinyDecoder($0) }.flatMap { $0.isMade(for: vae) ? $0 : nil }
    projection = KeptProjection()
    path = model.path
    elsewhere = try engine.map {
      let vaeConfig = other.flatMap(\.configFolder) ?? folders.vae
      let plan = ModelPlan(
        textEncoder: try NetworkPlan(
          .textEncoder, weights.text, config: ConfigFile.text(in: folders.text), changes: adapters.plan(.textEncoder)),
        unet: try NetworkPlan(.unet, weights.unet, config: ConfigFile.text(in: folders.unet), changes: adapters.plan(.unet)),
        autoencoder: try NetworkPlan(.autoencoder, weights.vae.renamed(by: .autoencoder), config: ConfigFile.text(in: vaeConfig)),
        controlNets: [], textWidth: text.size, factor: vae.factor)
      return ($0, plan)
    }
    try Self.checkParts(tokenizer, text, unet, vae, path: path)
  }

  private init(
    _ other: StableDiffusion, controlNets: [ModelPart<ControlNet, UNetConfig>], elsewhere: (engine: any DiffusionEngine, plan: ModelPlan)?,
    scheduler: SchedulerConfig
  ) {
    (self.elsewhere, projection) = (elsewhere, other.projection)
    (tokenizer, memory, precision, tinyDecoder, path) = (other.tokenizer, other.memory, other.precision, other.tinyDecoder, other.path)
    (textEncoder, unet, autoencoder) = (other.textEncoder, other.unet, other.autoencoder)
    self.controlNets = controlNets
    self.scheduler = scheduler
  }

  /// The same networks with another noise schedule.
  public func with(scheduler: SchedulerConfig) -> StableDiffusion {
    StableDiffusion(self, controlNets: controlNets, elsewhere: elsewhere, scheduler: scheduler)
  }

  /// The same model with another engine in the place of the one that it was read for; itself where it was read for none.
  public func with(engine: any DiffusionEngine) -> StableDiffusion {
    guard let plan = elsewhere?.plan else { return self }
    return StableDiffusion(self, controlNets: controlNets, elsewhere: (engine, plan), scheduler: scheduler)
  }

  /// The same model, its networks shared, with other ControlNets. Throws as `load`.
  public func with(controlNets: [URL]) throws -> StableDiffusion {
    let parts = try controlNets.map { url in
      let checkpoint: Checkpoint, config: UNetConfig, text: String
      if url.isFolder {
        try ModelRole.controlNet.check(url)
        checkpoint = try Checkpoint(folder: url)
        try checkpoint.checkControlNet(for: unet.config)
        config = try UNetConfig(folder: url)
        text = try ConfigFile.text(in: url)
      } else {
        (checkpoint, config) = try SingleFile(Checkpoint(file: url)).controlNet(for: unet.config)
        text = try elsewhere.map { try DiffusersExport.controlConfig(config.hintChannels, unet: $0.plan.unet.config, path: url.path) } ?? ""
      }
      if elsewhere == nil { try Self.checkMemory(toRead: [checkpoint], memory, what: url.path) }
      let part = try ModelPart(checkpoint, config, isKept: memory == .ample && elsewhere == nil) { [precision] in
        try ControlNet($0, $1, precision: precision)
      }
      guard config.isMade(for: unet.config) else {
        throw ModelError.unfitControlNet(path: url.path, reason: "its levels, blocks or channels are not those of the model's UNet")
      }
      guard config.hintFactor == autoencoder.config.factor else {
        throw ModelError.unfitControlNet(
          path: url.path, reason: "it reads \(config.hintFactor) pixels for a latent, the model's autoencoder makes them of \(autoencoder.config.factor)")
      }
      return (part: part, plan: try elsewhere.map { _ in try NetworkPlan(.controlNet, checkpoint, config: text) })
    }
    var steered = elsewhere
    steered?.plan.controlNets = parts.compactMap(\.plan)
    return StableDiffusion(self, controlNets: parts.map(\.part), elsewhere: steered, scheduler: scheduler)
  }

  /// Throws `ModelError.badConfig` when the parts of a model do not fit each other.
  private static func checkParts(
    _ tokenizer: CLIPTokenizer, _ text: CLIPTextConfig, _ unet: UNetConfig, _ vae: AutoencoderConfig, path: String
  ) throws {
    func require(_ holds: Bool, _ reason: String) throws {
      if !holds { throw ModelError.badConfig(path: path, reason: reason) }
    }
    let latent = vae.latentChannels
    try require(
      tokenizer.vocabularySize <= text.vocabularySize,
      "the tokenizer has \(tokenizer.vocabularySize) tokens, the text encoder \(text.vocabularySize)")
    try require(tokenizer.length <= text.length, "the tokenizer gives \(tokenizer.length) tokens, the text encoder takes \(text.length)")
    try require(
      unet.contextSize == text.size, "the UNet reads text states of \(unet.contextSize), the text encoder gives \(text.size)")
    try require(
      unet.inputChannels == latent && unet.outputChannels == latent,
      "the UNet maps \(unet.inputChannels) channels to \(unet.outputChannels), the autoencoder has \(latent)")
  }

  /// The same for a folder in diffusers' layout, from its configurations alone. Also throws what reading them does.
  static func checkParts(folder: URL) throws {
    func part(_ name: String) -> URL { folder.appendingPathComponent(name) }
    try checkParts(
      CLIPTokenizer(folder: part("tokenizer")), CLIPTextConfig(folder: part("text_encoder")), UNetConfig(folder: part("unet")),
      AutoencoderConfig(folder: part("vae")), path: folder.path)
  }
}

extension URL {
  /// Whether there is a folder of this path.
  public var isFolder: Bool {
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
