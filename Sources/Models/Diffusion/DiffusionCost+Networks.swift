extension Extent {
  fileprivate var count: Int { height * width }
  fileprivate var halved: Extent { Extent(height: (height + 1) / 2, width: (width + 1) / 2) }
  fileprivate var doubled: Extent { Extent(height: 2 * height, width: 2 * width) }
}

extension CostCount {
  fileprivate mutating func resnet(_ extent: Extent, _ inputs: Int, _ outputs: Int) {
    conv3x3(extent, inputs, outputs)
    conv3x3(extent, outputs, outputs)
    if inputs != outputs { linear(extent.count, inputs, outputs) }
  }

  /// Self-attention, with the cosines that tell which tokens to merge.
  fileprivate mutating func selfAttention(_ tokens: Int, _ channels: Int, merging: Double) {
    let merged = Int(Double(tokens) * merging), left = tokens - merged
    if merged > 0 { linear(tokens * 3 / 4, channels, tokens / 4) }
    linear(left, channels, 4 * channels)
    attention(left, left, channels)
  }
}

extension UNetConfig {
  /// Tokens of a text.
  private static let textTokens = 77

  private func addTransformer(_ extent: Extent, level: Int, merging: Double, to count: inout CostCount) {
    let (tokens, channels) = (extent.count, levels[level].channels)
    count.linear(tokens, channels, 2 * channels)
    for _ in 0..<transformerDepth {
      count.selfAttention(tokens, channels, merging: level == finestAttention ? merging : 0)
      count.linear(tokens, channels, 2 * channels)
      count.attention(tokens, Self.textTokens, channels)
      count.linear(tokens, channels, 12 * channels)
    }
  }

  private func addMiddle(_ extent: Extent, merging: Double, to count: inout CostCount) {
    let level = levels.count - 1, channels = levels[level].channels
    for _ in 0..<2 { count.resnet(extent, channels, channels) }
    addTransformer(extent, level: level, merging: merging, to: &count)
  }

  /// The way down, as far as it makes `limit` feature maps; their channels, and the extents of the levels.
  private func addDown(
    _ latents: Extent, merging: Double, limit: Int, to count: inout CostCount
  ) -> (skips: [Int], extents: [Extent]) {
    var skips = [levels[0].channels], extents = [latents]
    count.conv3x3(latents, inputChannels, levels[0].channels)
    for (index, level) in levels.enumerated() {
      for _ in 0..<blocksPerLevel where skips.count < limit {
        count.resnet(extents[index], skips[skips.count - 1], level.channels)
        if level.attendsDown { addTransformer(extents[index], level: index, merging: merging, to: &count) }
        skips.append(level.channels)
      }
      guard index < levels.count - 1 else { break }
      extents.append(extents[index].halved)
      guard skips.count < limit else { continue }
      count.conv3x3(extents[index + 1], level.channels, level.channels)
      skips.append(level.channels)
    }
    return (skips, extents)
  }

  /// One evaluation of a UNet, of its outermost `depth` layers where that is given.
  func add(_ latents: Extent, merging: Double, depth: Int? = nil, to count: inout CostCount) {
    let (found, extents) = addDown(latents, merging: merging, limit: depth ?? .max, to: &count)
    var skips = found
    if depth == nil { addMiddle(extents[extents.count - 1], merging: merging, to: &count) }
    var left = skipCount
    for (index, attends) in attendsUp.enumerated() {
      let level = levels.count - 1 - index, channels = levels[level].channels
      for block in 0...blocksPerLevel {
        defer { left -= 1 }
        guard left <= skips.count else { continue }
        let before = block == 0 ? levels[min(level + 1, levels.count - 1)].channels : channels
        count.resnet(extents[level], before + skips.removeLast(), channels)
        if attends { addTransformer(extents[level], level: level, merging: merging, to: &count) }
        if block == blocksPerLevel, level > 0 { count.conv3x3(extents[level - 1], channels, channels) }
      }
    }
    count.conv3x3(latents, levels[0].channels, outputChannels)
  }

  /// One evaluation of a ControlNet that was made for this UNet.
  func addControlNet(_ latents: Extent, to count: inout CostCount) {
    let (skips, extents) = addDown(latents, merging: 0, limit: .max, to: &count)
    addMiddle(extents[extents.count - 1], merging: 0, to: &count)
    for (place, channels) in skips.enumerated() {
      count.linear(extents[min(place / (blocksPerLevel + 1), levels.count - 1)].count, channels, channels)
    }
  }
}

extension AutoencoderConfig {
  /// Decoding.
  func add(_ latents: Extent, to count: inout CostCount) {
    var extent = latents, before = widths[widths.count - 1]
    count.conv3x3(extent, latentChannels, before)
    for _ in 0..<2 { count.resnet(extent, before, before) }
    if attendsMiddle { count.selfAttention(extent.count, before, merging: 0) }
    for (index, width) in widths.enumerated().reversed() {
      for block in 0...blocksPerLevel { count.resnet(extent, block == 0 ? before : width, width) }
      before = width
      guard index > 0 else { break }
      extent = extent.doubled
      count.conv3x3(extent, width, width)
    }
    count.conv3x3(extent, before, imageChannels)
  }
}

extension TinyDecoder {
  /// Decoding, at the published width.
  static func add(_ latents: Extent, to count: inout CostCount) {
    var extent = latents
    for blocks in blocksOfLevels {
      for _ in 0..<3 * blocks { count.conv3x3(extent, width, width) }
      if blocks > 1 { extent = extent.doubled }
      count.conv3x3(extent, width, blocks > 1 ? width : 3)
    }
  }
}
