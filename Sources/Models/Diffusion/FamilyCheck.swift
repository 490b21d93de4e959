import Foundation

extension Checkpoint {
  /// Throws for weights that are no ControlNet (`ModelError.wrongModel`, saying what they are) or one made for other models than those with
  /// this UNet (`unfitControlNet`): nothing but a list of shapes would come of them.
  func checkControlNet(for unet: UNetConfig) throws {
    try ModelRole.controlNet.check(self)
    let isInside = names.contains { $0.hasPrefix(SingleFile.Part.controlNet.rawValue) }
    if let width = contextWidth(below: isInside ? SingleFile.Part.controlNet.rawValue : ""), width != unet.contextSize {
      let model = [1024: ", as those of Stable Diffusion 2.x", 2048: ", as those of Stable Diffusion XL", 768: ", as those of Stable Diffusion 1.x"][width]
      throw ModelError.unfitControlNet(path: path, reason: "it reads text states of \(width) numbers\(model ?? ""); the model's have \(unet.contextSize)")
    }
    let first = [SingleFile.Part.controlNet.rawValue + "input_blocks.0.0.weight", "input_blocks.0.0.weight", "conv_in.weight"].lazy.compactMap(shape).first
    guard let first, first.count == 4 else { return }
    guard first[0] == unet.levels[0].channels else {
      throw ModelError.unfitControlNet(path: path, reason: "its first level has \(first[0]) channels, the UNet's \(unet.levels[0].channels)")
    }
    let prefix = isInside ? SingleFile.Part.controlNet.rawValue : ""
    for (index, level) in unet.levels.enumerated() {
      let names = ["\(prefix)input_blocks.\(1 + index * (unet.blocksPerLevel + 1)).0.in_layers.2.weight", "down_blocks.\(index).resnets.0.conv1.weight"]
      guard let found = names.lazy.compactMap(shape).first?.first, found != level.channels else { continue }
      throw ModelError.unfitControlNet(path: path, reason: "its level \(index + 1) has \(found) channels, the UNet's \(level.channels)")
    }
    guard first[1] == unet.inputChannels else {
      throw ModelError.unfitControlNet(path: path, reason: "it reads latents of \(first[1]) channels, the UNet those of \(unet.inputChannels)")
    }
  }
}

extension CheckpointFamily {
  /// What a model folder in diffusers' layout is of, where its `model_index.json` and its networks' configurations say that it is another
  /// family than can be run; nil otherwise. Their settings alone would be refused one by one.
  public init?(foreignFolder folder: URL) {
    func settings(_ file: String) -> [String: Any] {
      guard let data = try? ConfigFile.read(folder.appendingPathComponent(file), maximumBytes: ConfigFile.maximumBytes) else { return [:] }
      return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
    }
    func has(_ part: String) -> Bool { folder.appendingPathComponent(part).isFolder }
    let pipeline = settings("model_index.json")["_class_name"] as? String ?? ""
    let transformer = settings("transformer/config.json")["_class_name"] as? String ?? "", unet = settings("unet/config.json")
    let width = unet["cross_attention_dim"] as? Int
    if pipeline.hasPrefix("StableDiffusion3") || transformer.hasPrefix("SD3") {
      self = .stableDiffusion3
    } else if pipeline.hasPrefix("Flux") || transformer.hasPrefix("Flux") {
      self = .flux
    } else if pipeline.hasPrefix("StableDiffusionXL") || unet["addition_embed_type"] as? String == "text_time" || width == 2048
      || has("text_encoder_2") && has("unet")
    {
      self = .stableDiffusionXL
    } else if pipeline.hasPrefix("StableDiffusionUpscale") || pipeline.hasPrefix("StableDiffusionLatentUpscale") || has("transformer") && !has("unet") {
      self = .otherPipeline
    } else if width == 1024 {
      self = .stableDiffusion2
    } else if let family = CheckpointFamily(inputChannels: unet["in_channels"] as? Int, outputChannels: unet["out_channels"] as? Int ?? 4) {
      self = family
    } else if !pipeline.isEmpty, !pipeline.hasPrefix("StableDiffusion"), ModelFolder.Part.networks.contains(where: { !has($0.rawValue) }) {
      // Of its parts some have other names, and would be said to be missing.
      self = .otherPipeline
    } else {
      return nil
    }
  }

  /// Throws `ModelError.wrongModel` for a model folder of another family.
  static func check(folder: URL) throws {
    if let family = CheckpointFamily(foreignFolder: folder) {
      throw ModelError.wrongModel(path: folder.path, found: family, wanted: ModelRole.model.title)
    }
  }
}
