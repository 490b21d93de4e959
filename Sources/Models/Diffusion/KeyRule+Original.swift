/// How CompVis' single-file checkpoints (`v1-5-pruned.ckpt`, `control_sd15_*.pth`) name what diffusers names otherwise.
///
/// Their blocks are numbered through, so the rules follow from the configuration: block n of `input_blocks` is a residual block
/// with its transformer, or a downsampler, depending on how many of them a level has.
extension [KeyRule] {
  /// The way down that UNet and ControlNet share.
  private static func originalEncoder(_ config: UNetConfig) -> [KeyRule] {
    var rules: [KeyRule] = [
      .replace(parts: "time_embed.0", with: "time_embedding.linear_1"),
      .replace(parts: "time_embed.2", with: "time_embedding.linear_2"),
      .replace(parts: "input_blocks.0.0", with: "conv_in"),
      .replace(parts: "middle_block.0", with: "mid_block.resnets.0"),
      .replace(parts: "middle_block.1", with: "mid_block.attentions.0"),
      .replace(parts: "middle_block.2", with: "mid_block.resnets.1"),
      .replace(parts: "in_layers.0", with: "norm1"), .replace(parts: "in_layers.2", with: "conv1"),
      .replace(parts: "emb_layers.1", with: "time_emb_proj"),
      .replace(parts: "out_layers.0", with: "norm2"), .replace(parts: "out_layers.3", with: "conv2"),
      .replace(parts: "skip_connection", with: "conv_shortcut"),
    ]
    let perLevel = config.blocksPerLevel + 1
    for level in config.levels.indices {
      for block in 0..<config.blocksPerLevel {
        let number = 1 + level * perLevel + block
        rules.append(.replace(parts: "input_blocks.\(number).0", with: "down_blocks.\(level).resnets.\(block)"))
        rules.append(.replace(parts: "input_blocks.\(number).1", with: "down_blocks.\(level).attentions.\(block)"))
      }
      rules.append(.replace(parts: "input_blocks.\((level + 1) * perLevel).0.op", with: "down_blocks.\(level).downsamplers.0.conv"))
    }
    return rules
  }

  /// A UNet below `model.diffusion_model.`
  static func originalUNet(_ config: UNetConfig) -> [KeyRule] {
    var rules = originalEncoder(config)
    rules += [.replace(parts: "out.0", with: "conv_norm_out"), .replace(parts: "out.2", with: "conv_out")]
    let perLevel = config.blocksPerLevel + 1
    for (level, attends) in config.attendsUp.enumerated() {
      // The upsampler comes last in the level's last block: behind the transformer where there is one.
      rules.append(
        .replace(
          parts: "output_blocks.\(level * perLevel + perLevel - 1).\(attends ? 2 : 1).conv", with: "up_blocks.\(level).upsamplers.0.conv"))
      for block in 0..<perLevel {
        let number = level * perLevel + block
        rules.append(.replace(parts: "output_blocks.\(number).0", with: "up_blocks.\(level).resnets.\(block)"))
        rules.append(.replace(parts: "output_blocks.\(number).1", with: "up_blocks.\(level).attentions.\(block)"))
      }
    }
    return rules
  }

  /// A ControlNet below `control_model.`
  static func originalControlNet(_ config: UNetConfig) -> [KeyRule] {
    var rules = originalEncoder(config)
    let blocks = 2 * Swift.max(config.hintChannels.count - 1, 0)
    rules.append(.replace(parts: "input_hint_block.0", with: "controlnet_cond_embedding.conv_in"))
    for block in 0..<blocks {
      rules.append(.replace(parts: "input_hint_block.\(2 * block + 2)", with: "controlnet_cond_embedding.blocks.\(block)"))
    }
    rules.append(.replace(parts: "input_hint_block.\(2 * blocks + 2)", with: "controlnet_cond_embedding.conv_out"))
    for tap in 0..<config.levels.count * (config.blocksPerLevel + 1) {
      rules.append(.replace(parts: "zero_convs.\(tap).0", with: "controlnet_down_blocks.\(tap)"))
    }
    rules.append(.replace(parts: "middle_block_out.0", with: "controlnet_mid_block"))
    return rules
  }

  /// An autoencoder below `first_stage_model.`
  static func originalAutoencoder(_ config: AutoencoderConfig) -> [KeyRule] {
    var rules: [KeyRule] = [
      .replace(parts: "nin_shortcut", with: "conv_shortcut"), .replace(parts: "norm_out", with: "conv_norm_out"),
      .replace(parts: "mid.block_1", with: "mid_block.resnets.0"), .replace(parts: "mid.block_2", with: "mid_block.resnets.1"),
      .replace(parts: "mid.attn_1.norm", with: "mid_block.attentions.0.group_norm"),
      .replace(parts: "mid.attn_1.q", with: "mid_block.attentions.0.to_q"),
      .replace(parts: "mid.attn_1.k", with: "mid_block.attentions.0.to_k"),
      .replace(parts: "mid.attn_1.v", with: "mid_block.attentions.0.to_v"),
      .replace(parts: "mid.attn_1.proj_out", with: "mid_block.attentions.0.to_out.0"),
      // Tools that convert between the layouts leave the newer names here: those of diffusers, today's and its first ones.
      .replace(parts: "mid.attn_1", with: "mid_block.attentions.0"),
    ]
    for level in config.widths.indices {
      // `up` is numbered as `down` is, finest first; diffusers numbers its blocks in the order in which they run.
      let up = config.widths.count - 1 - level
      rules.append(.replace(parts: "down.\(level).downsample.conv", with: "down_blocks.\(level).downsamplers.0.conv"))
      rules.append(.replace(parts: "up.\(level).upsample.conv", with: "up_blocks.\(up).upsamplers.0.conv"))
      for block in 0...config.blocksPerLevel {
        rules.append(.replace(parts: "down.\(level).block.\(block)", with: "down_blocks.\(level).resnets.\(block)"))
        rules.append(.replace(parts: "up.\(level).block.\(block)", with: "up_blocks.\(up).resnets.\(block)"))
      }
    }
    return rules
  }
}
