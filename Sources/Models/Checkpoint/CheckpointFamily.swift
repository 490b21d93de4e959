/// What a checkpoint's names and shapes say it is.
public enum CheckpointFamily: String, Sendable, Codable, CaseIterable {
  case stableDiffusion1 = "Stable Diffusion 1.x, single file"
  case stableDiffusion2 = "Stable Diffusion 2.x"
  case stableDiffusionXL = "Stable Diffusion XL"
  case stableDiffusion3 = "Stable Diffusion 3"
  case flux = "Flux"
  case inpainting = "Stable Diffusion inpainting"
  case instructPix2Pix = "InstructPix2Pix"
  case lowRank = "LoRA"
  case textualInversion = "textual inversion"
  case hypernetwork = "hypernetwork"
  case imageAdapter = "IP-Adapter"
  case sketchAdapter = "T2I adapter"
  case upscaler = "upscaler"
  case depthToImage = "depth to image"
  case otherPipeline = "another diffusion model"
  case controlNet = "ControlNet, single file"
  case diffusersControlNet = "ControlNet, diffusers"
  case differenceControlNet = "ControlNet, difference"
  case controlLoRA = "Control-LoRA"
  case controlNet2 = "ControlNet, Stable Diffusion 2.x"
  case controlNetXL = "ControlNet, Stable Diffusion XL"
  case diffusersUNet = "UNet, diffusers"
  case autoencoder = "autoencoder, diffusers"
  case originalAutoencoder = "autoencoder, single file"
  case previewDecoder = "TAESD decoder"
  case textEncoder = "CLIP text encoder"
  case hed = "HED edge detector"
  case pidinet = "PiDiNet edge detector"
  case bam = "BAM"
  case hdmnet = "HDMNet"
  case hsnet = "HSNet"
  case dcama = "DCAMA"
  case unknown = "unknown"

  /// Whether there is a network here for such weights, or one that they are merged into.
  public var isRun: Bool {
    switch self {
    case .stableDiffusion1, .controlNet, .diffusersControlNet, .diffusersUNet, .autoencoder, .originalAutoencoder, .previewDecoder, .textEncoder, .hed,
      .pidinet, .bam, .hdmnet, .hsnet, .dcama, .lowRank:
      true
    default: false
    }
  }

  /// With its article, as what a file is.
  public var noun: String {
    switch self {
    case .stableDiffusion1: "a Stable Diffusion 1.x model"
    case .stableDiffusion2: "a Stable Diffusion 2.x model"
    case .stableDiffusionXL: "a Stable Diffusion XL model"
    case .stableDiffusion3: "a Stable Diffusion 3 model"
    case .flux: "a Flux model"
    case .inpainting: "an inpainting model (its UNet reads latents, a mask and a masked image: 9 channels)"
    case .instructPix2Pix: "an InstructPix2Pix model (its UNet reads latents and an image to edit: 8 channels)"
    case .lowRank: "a LoRA (changes to another model's weights)"
    case .textualInversion: "a textual inversion embedding (a word for a text encoder)"
    case .hypernetwork: "a hypernetwork (an addition to another model)"
    case .imageAdapter: "an IP-Adapter (an addition to another model)"
    case .sketchAdapter: "a T2I adapter"
    case .upscaler: "an upscaler of images (ESRGAN)"
    case .depthToImage: "a depth-to-image model (its UNet reads latents and a depth map: 5 channels)"
    case .otherPipeline: "a diffusion model of another family"
    case .controlNet, .diffusersControlNet: "a ControlNet"
    case .differenceControlNet: "a difference ControlNet (it holds only what is to be added to a base model's weights)"
    case .controlLoRA: "a Control-LoRA (it holds only changes to a base model's weights)"
    case .controlNet2: "a ControlNet for Stable Diffusion 2.x (it reads text states of 1024 numbers)"
    case .controlNetXL: "a ControlNet for Stable Diffusion XL (it reads text states of 2048 numbers)"
    case .diffusersUNet: "a UNet alone"
    case .autoencoder, .originalAutoencoder: "an autoencoder alone"
    case .previewDecoder: "a TAESD decoder"
    case .textEncoder: "a CLIP text encoder alone"
    case .hed: "an HED edge detector"
    case .pidinet: "a PiDiNet edge detector"
    case .bam, .hdmnet, .hsnet, .dcama: "of the family \(rawValue)"
    case .unknown: "no model that diffss knows"
    }
  }

  /// Where such weights belong, for one who named them in another place; nil where they belong nowhere, and for few-shot networks.
  var use: String? {
    switch self {
    case .stableDiffusion1: "a whole model is named with --model; a ControlNet beside its parts (controlnet/) by its own folder"
    case .controlNet, .diffusersControlNet: "a ControlNet is named with --controlnet, the model that it steers with --model"
    case .lowRank: "a LoRA is named with --lora, the model that it is merged into with --model"
    case .autoencoder, .originalAutoencoder: "an autoencoder alone is named with --vae, the model whose own it replaces with --model"
    case .diffusersUNet, .textEncoder: "it is one part of a model: name the folder around it, which holds all parts, with --model"
    case .previewDecoder: "previews take it from a folder of models (--models)"
    case .hed, .pidinet: "an edge detector is named with --detector-weights, or taken from a folder of models (--models)"
    default: nil
    }
  }
}

