/// Hypercorrelation squeeze network (Min et al. 2021) on a residual network or VGG-16.
///
/// Correlations of every query pixel with every support pixel, at three scales, are squeezed by 4D convolutions. Depths and
/// widths are read from the weights. Supports are consulted one by one and vote.
public struct HSNet: FewShotSegmenter {
  private let backbone: any TappedBackbone
  private let encoderLayer4, encoderLayer3, encoderLayer2: SqueezeBlock  // hpn_learner.encoder_layer4 ... 2
  private let encoderLayer4to3, encoderLayer3to2: SqueezeBlock
  private let decoder1, decoder2: Decoder
  /// Number of maps at each scale, fine to coarse.
  private let depths: [Int]
  private let precision: Precision

  /// Throws `ModelError.weightsDoNotFit` and `badWeights`.
  public init(_ checkpoint: Checkpoint, precision: Precision = .float32) throws {
    let loader = WeightLoader(try checkpoint.network(.hsnet), network: "HSNet", precision: precision)
    let learner = loader("hpn_learner")
    backbone = loader("backbone").tappedBackbone()
    depths = backbone.depths
    self.precision = precision
    encoderLayer4 = SqueezeBlock(learner("encoder_layer4"), inputs: depths[2], strides: [2, 2, 2])
    encoderLayer3 = SqueezeBlock(learner("encoder_layer3"), inputs: depths[1], strides: [4, 2, 2])
    encoderLayer2 = SqueezeBlock(learner("encoder_layer2"), inputs: depths[0], strides: [4, 4, 2])
    encoderLayer4to3 = SqueezeBlock(learner("encoder_layer4to3"), inputs: encoderLayer4.outputs, strides: [1, 1, 1])
    encoderLayer3to2 = SqueezeBlock(learner("encoder_layer3to2"), inputs: encoderLayer4to3.outputs, strides: [1, 1, 1])
    decoder1 = Decoder(learner("decoder1"), inputs: encoderLayer3to2.outputs)
    decoder2 = Decoder(learner("decoder2"), inputs: decoder1.outputs, outputs: 2)
    try loader.finish(ignoring: ["backbone.fc", "backbone.classifier", "num_batches_tracked"])
    let blocks = [encoderLayer4, encoderLayer3, encoderLayer2, encoderLayer4to3, encoderLayer3to2]
    guard blocks.allSatisfy({ $0.layers.allSatisfy { $0.outputs % SqueezeBlock.groups == 0 } }),
      Set(blocks.map(\.outputs)).count == 1
    else {
      throw ModelError.badWeights(path: checkpoint.path, reason: "the widths of its 4D convolutions do not fit each other")
    }
  }

  public func features(of image: Tensor) throws -> ImageFeatures {
    try EpisodeCheck.image(image, network: "HSNet")
    let side = image.shape[1], grids = backbone.grids(side)
    // The encoders' strides bring the supports' grids of all scales to one size: an eighth, a 16th, a 32nd, rounded up.
    let squeezed = zip(grids, [32, 16, 8]).map { ($0 + $1 - 1) / $1 }
    guard grids.allSatisfy({ $0 > 0 }), Set(squeezed).count == 1 else {
      throw ModelError.badInput(
        what: "HSNet", reason: "with this backbone an image of \(side) pixels has scales of \(grids) that do not meet; multiples of 32 do")
    }
    return ImageFeatures(side: side, maps: backbone.taps(image))
  }

  public func segment(query: ImageFeatures, supports: [SupportExample]) throws -> Segmentation {
    try segment(query: query, supports: supports) { _, _ in }
  }

  /// The same, showing each intermediate of the first support under its name in the golden files; hypercorrelations are
  /// `[query pixels, support pixels, c]`.
  public func segment(
    query: ImageFeatures, supports: [SupportExample], trace: (String, Tensor) -> Void
  ) throws -> Segmentation {
    try EpisodeCheck.supports(supports, fit: query, network: "HSNet")
    let scores = supports.enumerated().map { index, support in
      self.scores(query, support, trace: index == 0 ? trace : { _, _ in })
    }
    return try Segmentation(votes: .stacked(scores), side: query.side, network: "HSNet")
  }

