/// What a checkpoint's names and shapes say it is.
public enum CheckpointFamily: String, Sendable, Codable {
  case stableDiffusion1 = "Stable Diffusion 1.x, single file"
  case stableDiffusion2 = "Stable Diffusion 2.x"
  case stableDiffusionXL = "Stable Diffusion XL"
  case lowRank = "LoRA"
  case controlNet = "ControlNet, single file"
  case diffusersControlNet = "ControlNet, diffusers"
  case diffusersUNet = "UNet, diffusers"
  case autoencoder = "autoencoder, diffusers"
  case originalAutoencoder = "autoencoder, single file"
  case textEncoder = "CLIP text encoder"
  case hed = "HED edge detector"
  case pidinet = "PiDiNet edge detector"
  case bam = "BAM"
  case hdmnet = "HDMNet"
  case hsnet = "HSNet"
  case dcama = "DCAMA"
  case unknown = "unknown"
}

extension Checkpoint {
  /// Recognised by keys that only one family has, the most telling first.
  public var family: CheckpointFamily {
    func has(_ run: String) -> Bool { names.contains { $0.hasPrefix(run) || $0.containsParts(run) } }
    if names.contains(where: { $0.contains("lora_") || $0.contains(".lora") || $0.contains("_lora.") }) { return .lowRank }
    if has("conditioner.embedders") { return .stableDiffusionXL }
    if has("cond_stage_model.model") { return .stableDiffusion2 }
    if has("model.diffusion_model") {
      return contextWidth(below: "model.diffusion_model.").map(Self.family(contextWidth:)) ?? .stableDiffusion1
    }
    if has("control_model") || shape(of: "input_hint_block.0.weight") != nil {
      let width = contextWidth(below: "control_model.") ?? contextWidth(below: "")
      return width.map(Self.family(contextWidth:)).flatMap { $0 == .stableDiffusion1 ? nil : $0 } ?? .controlNet
    }
    if has("controlnet_cond_embedding") { return .diffusersControlNet }
    if has("down_blocks.0") && has("time_embedding") { return .diffusersUNet }
    if has("decoder.up.0") { return .originalAutoencoder }
    if has("encoder.down_blocks") || has("decoder.up_blocks") { return .autoencoder }
    if has("embeddings.token_embedding") { return .textEncoder }
    if has("block1.projection") { return .hed }
    if has("init_block") && has("classifier") { return .pidinet }
    if has("model.DCAMA_blocks") { return .dcama }
    if has("hpn_learner") { return .hsnet }
    if has("transformer.mix_transformer") { return .hdmnet }
    if has("ASPP_meta") { return .bam }
    return .unknown
  }

  /// Width of the text states that the first cross-attention reads, the way a family is told from its successors.
  private func contextWidth(below prefix: String) -> Int? {
    names.first { $0.hasPrefix(prefix) && $0.hasSuffix("attn2.to_k.weight") }.flatMap { shape(of: $0)?.last }
  }

  private static func family(contextWidth: Int) -> CheckpointFamily {
    switch contextWidth {
    case 1024: .stableDiffusion2
    case 2048: .stableDiffusionXL
    default: .stableDiffusion1
    }
  }
}
