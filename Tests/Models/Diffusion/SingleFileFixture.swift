import Foundation
import Models
import TestSupport

/// The model of `Tests/Fixtures/diffusion` under CompVis' names, as `v1-5-pruned.ckpt` has them, with its ControlNet as `control_sd15_*.pth` do.
///
/// Names are written out here, block by block, and owe nothing to the rules that the program reads such files by.
enum SingleFileFixture {
  static let model = Golden.fixture("diffusion/model")
  static let controlNet = Golden.fixture("diffusion/controlnet")

  static func tensors(withControlNet: Bool = false) throws -> [(name: String, tensor: Tensor)] {
    var all = try part(model.appendingPathComponent("unet"), "model.diffusion_model.", blocks + unet)
    all += try part(model.appendingPathComponent("vae"), "first_stage_model.", autoencoder)
    all += try part(model.appendingPathComponent("text_encoder"), "cond_stage_model.transformer.text_model.", [])
    return withControlNet ? try all + part(controlNet, "control_model.", blocks + control) : all
  }

  /// One network's tensors: what is in front of a dot in its names is exchanged.
  private static func part(_ folder: URL, _ prefix: String, _ names: [(String, String)]) throws -> [(name: String, tensor: Tensor)] {
    let weights = try Checkpoint(folder: folder), isAutoencoder = prefix == "first_stage_model."
    return try weights.names.map { name in
      var (name, tensor) = (name, try weights.tensor(name))
      if name.contains(".resnets.") {
        for (old, new) in isAutoencoder ? [("conv_shortcut", "nin_shortcut")] : layers {
          name = name.replacing(".\(old).", with: ".\(new).")
        }
      }
      if let (old, new) = names.first(where: { name.hasPrefix($0.0 + ".") }) { name = new + name.dropFirst(old.count) }
      // The autoencoder's attention is made of convolutions there.
      if name.contains(".attn_1."), tensor.shape.count == 2 { tensor = tensor.reshaped(tensor.shape + [1, 1]) }
      return (name: prefix + name, tensor: tensor)
    }
  }

  private static let layers = [
    ("norm1", "in_layers.0"), ("conv1", "in_layers.2"), ("time_emb_proj", "emb_layers.1"), ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("conv_shortcut", "skip_connection"),
  ]

  private static let blocks = [
    ("time_embedding.linear_1", "time_embed.0"), ("time_embedding.linear_2", "time_embed.2"), ("conv_in", "input_blocks.0.0"),
    ("down_blocks.0.resnets.0", "input_blocks.1.0"), ("down_blocks.0.downsamplers.0.conv", "input_blocks.2.0.op"),
    ("down_blocks.1.resnets.0", "input_blocks.3.0"), ("down_blocks.1.attentions.0", "input_blocks.3.1"),
    ("mid_block.resnets.0", "middle_block.0"), ("mid_block.attentions.0", "middle_block.1"), ("mid_block.resnets.1", "middle_block.2"),
  ]

  private static let unet = [
    ("up_blocks.0.resnets.0", "output_blocks.0.0"), ("up_blocks.0.attentions.0", "output_blocks.0.1"),
    ("up_blocks.0.resnets.1", "output_blocks.1.0"),
    ("up_blocks.0.attentions.1", "output_blocks.1.1"), ("up_blocks.0.upsamplers.0.conv", "output_blocks.1.2.conv"),
    ("up_blocks.1.resnets.0", "output_blocks.2.0"), ("up_blocks.1.resnets.1", "output_blocks.3.0"), ("conv_norm_out", "out.0"),
    ("conv_out", "out.2"),
  ]

  private static let control = [
    ("controlnet_cond_embedding.conv_in", "input_hint_block.0"), ("controlnet_cond_embedding.blocks.0", "input_hint_block.2"),
    ("controlnet_cond_embedding.blocks.1", "input_hint_block.4"), ("controlnet_cond_embedding.blocks.2", "input_hint_block.6"),
    ("controlnet_cond_embedding.blocks.3", "input_hint_block.8"), ("controlnet_cond_embedding.conv_out", "input_hint_block.10"),
    ("controlnet_down_blocks.0", "zero_convs.0.0"), ("controlnet_down_blocks.1", "zero_convs.1.0"),
    ("controlnet_down_blocks.2", "zero_convs.2.0"),
    ("controlnet_down_blocks.3", "zero_convs.3.0"), ("controlnet_mid_block", "middle_block_out.0"),
  ]

  private static let autoencoder = [
    ("encoder.down_blocks.0.resnets.0", "encoder.down.0.block.0"),
    ("encoder.down_blocks.0.downsamplers.0.conv", "encoder.down.0.downsample.conv"),
    ("encoder.down_blocks.1.resnets.0", "encoder.down.1.block.0"),
    ("encoder.down_blocks.1.downsamplers.0.conv", "encoder.down.1.downsample.conv"),
    ("encoder.down_blocks.2.resnets.0", "encoder.down.2.block.0"), ("encoder.mid_block.resnets.0", "encoder.mid.block_1"),
    ("encoder.mid_block.resnets.1", "encoder.mid.block_2"), ("encoder.mid_block.attentions.0.group_norm", "encoder.mid.attn_1.norm"),
    ("encoder.mid_block.attentions.0.query", "encoder.mid.attn_1.q"), ("encoder.mid_block.attentions.0.key", "encoder.mid.attn_1.k"),
    ("encoder.mid_block.attentions.0.value", "encoder.mid.attn_1.v"),
    ("encoder.mid_block.attentions.0.proj_attn", "encoder.mid.attn_1.proj_out"),
    ("encoder.conv_norm_out", "encoder.norm_out"), ("decoder.mid_block.resnets.0", "decoder.mid.block_1"),
    ("decoder.mid_block.resnets.1", "decoder.mid.block_2"),
    ("decoder.mid_block.attentions.0.group_norm", "decoder.mid.attn_1.norm"),
    ("decoder.mid_block.attentions.0.query", "decoder.mid.attn_1.q"),
    ("decoder.mid_block.attentions.0.key", "decoder.mid.attn_1.k"), ("decoder.mid_block.attentions.0.value", "decoder.mid.attn_1.v"),
    ("decoder.mid_block.attentions.0.proj_attn", "decoder.mid.attn_1.proj_out"), ("decoder.up_blocks.0.resnets.0", "decoder.up.2.block.0"),
    ("decoder.up_blocks.0.resnets.1", "decoder.up.2.block.1"), ("decoder.up_blocks.0.upsamplers.0.conv", "decoder.up.2.upsample.conv"),
    ("decoder.up_blocks.1.resnets.0", "decoder.up.1.block.0"), ("decoder.up_blocks.1.resnets.1", "decoder.up.1.block.1"),
    ("decoder.up_blocks.1.upsamplers.0.conv", "decoder.up.1.upsample.conv"), ("decoder.up_blocks.2.resnets.0", "decoder.up.0.block.0"),
    ("decoder.up_blocks.2.resnets.1", "decoder.up.0.block.1"), ("decoder.conv_norm_out", "decoder.norm_out"),
  ]
}