extension Checkpoint {
  /// Recognised by keys that only one family has, the most telling first.
  public var family: CheckpointFamily {
    let text = NameText(names)
    func has(_ run: String) -> Bool { text.holds(".\(run).") }
    if shape(of: "lora_controlnet") != nil { return .controlLoRA }
    if ["lora_", ".lora", "_lora.", ".hada_w1", ".lokr_w", ".oft_blocks", ".oft_diag"].contains(where: text.holds) { return .lowRank }
    if isEmbedding { return .textualInversion }
    if has("ip_adapter") || has("image_proj") { return .imageAdapter }
    if has("body.0") && (has("block1") || has("resnets.0.block1")) { return .sketchAdapter }
    if shape(of: "difference") != nil { return .differenceControlNet }
    if has("double_blocks.0") { return .flux }
    if has("joint_blocks.0") { return .stableDiffusion3 }
    if has("conditioner.embedders") { return .stableDiffusionXL }
    if has("cond_stage_model.model") { return .stableDiffusion2 }
    if has("model.diffusion_model") {
      let width = contextWidth(below: "model.diffusion_model.")
      if width == 1024 { return .stableDiffusion2 }
      if width == 2048 { return .stableDiffusionXL }
      return edited("model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.out.2.weight") ?? .stableDiffusion1
    }
    if has("control_model") || shape(of: "input_hint_block.0.weight") != nil {
      return controlFamily(contextWidth(below: "control_model.") ?? contextWidth(below: "")) ?? .controlNet
    }
    if has("controlnet_cond_embedding") { return controlFamily(contextWidth(below: "")) ?? .diffusersControlNet }
    if has("down_blocks.0") && has("time_embedding") {
      let width = contextWidth(below: "")
      if width == 1024 { return .stableDiffusion2 }
      if width == 2048 { return .stableDiffusionXL }
      return edited("conv_in.weight", "conv_out.weight") ?? .diffusersUNet
    }
    if has("encoder.down_blocks") || has("decoder.up_blocks") { return .autoencoder }
    if has("decoder.mid.attn_1") || has("first_stage_model.decoder") { return .originalAutoencoder }
    if has("decoder.layers.1") || has("3.conv.0") && has("1.weight") { return .previewDecoder }
    if has("embeddings.token_embedding") { return .textEncoder }
    if has("block1.projection") { return .hed }
    if has("init_block") && has("classifier") { return .pidinet }
    if has("model.DCAMA_blocks") { return .dcama }
    if has("hpn_learner") { return .hsnet }
    if has("transformer.mix_transformer") { return .hdmnet }
    if has("ASPP_meta") { return .bam }
    if ["RDB1", "rdb1", "conv_first"].contains(where: has) { return .upscaler }
    return .unknown
  }

  /// A handful of vectors as wide as a text encoder's states, under a word's name (`<cat>`) or one of the usual ones.
  private var isEmbedding: Bool {
    guard (1...2).contains(names.count) else { return false }
    return names.allSatisfy { name in
      guard let width = shape(of: name)?.last, [768, 1024, 1280].contains(width), (shape(of: name) ?? []).count <= 2 else { return false }
      return ["emb_params", "clip_l", "clip_g"].contains(name) || name.hasPrefix("<") && name.hasSuffix(">")
    }
  }

  /// Width of the text states that the first cross-attention reads, which tells a family from its successors.
  func contextWidth(below prefix: String) -> Int? {
    names.first { $0.hasPrefix(prefix) && $0.hasSuffix("attn2.to_k.weight") }.flatMap { shape(of: $0)?.last }
  }

  /// What a UNet with these first and last convolutions is of, where it does not read what it writes.
  private func edited(_ first: String, _ last: String) -> CheckpointFamily? {
    CheckpointFamily(inputChannels: shape(of: first)?.dropFirst().first, outputChannels: shape(of: last)?.first)
  }

  private func controlFamily(_ width: Int?) -> CheckpointFamily? {
    switch width {
    case 1024: .controlNet2
    case 2048: .controlNetXL
    default: nil
    }
  }
}

extension CheckpointFamily {
  /// What a UNet is of that reads more than the latents it writes: with them a masked image's and the mask, an image's, or a depth map. Nil for any other.
  init?(inputChannels: Int?, outputChannels: Int?) {
    guard let inputs = inputChannels, let outputs = outputChannels, (1...64).contains(outputs) else { return nil }
    switch inputs {
    case 2 * outputs + 1: self = .inpainting
    case 2 * outputs: self = .instructPix2Pix
    case outputs + 1: self = .depthToImage
    default: return nil
    }
  }
}

/// Every name with a dot before and behind it, one after the other, to look for runs of whole parts in all of them at once.
private struct NameText {
  private let bytes: [UInt8]

  init(_ names: [String]) {
    var bytes: [UInt8] = []
    for name in names {
      bytes.append(UInt8(ascii: "."))
      bytes += name.utf8
      bytes += ".\n".utf8
    }
    self.bytes = bytes
  }

  func holds(_ run: String) -> Bool {
    let wanted = Array(run.utf8)
    guard let first = wanted.first, bytes.count >= wanted.count else { return false }
    return bytes.withUnsafeBufferPointer { text in
      for start in 0...text.count - wanted.count where text[start] == first {
        var next = 1
        while next < wanted.count, text[start + next] == wanted[next] { next += 1 }
        if next == wanted.count { return true }
      }
      return false
    }
  }
}
