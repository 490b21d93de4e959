/// Asked before every block of a network; throws `ModelError.cancelled` when the caller wants no more of it.
public typealias Interruption = () throws -> Void

/// What every block of a UNet reads beside the feature map.
struct UNetCondition {
  /// The time embedding after SiLU, `[n, d]`, or `[1, d]` for all.
  let time: Tensor
  let context: TextStates
  /// The part of the tokens that self-attention goes without where the network attends finest, 0...0.75.
  var merging = 0.0
  let interruption: Interruption
}

/// One resolution on the way down (`DownBlock2D`, `CrossAttnDownBlock2D`).
struct DownBlock: Sendable {
  private let resnets: [ResnetBlock]
  private let attentions: [Transformer]
  private let downsampler: Conv2d?  // downsamplers.0.conv
  /// Whether no finer level attends.
  private let isFinest: Bool

  init(_ loader: WeightLoader, _ config: UNetConfig, level index: Int) {
    let level = config.levels[index]
    isFinest = index == config.finestAttention
    let inputs = config.levels[max(index - 1, 0)].channels
    resnets = (0..<config.blocksPerLevel).map {
      ResnetBlock(
        loader("resnets.\($0)"), in: $0 == 0 ? inputs : level.channels, out: level.channels, time: config.timeSize,
        groups: config.groups, eps: config.eps)
    }
    attentions = (0..<(level.attendsDown ? config.blocksPerLevel : 0)).map {
      Transformer(
        loader("attentions.\($0)"), channels: level.channels, heads: level.heads, depth: config.transformerDepth,
        context: config.contextSize, groups: config.groups)
    }
    downsampler =
      index == config.levels.count - 1
      ? nil
      : Conv2d(loader("downsamplers.0.conv"), in: level.channels, out: level.channels, kernel: 3, stride: 2, padding: 1)
  }

  /// Appends every intermediate feature map to `skips`, the last one being the output, as long as there are fewer than `limit`.
  func callAsFunction(_ x: Tensor, _ condition: UNetCondition, skips: inout [Tensor], limit: Int) throws -> Tensor {
    var h = x
    for (index, resnet) in resnets.enumerated() where skips.count < limit {
      try condition.interruption()
      h = resnet(h, time: condition.time)
      if !attentions.isEmpty { h = attentions[index](h, context: condition.context, merging: isFinest ? condition.merging : 0) }
      skips.append(h)
    }
    if let downsampler, skips.count < limit {
      h = downsampler(h)  // [n, (h + 1) / 2, (w + 1) / 2, c]
      skips.append(h)
    }
    return h
  }
}

/// The coarsest feature map (`UNetMidBlock2DCrossAttn`).
struct MidBlock: Sendable {
  private let first: ResnetBlock  // resnets.0
  private let attention: Transformer  // attentions.0
  private let second: ResnetBlock  // resnets.1
  /// Whether no finer level attends.
  private let isFinest: Bool

  init(_ loader: WeightLoader, _ config: UNetConfig) {
    let level = config.levels[config.levels.count - 1]
    isFinest = config.finestAttention == config.levels.count - 1
    func resnet(_ index: Int) -> ResnetBlock {
      ResnetBlock(
        loader("resnets.\(index)"), in: level.channels, out: level.channels, time: config.timeSize, groups: config.groups,
        eps: config.eps)
    }
    first = resnet(0)
    attention = Transformer(
      loader("attentions.0"), channels: level.channels, heads: level.heads, depth: config.transformerDepth,
      context: config.contextSize, groups: config.groups)
    second = resnet(1)
  }

  func callAsFunction(_ x: Tensor, _ condition: UNetCondition) throws -> Tensor {
    try condition.interruption()
    let h = attention(first(x, time: condition.time), context: condition.context, merging: isFinest ? condition.merging : 0)
    try condition.interruption()
    return second(h, time: condition.time)
  }
}

/// One resolution on the way up (`UpBlock2D`, `CrossAttnUpBlock2D`).
struct UpBlock: Sendable {
  private let resnets: [ResnetBlock]
  private let attentions: [Transformer]
  private let upsampler: Conv2d?  // upsamplers.0.conv
  /// Whether no finer level attends.
  private let isFinest: Bool

  /// - Parameter index: counted from the coarsest level.
  init(_ loader: WeightLoader, _ config: UNetConfig, index: Int) {
    isFinest = config.levels.count - 1 - index == config.finestAttention
    let levels = Array(config.levels.reversed())
    let level = levels[index]
    let before = levels[max(index - 1, 0)].channels
    let after = levels[min(index + 1, levels.count - 1)].channels
    let count = config.blocksPerLevel + 1
    resnets = (0..<count).map {
      let fromBelow = $0 == 0 ? before : level.channels
      let fromSkip = $0 == count - 1 ? after : level.channels
      return ResnetBlock(
        loader("resnets.\($0)"), in: fromBelow + fromSkip, out: level.channels, time: config.timeSize, groups: config.groups,
        eps: config.eps)
    }
    attentions = (0..<(config.attendsUp[index] ? count : 0)).map {
      Transformer(
        loader("attentions.\($0)"), channels: level.channels, heads: level.heads, depth: config.transformerDepth,
        context: config.contextSize, groups: config.groups)
    }
    upsampler =
      index == levels.count - 1
      ? nil : Conv2d(loader("upsamplers.0.conv"), in: level.channels, out: level.channels, kernel: 3, padding: 1, doubling: .mostlyExact)
  }

  /// Number of its residual blocks.
  var count: Int { resnets.count }

  /// One residual block with what follows it: takes a feature map off the end of `skips`, and behind the last one grows to the size of the one then last.
  func layer(_ index: Int, _ x: Tensor, _ condition: UNetCondition, skips: inout [Tensor]) throws -> Tensor {
    try condition.interruption()
    var h = resnets[index](.concatenated([x, skips.removeLast().repeated(x.shape[0])]), time: condition.time)
    if !attentions.isEmpty { h = attentions[index](h, context: condition.context, merging: isFinest ? condition.merging : 0) }
    if index == count - 1, let upsampler, let next = skips.last {
      h = upsampler(h, upsampledTo: Extent(height: next.shape[1], width: next.shape[2]))  // [n, about 2 h, about 2 w, c]
    }
    return h
  }
}