  /// Scores `[1, h, w, 2]` by one support, before the resize to the query's size.
  private func scores(_ query: ImageFeatures, _ support: SupportExample, trace: (String, Tensor) -> Void) -> Tensor {
    let masked = support.features.maps.map { map in
      Kernels.scalePixels(map, by: Kernels.bilinear(support.mask, height: map.shape[1], width: map.shape[2], alignCorners: true))
    }
    for (index, map) in masked.enumerated() { trace("s_feat_masked_\(index)", map) }
    let ends = depths.indices.map { depths[...$0].reduce(0, +) }
    func correlation(_ stage: Int) -> Hypercorrelation {
      let layers = ends[stage] - depths[stage]..<ends[stage]
      let result = Hypercorrelation(layers.map { (query.maps[$0], masked[$0]) }, precision)
      trace("corr_l\(stage + 2)", result.values)
      return result
    }
    let squeezed4 = encoderLayer4(correlation(2)) { _, _ in }
    let squeezed3 = encoderLayer3(correlation(1), trace: trace)
    let squeezed2 = encoderLayer2(correlation(0)) { _, _ in }
    trace("encoder_layer4", squeezed4.values)
    trace("encoder_layer3", squeezed3.values)
    trace("encoder_layer2", squeezed2.values)
    // Every stage's strides come to the same: the supports' grids are one size now, a 256th of the image.
    let mixed3 = encoderLayer4to3(squeezed4.resized(toQueryOf: squeezed3).adding(squeezed3)) { _, _ in }
    trace("encoder_layer4to3", mixed3.values)
    let mixed2 = encoderLayer3to2(mixed3.resized(toQueryOf: squeezed2).adding(squeezed2)) { _, _ in }
    trace("encoder_layer3to2", mixed2.values)

    let (height, width) = (mixed2.query.height, mixed2.query.width)
    let encoded = Kernels.meanOfMiddle(mixed2.values).reshaped([1, height, width, mixed2.values.channels])  // [1, h, w, c]
    trace("hypercorr_encoded", encoded)
    let decoded = decoder1(encoded, isLast: false)
    trace("decoder1", decoded)
    let doubled = Kernels.bilinear(decoded, height: 2 * height, width: 2 * width, alignCorners: true)
    return decoder2(doubled, isLast: true)
  }

  /// Two 3x3 convolutions, each with ReLU; the last of all goes without.
  private struct Decoder: Sendable {
    let first: Conv2d  // 0
    let second: Conv2d  // 2
    let outputs: Int

    init(_ loader: WeightLoader, inputs: Int, outputs: Int? = nil) {
      let middle = loader("0").outputs
      let outputs = outputs ?? loader("2").outputs
      self.outputs = outputs
      first = Conv2d(loader("0"), in: inputs, out: middle, kernel: 3, padding: 1)
      second = Conv2d(loader("2"), in: middle, out: outputs, kernel: 3, padding: 1)
    }

    func callAsFunction(_ x: Tensor, isLast: Bool) -> Tensor {
      second(first(x, activation: .relu), activation: isLast ? .none : .relu)
    }
  }
}

/// Three times 4D convolution, group norm, ReLU.
struct SqueezeBlock: Sendable {
  static let groups = 4

  let layers: [(conv: CenterPivotConv4d, norm: GroupNorm, outputs: Int)]
  let outputs: Int

  init(_ loader: WeightLoader, inputs: Int, strides: [Int]) {
    var channels = inputs
    layers = zip([0, 3, 6], strides).map { index, stride in
      let scope = loader("\(index)")
      let outputs = scope("conv1").outputs
      defer { channels = outputs }
      return (
        CenterPivotConv4d(scope, in: channels, out: outputs, stride: stride),
        GroupNorm(loader("\(index + 1)"), groups: Self.groups, channels: outputs, eps: 1e-5), outputs
      )
    }
    outputs = channels
  }

  func callAsFunction(_ x: Hypercorrelation, trace: (String, Tensor) -> Void) -> Hypercorrelation {
    var x = x
    for (index, layer) in layers.enumerated() {
      x = layer.conv(x)
      let shape = x.values.shape
      // Statistics run over the pixels of both images.
      let flat = x.values.reshaped([1, shape[0] * shape[1], shape[2]])
      if index == 0 {
        trace("encoder_layer3.0_conv4d", x.values)
        trace("encoder_layer3.1_groupnorm", layer.norm(flat).reshaped(shape))
      }
      x.values = layer.norm(flat, activation: .relu).reshaped(shape)
    }
    return x
  }
}
