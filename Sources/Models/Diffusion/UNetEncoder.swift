/// The way down and the middle, which a UNet and a ControlNet have in common, under the same keys.
struct UNetEncoder: Sendable {
  let convIn: Conv2d  // conv_in
  let timeEmbedding: TimeEmbedding  // time_embedding
  private let downBlocks: [DownBlock]  // down_blocks
  private let midBlock: MidBlock  // mid_block

  init(_ loader: WeightLoader, _ config: UNetConfig) {
    convIn = Conv2d(loader("conv_in"), in: config.inputChannels, out: config.levels[0].channels, kernel: 3, padding: 1)
    timeEmbedding = TimeEmbedding(loader("time_embedding"), config)
    downBlocks = config.levels.indices.map { DownBlock(loader("down_blocks.\($0)"), config, level: $0) }
    midBlock = MidBlock(loader("mid_block"), config)
  }

  func condition(
    _ timesteps: [Float], _ context: TextStates, merging: Double = 0, _ interruption: @escaping Interruption
  ) -> UNetCondition {
    UNetCondition(
      time: Kernels.activate(timeEmbedding(timesteps), .silu), context: context, merging: merging, interruption: interruption)
  }

  /// - Parameter x: the latents after `convIn`, `[n, h, w, c]`. One image may stand for all texts: it stays one until the first
  ///   text is read, so that what a guided pair has in common is computed once.
  /// - Returns: the feature maps to be joined on the way up, finest first, and the middle one.
  func callAsFunction(_ x: Tensor, _ condition: UNetCondition) throws -> (skips: [Tensor], mid: Tensor) {
    let (skips, h) = try outer(x, condition, count: .max)
    return (skips, try midBlock(h, condition))
  }

  /// The first feature maps alone, `count` of them or all, and the last one of them.
  func outer(_ x: Tensor, _ condition: UNetCondition, count: Int) throws -> (skips: [Tensor], last: Tensor) {
    var skips = [x]
    var h = x
    for block in downBlocks { h = try block(h, condition, skips: &skips, limit: count) }
    return (skips, h)
  }
}
