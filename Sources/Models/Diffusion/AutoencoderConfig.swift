import Foundation

/// `config.json` of an AutoencoderKL.
public struct AutoencoderConfig: Decodable, Hashable, Sendable {
  /// Channels at each resolution, finest first.
  let widths: [Int]
  let blocksPerLevel: Int
  let groups: Int
  let imageChannels: Int
  /// Channels of a latent.
  public let latentChannels: Int
  /// What a latent is multiplied by before diffusion.
  public let scalingFactor: Float
  /// What is taken off a latent before that.
  public let shiftFactor: Float
  let attendsMiddle: Bool
  let usesQuantConv: Bool
  let usesPostQuantConv: Bool

  /// Pixels a latent stands for in each direction.
  public var factor: Int { 1 << (widths.count - 1) }

  /// Reads `config.json` in a network's folder. Throws `ModelError.missingConfiguration` and `badConfig`.
  public init(folder: URL) throws {
    self = try ConfigFile.decode(AutoencoderConfig.self, in: folder)
  }

  public init(from decoder: any Decoder) throws {
    let check = try ConfigCheck(decoder)
    try check.only(["act_fn": "silu", "latents_mean": nil, "latents_std": nil])
    widths = try check.value("block_out_channels")
    groups = try check.int("norm_num_groups", 1...1024, 32)
    try check.require((1...8).contains(widths.count), "block_out_channels", "1 to 8 levels are supported")
    for width in widths {
      try check.require((1...16384).contains(width) && width % groups == 0, "block_out_channels", "\(width) in \(groups) groups")
    }
    for (key, name) in [("down_block_types", "DownEncoderBlock2D"), ("up_block_types", "UpDecoderBlock2D")] {
      let types: [String] = try check.value(key)
      try check.require(types == Array(repeating: name, count: widths.count), key, "\(types)")
    }
    blocksPerLevel = try check.int("layers_per_block", 1...16, 1)
    imageChannels = try check.int("in_channels", 3...3, 3)
    _ = try check.int("out_channels", 3...3, 3)
    latentChannels = try check.int("latent_channels", 1...64, 4)
    scalingFactor = try check.value("scaling_factor", 0.18215)
    try check.require(scalingFactor > 0 && scalingFactor.isFinite, "scaling_factor", "\(scalingFactor) is not above 0")
    shiftFactor = try check.value("shift_factor", 0)
    try check.require(shiftFactor.isFinite, "shift_factor", "not a finite number")
    attendsMiddle = try check.value("mid_block_add_attention", true)
    usesQuantConv = try check.value("use_quant_conv", true)
    usesPostQuantConv = try check.value("use_post_quant_conv", true)
  }
}
