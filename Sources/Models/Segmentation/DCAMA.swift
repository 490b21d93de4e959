import Foundation

/// Dense cross-query-and-support attention weighted mask aggregation (Shi et al. 2022) on a residual network.
///
/// The query's pixels attend to the supports' at three scales; what they look up is the supports' masks themselves.
/// Depths and widths are read from the weights. Published heads and group counts: 8 and 4.
public struct DCAMA: FewShotSegmenter {
  private static let heads = 8

  private let backbone: ResNet  // feature_extractor
  private let attentions: [Attention]  // model.DCAMA_blocks.0 ... 2: stages 2, 3, 4
  private let conv1, conv2, conv3, conv4, conv5: FusionBlock
  private let mixer1, mixer2, mixer3: Mixer
  /// Position of each stage's last map among all blocks'.
  private let ends: [Int]

  /// Throws `ModelError.weightsDoNotFit`.
  public init(_ checkpoint: Checkpoint, precision: Precision = .float32) throws {
    let loader = WeightLoader(try checkpoint.network(.dcama), network: "DCAMA", precision: precision)
    let model = loader("model")
    backbone = ResNet(loader("feature_extractor"))
    let (widths, depths) = (backbone.widths, backbone.stages.map(\.count))
    attentions = (0..<3).map { Attention(model("DCAMA_blocks.\($0).linears"), channels: widths[$0 + 1]) }
    conv1 = FusionBlock(model("conv1"), inputs: depths[3])
    conv2 = FusionBlock(model("conv2"), inputs: depths[2])
    conv3 = FusionBlock(model("conv3"), inputs: depths[1])
    conv4 = FusionBlock(model("conv4"), inputs: conv1.outputs)
    conv5 = FusionBlock(model("conv5"), inputs: conv4.outputs)
    mixer1 = Mixer(model("mixer1"), inputs: conv5.outputs + 2 * widths[1] + 2 * widths[0])
    mixer2 = Mixer(model("mixer2"), inputs: mixer1.outputs)
    mixer3 = Mixer(model("mixer3"), inputs: mixer2.outputs, outputs: 2)
    ends = depths.indices.map { depths[...$0].reduce(0, +) - 1 }
    // The position tables are computed; the classifier of the backbone's own training is not needed.
    try loader.finish(ignoring: ["feature_extractor.fc", "model.pe", "num_batches_tracked"])
    guard widths.dropFirst().allSatisfy({ $0 % Self.heads == 0 }),
      [conv1, conv2, conv3, conv4, conv5].allSatisfy({ $0.layers.allSatisfy { $0.outputs % FusionBlock.groups == 0 } })
    else {
      throw ModelError.badWeights(
        path: checkpoint.path, reason: "its widths do not divide into \(Self.heads) heads and \(FusionBlock.groups) groups")
    }
  }

  public func features(of image: Tensor) throws -> ImageFeatures {
    try EpisodeCheck.image(image, network: "DCAMA")
    let maps = backbone.sums(image)
    guard maps[ends[0]].shape[1] == 2 * maps[ends[1]].shape[1] else {
      throw ModelError.badInput(
        what: "DCAMA", reason: "an image of \(image.shape[1]) pixels does not halve evenly; multiples of 8 do")
    }
    return ImageFeatures(side: image.shape[1], maps: maps)
  }

  public func segment(query: ImageFeatures, supports: [SupportExample]) throws -> Segmentation {
    try segment(query: query, supports: supports) { _, _ in }
  }

