import Foundation

extension Checkpoint {
  /// Throws for weights that are no ControlNet (`ModelError.wrongModel`, saying what they are) or one made for other models than those with
  /// this UNet (`unfitControlNet`): nothing but a list of shapes would come of them.
  func checkControlNet(for unet: UNetConfig) throws {
    let family = family
    let isInside = names.contains { $0.hasPrefix(SingleFile.Part.controlNet.rawValue) }
    let isPartial = [.differenceControlNet, .controlLoRA, .lowRank].contains(family)
    guard !isPartial, isInside || [.controlNet, .diffusersControlNet, .controlNet2, .controlNetXL].contains(family) else {
      throw ModelError.wrongModel(path: path, found: family, wanted: "a ControlNet")
    }
    if let width = contextWidth(below: isInside ? SingleFile.Part.controlNet.rawValue : ""), width != unet.contextSize {
      let model = [1024: ", as those of Stable Diffusion 2.x", 2048: ", as those of Stable Diffusion XL", 768: ", as those of Stable Diffusion 1.x"][width]
      throw ModelError.unfitControlNet(path: path, reason: "it reads text states of \(width) numbers\(model ?? ""); the model's have \(unet.contextSize)")
    }
    let first = [SingleFile.Part.controlNet.rawValue + "input_blocks.0.0.weight", "input_blocks.0.0.weight", "conv_in.weight"].lazy.compactMap(shape).first
    guard let first, first.count == 4 else { return }
    guard first[0] == unet.levels[0].channels else {
      throw ModelError.unfitControlNet(path: path, reason: "its first level has \(first[0]) channels, the UNet's \(unet.levels[0].channels)")
    }
    guard first[1] == unet.inputChannels else {
      throw ModelError.unfitControlNet(path: path, reason: "it reads latents of \(first[1]) channels, the UNet those of \(unet.inputChannels)")
    }
  }
}

extension CheckpointFamily {
  /// What a model folder in diffusers' layout is of, where its `model_index.json` and its UNet's configuration say that it is another
  /// family than can be run; nil otherwise. Their settings alone would be refused one by one.
  public init?(foreignFolder folder: URL) {
    struct Index: Decodable { let _class_name: String? }
    struct Settings: Decodable {
      let in_channels: Int?
      let out_channels: Int?
      let addition_embed_type: String?
    }
    let pipeline = (try? ConfigFile.decode(Index.self, at: folder.appendingPathComponent("model_index.json")))?._class_name ?? ""
    let unet = try? ConfigFile.decode(Settings.self, at: folder.appendingPathComponent("unet/config.json"))
    if pipeline.hasPrefix("StableDiffusion3") {
      self = .stableDiffusion3
    } else if pipeline.hasPrefix("Flux") {
      self = .flux
    } else if pipeline.hasPrefix("StableDiffusionXL") || unet?.addition_embed_type == "text_time"
      || folder.appendingPathComponent("text_encoder_2").isFolder && folder.appendingPathComponent("unet").isFolder
    {
      self = .stableDiffusionXL
    } else if let family = CheckpointFamily(inputChannels: unet?.in_channels, outputChannels: unet?.out_channels ?? 4) {
      self = family
    } else {
      return nil
    }
  }

  /// Throws `ModelError.wrongModel` for a model folder of another family.
  static func check(folder: URL) throws {
    if let family = CheckpointFamily(foreignFolder: folder) {
      throw ModelError.wrongModel(path: folder.path, found: family, wanted: "a Stable Diffusion 1.5 model")
    }
  }
}
