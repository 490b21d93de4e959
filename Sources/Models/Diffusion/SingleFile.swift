import Foundation

/// A checkpoint that holds a whole Stable Diffusion 1.5 model, a ControlNet, or both, under CompVis' names
/// (`v1-5-pruned.safetensors`, `control_sd15_seg.pth`, `control_v11p_sd15_scribble.pth`).
struct SingleFile: Sendable {
  /// What the file's names speak of.
  enum Part: String, CaseIterable, Sendable {
    case textEncoder = "cond_stage_model.transformer."
    case unet = "model.diffusion_model."
    case autoencoder = "first_stage_model."
    case controlNet = "control_model."
  }

  let checkpoint: Checkpoint

  init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

  /// The parts that are there.
  var parts: [Part] { Part.allCases.filter { part in checkpoint.names.contains { $0.hasPrefix(part.rawValue) } } }

  /// Whether the names are CompVis'.
  var isOriginal: Bool { !parts.isEmpty || checkpoint.shape(of: "input_hint_block.0.weight") != nil }

  /// The weights of a part under their original names. Throws `ModelError.missingPart` for a Stable Diffusion 1.x file without it, and
  /// `wrongModel` for any other file, saying what it is.
  func weights(_ part: Part) throws -> Checkpoint {
    let found = checkpoint.part(below: part.rawValue)
    guard found.names.isEmpty else { return found }
    // There, and no tensors.
    if let (name, origin) = found.leftovers.weights.min(by: { $0.key < $1.key }) {
      throw ModelError.foreignWeight(path: checkpoint.path, weight: found.leftovers.key(of: name), name: origin)
    }
    // ControlNets are handed on without the prefix too, and so are autoencoders.
    if part == .controlNet, checkpoint.shape(of: "input_hint_block.0.weight") != nil { return checkpoint }
    let family = checkpoint.family
    if part == .autoencoder, parts.isEmpty, family == .originalAutoencoder { return checkpoint }
    if part != .controlNet, family == .stableDiffusion1 { throw ModelError.missingPart(path: checkpoint.path, part: part.name) }
    throw ModelError.wrongModel(path: checkpoint.path, found: family, wanted: part.title)
  }

  func textEncoder(_ config: CLIPTextConfig) throws -> CLIPTextEncoder { try CLIPTextEncoder(weights(.textEncoder), config) }

  func unet(_ config: UNetConfig, precision: Precision = .float32) throws -> UNet {
    try check(config)
    return try UNet(weights(.unet).renamed(by: .originalUNet(config)), config, precision: precision)
  }

  func autoencoder(_ config: AutoencoderConfig, precision: Precision = .float32) throws -> Autoencoder {
    try Autoencoder(weights(.autoencoder).renamed(by: .originalAutoencoder(config)), config, precision: precision)
  }

  /// The weights of a ControlNet made for a UNet, and its configuration. Takes diffusers' names too: such a file is a ControlNet
  /// folder's weights without their configuration.
  func controlNet(for unet: UNetConfig) throws -> (weights: Checkpoint, config: UNetConfig) {
    try checkpoint.checkControlNet(for: unet)
    try checkpoint.checkHintTensors()
    let isPlain = checkpoint.shape(of: "controlnet_cond_embedding.conv_in.weight") == nil
    let weights = isPlain ? try weights(.controlNet) : checkpoint
    func width(_ original: Int, _ diffusers: String) -> Int? {
      weights.shape(of: isPlain ? "input_hint_block.\(original).weight" : "controlnet_cond_embedding.\(diffusers).weight")?.first
    }
    // The image network's widths are in its weights: its first convolution has one, every second block the next.
    var widths = width(0, "conv_in").map { [$0] } ?? []
    while widths.count < 8, let next = width(4 * widths.count, "blocks.\(2 * widths.count - 1)") { widths.append(next) }
    let config = unet.controlNet(hintChannels: widths)
    return (isPlain ? try weights.renamed(by: .originalControlNet(config)) : weights, config)
  }
}

extension SingleFile.Part {
  /// Its folder in diffusers' layout.
  var folder: String {
    switch self {
    case .textEncoder: "text_encoder"
    case .unet: "unet"
    case .autoencoder: "vae"
    case .controlNet: "controlnet"
    }
  }

  /// In words, without an article.
  var name: String {
    switch self {
    case .textEncoder: "CLIP text encoder"
    case .unet: "UNet"
    case .autoencoder: "autoencoder"
    case .controlNet: "ControlNet"
    }
  }

  /// In words.
  var title: String {
    switch self {
    case .textEncoder: "a CLIP text encoder"
    case .unet: "a Stable Diffusion 1.5 UNet"
    case .autoencoder: "an autoencoder"
    case .controlNet: "a ControlNet"
    }
  }
}