  /// The same, showing each intermediate under its name in the golden files, `[1, h, w, c]`.
  public func segment(
    query: ImageFeatures, supports: [SupportExample], trace: (String, Tensor) -> Void
  ) throws -> Segmentation {
    try EpisodeCheck.supports(supports, fit: query, network: "DCAMA")
    let coarse = (0..<3).map { stage in
      let last = query.maps[ends[stage + 1]]
      let (height, width) = (last.shape[1], last.shape[2])
      let positions = PositionTable.sinusoids(count: height * width, channels: last.channels)
      let masks = Tensor.stacked(
        supports.map { Kernels.bilinear($0.mask, height: height, width: width, alignCorners: true) })  // [k, h, w, 1]
      return Tensor.concatenated(
        (ends[stage] + 1...ends[stage + 1]).map { layer in
          attentions[stage](query.maps[layer], supports.map { $0.features.maps[layer] }, masks: masks, positions: positions)
        })  // [1, h, w, layers]
    }
    for (stage, map) in coarse.enumerated() { trace("coarse_block\(stage)", map) }

    func upsampled(_ x: Tensor, _ height: Int, _ width: Int) -> Tensor {
      Kernels.bilinear(x, height: height, width: width, alignCorners: true)
    }
    func doubled(_ x: Tensor) -> Tensor { upsampled(x, 2 * x.shape[1], 2 * x.shape[2]) }
    func fused(_ coarser: Tensor, _ finer: Tensor) -> Tensor {
      Kernels.add(upsampled(coarser, finer.shape[1], finer.shape[2]), finer)
    }
    let fused1 = conv1(coarse[2]), fused2 = conv2(coarse[1]), fused3 = conv3(coarse[0])  // [1, h, w, 128]
    let fused4 = conv4(fused(fused1, fused2))
    let fused5 = conv5(fused(fused4, fused3))
    for (index, map) in [fused1, fused2, fused3, fused4, fused5].enumerated() { trace("conv\(index + 1)", map) }

    // Skips: the query's map, and the largest of the supports'.
    func skip(_ layer: Int) -> [Tensor] {
      let maps = supports.map { $0.features.maps[layer] }
      return [query.maps[layer], maps.dropFirst().reduce(maps[0]) { Kernels.maximum($0, $1) }]
    }
    let stage2 = Tensor.concatenated([fused5] + skip(ends[1]))  // [1, S / 8, S / 8, c]
    let stage1 = Tensor.concatenated([doubled(stage2)] + skip(ends[0]))  // [1, S / 4, S / 4, c]
    let half = mixer2(doubled(mixer1(stage1)))  // [1, S / 2, S / 2, 16]
    let logits = mixer3(doubled(half), isLast: true)  // [1, S, S, 2]
    return try Segmentation(
      logits: logits.shape[1] == query.side ? logits : upsampled(logits, query.side, query.side), network: "DCAMA")
  }

  /// One attention shared by a stage's layers.
  private struct Attention: Sendable {
    let queries: Linear  // 0
    let keys: Linear  // 1

    init(_ loader: WeightLoader, channels: Int) {
      queries = Linear(loader("0"), in: channels, out: channels)
      keys = Linear(loader("1"), in: channels, out: channels)
    }

    /// Maps `[1, h, w, c]` and masks `[k, h, w, 1]` to `[1, h, w, 1]`: one softmax over the pixels of all supports, whose
    /// positions are each counted from 0.
    func callAsFunction(_ query: Tensor, _ supports: [Tensor], masks: Tensor, positions: Tensor) -> Tensor {
      func tokens(_ map: Tensor) -> Tensor { Kernels.add(map.reshaped(positions.shape), positions) }
      return Kernels.maskAttention(
        queries(tokens(query)), keys(Tensor.stacked(supports.map(tokens))), mask: masks, heads: DCAMA.heads,
        precision: keys.weight.precision
      ).reshaped(query.shape.dropLast() + [1])
    }
  }

  /// Three times convolution, group norm, ReLU; the kernels' sizes are in the weights.
  private struct FusionBlock: Sendable {
    static let groups = 4

    let layers: [(conv: Conv2d, norm: GroupNorm, outputs: Int)]
    let outputs: Int

    init(_ loader: WeightLoader, inputs: Int) {
      var channels = inputs
      layers = [0, 3, 6].map { index in
        let (conv, outputs) = (loader("\(index)").suited(toInputs: channels), loader("\(index)").outputs)
        defer { channels = outputs }
        return (
          Conv2d(conv, in: channels, out: outputs, kernel: conv.kernel, padding: Padding(conv.kernel / 2)),
          GroupNorm(loader("\(index + 1)"), groups: Self.groups, channels: outputs, eps: 1e-5), outputs
        )
      }
      outputs = channels
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      layers.reduce(x) { $1.norm($1.conv($0), activation: .relu) }
    }
  }

  /// Two 3x3 convolutions, each with ReLU; the last of all goes without.
  private struct Mixer: Sendable {
    let first: Conv2d  // 0
    let second: Conv2d  // 2
    let outputs: Int

    init(_ loader: WeightLoader, inputs: Int, outputs: Int? = nil) {
      let middle = loader("0").outputs
      let outputs = outputs ?? loader("2").outputs
      self.outputs = outputs
      first = Conv2d(loader("0").suited(toInputs: inputs), in: inputs, out: middle, kernel: 3, padding: 1)
      second = Conv2d(loader("2").suited(toInputs: middle), in: middle, out: outputs, kernel: 3, padding: 1)
    }

    func callAsFunction(_ x: Tensor, isLast: Bool = false) -> Tensor {
      second(first(x, activation: .relu), activation: isLast ? .none : .relu)
    }
  }
}
