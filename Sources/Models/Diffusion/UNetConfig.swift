import Foundation

/// `config.json` of a UNet2DConditionModel or a ControlNetModel: what both share.
public struct UNetConfig: Decodable, Hashable, Sendable {
  /// One resolution of the network.
  struct Level: Hashable, Sendable {
    let channels: Int
    /// Whether a transformer follows each of its residual blocks on the way down.
    let attendsDown: Bool
    let heads: Int
  }

  let levels: [Level]
  /// Whether a transformer follows each residual block on the way up, coarsest level first. Empty for a ControlNet.
  let attendsUp: [Bool]
  let blocksPerLevel: Int
  let transformerDepth: Int
  /// Channels of the latents the network reads.
  public let inputChannels: Int
  let outputChannels: Int
  /// Width of the text encoder's states.
  public let contextSize: Int
  let groups: Int
  let eps: Float
  let usesLinearProjection: Bool
  let cosineFirst: Bool
  let frequencyShift: Float
  /// Widths of a ControlNet's image network. Empty for a UNet.
  private(set) var hintChannels: [Int]
  /// Whether a ControlNet takes its image's channels as blue, green, red.
  let isBlueFirst: Bool

  /// Channels of the time embedding.
  var timeSize: Int { levels[0].channels * 4 }

  /// The finest level with attention beside its residual blocks; nil where none has.
  var finestAttention: Int? {
    levels.indices.first { levels[$0].attendsDown || attendsUp.dropLast($0).last == true }
  }

  /// Feature maps that the way down hands to the way up.
  var skipCount: Int { levels.count * (blocksPerLevel + 1) }

  /// Reads `config.json` in a network's folder. Throws `ModelError.missingConfiguration` and `badConfig`.
  public init(folder: URL) throws {
    self = try ConfigFile.decode(UNetConfig.self, in: folder)
  }

  public init(from decoder: any Decoder) throws {
    let check = try ConfigCheck(decoder)
    try check.only([
      "act_fn": "silu", "addition_embed_type": nil, "attention_type": "default", "center_input_sample": false,
      "class_embed_type": nil, "class_embeddings_concat": false, "conv_in_kernel": 3.0, "conv_out_kernel": 3.0,
      "cross_attention_norm": nil, "downsample_padding": 1.0, "dual_cross_attention": false, "encoder_hid_dim": nil,
      "encoder_hid_dim_type": nil, "global_pool_conditions": false, "conditioning_channels": 3.0,
      "mid_block_only_cross_attention": nil, "mid_block_scale_factor": 1.0, "mid_block_type": "UNetMidBlock2DCrossAttn",
      "num_class_embeds": nil, "only_cross_attention": false, "projection_class_embeddings_input_dim": nil,
      "resnet_out_scale_factor": 1.0, "resnet_skip_time_act": false, "resnet_time_scale_shift": "default",
      "reverse_transformer_layers_per_block": nil, "time_cond_proj_dim": nil, "time_embedding_act_fn": nil,
      "time_embedding_dim": nil, "time_embedding_type": "positional", "timestep_post_act": nil,
    ])
    let widths: [Int] = try check.value("block_out_channels")
    try check.require((1...8).contains(widths.count), "block_out_channels", "1 to 8 levels are supported")
    groups = try check.int("norm_num_groups", 1...1024, 32)
    for width in widths {
      try check.require((1...16384).contains(width) && width % groups == 0, "block_out_channels", "\(width) in \(groups) groups")
    }
    let down: [String] = try check.value("down_block_types")
    let known = ["CrossAttnDownBlock2D": true, "DownBlock2D": false, "CrossAttnUpBlock2D": true, "UpBlock2D": false]
    try check.require(
      down.count == widths.count && down.allSatisfy { known[$0] != nil && !$0.contains("Up") }, "down_block_types", "\(down)")
    let up: [String] = try check.value("up_block_types", [])
    try check.require(
      (up.isEmpty || up.count == widths.count) && up.allSatisfy { known[$0] != nil && !$0.contains("Down") }, "up_block_types",
      "\(up)")
    attendsUp = up.map { known[$0] == true }
    // In the 1.5 family `attention_head_dim` holds the number of heads, not their size.
    let heads =
      try Self.heads("num_attention_heads", check, widths) ?? Self.heads("attention_head_dim", check, widths)
      ?? Self.checked(Array(repeating: 8, count: widths.count), "attention_head_dim", check, widths)
    levels = widths.indices.map { Level(channels: widths[$0], attendsDown: known[down[$0]] == true, heads: heads[$0]) }
    blocksPerLevel = try check.int("layers_per_block", 1...16, 2)
    transformerDepth = try check.int("transformer_layers_per_block", 1...16, 1)
    inputChannels = try check.int("in_channels", 1...64, 4)
    outputChannels = try check.int("out_channels", 1...64, 4)
    contextSize = try check.int("cross_attention_dim", 1...8192)
    eps = try check.value("norm_eps", 1e-5)
    try check.require((0...1).contains(eps), "norm_eps", "\(eps) is not in 0...1")
    usesLinearProjection = try check.value("use_linear_projection", false)
    cosineFirst = try check.value("flip_sin_to_cos", true)
    frequencyShift = try check.value("freq_shift", 0)
    let frequencies = max(1, widths[0] / 2)
    try check.require(frequencyShift < Float(frequencies), "freq_shift", "\(frequencyShift) of \(frequencies) frequencies")
    hintChannels = try check.value("conditioning_embedding_out_channels", [])
    try check.require(
      hintChannels.count <= 8 && hintChannels.allSatisfy { (1...4096).contains($0) }, "conditioning_embedding_out_channels",
      "\(hintChannels)")
    let order: String = try check.value("controlnet_conditioning_channel_order", "rgb")
    try check.require(["rgb", "bgr"].contains(order), "controlnet_conditioning_channel_order", order)
    isBlueFirst = order == "bgr"
  }

  /// A measure of the work of one pass over latents of an extent: positions times channels squared, over all levels. A pass takes some 250
  /// multiplications for each.
  public func work(width: Int, height: Int) -> Int {
    levels.enumerated().reduce(0) { sum, level in
      sum + max(1, width >> level.offset) * max(1, height >> level.offset) * level.element.channels * level.element.channels
    }
  }

  /// The configuration of a ControlNet for this UNet.
  func controlNet(hintChannels: [Int]) -> UNetConfig {
    var config = self
    config.hintChannels = hintChannels
    return config
  }

  /// Heads of each level: one number for all of them or a list; nil when absent or null.
  private static func heads(_ key: String, _ check: ConfigCheck, _ widths: [Int]) throws -> [Int]? {
    if let one: Int = try? check.optional(key) { return try checked(Array(repeating: one, count: widths.count), key, check, widths) }
    guard let list: [Int] = try check.optional(key) else { return nil }
    try check.require(list.count == widths.count, key, "\(list.count) values for \(widths.count) levels")
    return try checked(list, key, check, widths)
  }

  private static func checked(_ heads: [Int], _ key: String, _ check: ConfigCheck, _ widths: [Int]) throws -> [Int] {
    for (width, heads) in zip(widths, heads) {
      try check.require(heads > 0 && width % heads == 0, key, "\(width) channels in \(heads) heads")
    }
    return heads
  }
}
