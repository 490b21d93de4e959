/// Pixel difference network (Su et al. 2021), configuration `carv4` with spatial attention and dilation modules.
///
/// Takes the original weights, whose difference kernels are converted at load, and already converted ones. Widths are read
/// from the weights; every block convolves depthwise, so its 3x3 (radial: 5x5) kernels have one input.
public struct PiDiNet: EdgeDetector {
  private let initBlock: Conv2d  // init_block
  private let stages: [[Block]]  // block1_1 ... block4_4
  private let dilations: [DilationModule]
  private let attentions: [SpatialAttention]
  private let reductions: [Conv2d]  // conv_reduces
  private let classifier: Conv2d

  /// Throws `ModelError.weightsDoNotFit`.
  public init(_ checkpoint: Checkpoint) throws {
    let plain = try checkpoint.renamed(by: .parallelTraining)
    let loader = WeightLoader(PixelDifference.converted(plain), network: "PiDiNet")
    var channels = loader.shape("init_block.weight")?.first ?? 0
    initBlock = Conv2d(loader("init_block"), in: 3, out: channels, kernel: 3, padding: 1, bias: false)
    var stages: [[Block]] = []
    var dilations: [DilationModule] = []
    var attentions: [SpatialAttention] = []
    var reductions: [Conv2d] = []
    for stage in 0..<4 {
      stages.append(
        (0..<(stage == 0 ? 3 : 4)).map { index in
          let number = "block\(stage + 1)_\(index + 1)"
          let block = Block(loader(number), inputs: channels, halves: stage > 0 && index == 0)
          channels = block.outputs
          return block
        })
      let module = DilationModule(loader("dilations.\(stage)"), inputs: channels)
      dilations.append(module)
      attentions.append(SpatialAttention(loader("attentions.\(stage)"), inputs: module.outputs))
      reductions.append(Conv2d(loader("conv_reduces.\(stage).conv"), in: module.outputs, out: 1, kernel: 1))
    }
    (self.stages, self.dilations, self.attentions, self.reductions) = (stages, dilations, attentions, reductions)
    classifier = Conv2d(loader("classifier"), in: 4, out: 1, kernel: 1)
    try loader.finish()
  }

  public func edges(rgb: Tensor) throws -> Tensor {
    try rgb.checkImage("PiDiNet", side: 8)
    return try edges(normalized: ImageNet.normalized(Kernels.scale(rgb, by: 1 / 255)))
  }

  /// The same for an image already normalized by ImageNet's mean and deviation, `[1, H, W, 3]`. Throws as `edges(rgb:)`.
  public func edges(normalized: Tensor) throws -> Tensor {
    try normalized.checkImage("PiDiNet", side: 8)
    let (height, width) = (normalized.shape[1], normalized.shape[2])
    var x = initBlock(normalized)  // [1, h, w, c]
    var maps: [Tensor] = []
    for (stage, blocks) in stages.enumerated() {
      for block in blocks { x = block(x) }  // [1, h / 2^s, w / 2^s, c]
      let edges = reductions[stage](attentions[stage](dilations[stage](x)))
      maps.append(Kernels.bilinear(edges, height: height, width: width, alignCorners: false))
    }
    // Before the sigmoid, which makes a number of infinity.
    return Kernels.activate(try classifier(Tensor.concatenated(maps)).finite("PiDiNet's edge map"), .sigmoid)
  }

  /// Depthwise convolution, ReLU, 1x1 convolution, and the input added.
  private struct Block: Sendable {
    let outputs: Int
    let conv1: Conv2d
    let conv2: Conv2d
    /// In the first block of a stage, which halves the image before anything else.
    let shortcut: Conv2d?

    init(_ loader: WeightLoader, inputs: Int, halves: Bool) {
      let kernel = loader.shape("conv1.weight")?.last ?? 3
      outputs = loader.shape("conv2.weight")?.first ?? inputs
      conv1 = Conv2d(
        loader("conv1"), in: inputs, out: inputs, kernel: kernel == 5 ? 5 : 3, padding: Padding(kernel == 5 ? 2 : 1),
        groups: max(inputs, 1), bias: false)
      conv2 = Conv2d(loader("conv2"), in: inputs, out: outputs, kernel: 1, bias: false)
      shortcut = halves ? Conv2d(loader("shortcut"), in: inputs, out: outputs, kernel: 1) : nil
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      guard let shortcut else { return conv2(conv1(x, activation: .relu), residual: x) }
      let half = Kernels.maxPool(x, Window(height: 2, width: 2, stride: 2))
      return conv2(conv1(half, activation: .relu), residual: shortcut(half))
    }
  }

  /// CDCM: four views of the same map with growing dilation, added up.
  private struct DilationModule: Sendable {
    let outputs: Int
    let conv1: Conv2d
    let views: [Conv2d]  // conv2_1 ... conv2_4

    init(_ loader: WeightLoader, inputs: Int) {
      let outputs = loader.shape("conv1.weight")?.first ?? inputs
      self.outputs = outputs
      conv1 = Conv2d(loader("conv1"), in: inputs, out: outputs, kernel: 1)
      views = [5, 7, 9, 11].enumerated().map { index, dilation in
        Conv2d(
          loader("conv2_\(index + 1)"), in: outputs, out: outputs, kernel: 3, padding: Padding(dilation),
          dilation: dilation, bias: false)
      }
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      let reduced = conv1(Kernels.activate(x, .relu))  // [1, h, w, 24]
      return views.dropFirst().reduce(views[0](reduced)) { $1(reduced, residual: $0) }
    }
  }

  /// CSAM: each pixel times its own weight, 0 ... 1.
  private struct SpatialAttention: Sendable {
    let conv1: Conv2d
    let conv2: Conv2d

    init(_ loader: WeightLoader, inputs: Int) {
      conv1 = Conv2d(loader("conv1"), in: inputs, out: 4, kernel: 1)
      conv2 = Conv2d(loader("conv2"), in: 4, out: 1, kernel: 3, padding: 1, bias: false)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      Kernels.scalePixels(x, by: conv2(conv1(Kernels.activate(x, .relu)), activation: .sigmoid))
    }
  }
}
