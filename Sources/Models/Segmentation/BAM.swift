/// Base and meta learners (Lang et al. 2022) on a dilated residual network or VGG-16: the network DifFSS was published with.
///
/// The base learner knows the training classes and says where they are; the meta learner looks for the supports' object; an
/// ensemble weighs them by how alike query and supports look. Depths and widths are read from the weights.
public struct BAM: FewShotSegmenter {
  private let backbone: any StagedBackbone
  private let pool: PyramidPool  // learner_base.0
  private let baseConv: ConvNorm  // learner_base.1.0, 1
  private let baseClassifier: Conv2d  // learner_base.1.4
  private let downQuery, downSupport: Conv2d  // down_query.0, down_supp.0
  private let weighting: ShotWeights?  // kshot_rw
  private let initMerge: Conv2d  // init_merge.0
  private let aspp: [Conv2d]  // ASPP_meta.layer6_0 ... 4
  private let res1: Conv2d  // res1_meta.0
  private let res2: [Conv2d]  // res2_meta.0, 2
  private let classifier: [Conv2d]  // cls_meta.0, 3
  private let ensemble: Ensemble
  private let precision: Precision

  /// Throws `ModelError.weightsDoNotFit`.
  public init(_ checkpoint: Checkpoint, precision: Precision = .float32) throws {
    let loader = WeightLoader(try checkpoint.network(.bam), network: "BAM", precision: precision)
    backbone = loader.stagedBackbone()
    let widths = backbone.widths
    pool = PyramidPool(loader("learner_base.0.features"), inputs: widths[3])
    let base = loader("learner_base.1")
    let hidden = base("0").outputs
    baseConv = ConvNorm(base("0"), base("1"), in: pool.outputs, out: hidden, kernel: 3)
    baseClassifier = Conv2d(base("4"), in: hidden, out: base("4").outputs, kernel: 1)
    let reduced = loader("down_query.0").outputs
    func convolution(_ key: String, in inputs: Int, kernel: Int, dilation: Int = 1, bias: Bool = false) -> Conv2d {
      Conv2d(
        loader(key).suited(toInputs: inputs), in: inputs, out: reduced, kernel: kernel, padding: Padding(kernel / 2 * dilation),
        dilation: dilation, bias: bias)
    }
    downQuery = convolution("down_query.0", in: widths[2] + widths[1], kernel: 1)
    downSupport = convolution("down_supp.0", in: widths[2] + widths[1], kernel: 1)
    weighting = ShotWeights(loader("kshot_rw"))
    initMerge = convolution("init_merge.0", in: 2 * reduced + 1, kernel: 1)
    aspp = [(1, 1), (1, 1), (3, 6), (3, 12), (3, 18)].enumerated().map { index, shape in
      convolution("ASPP_meta.layer6_\(index).0", in: reduced, kernel: shape.0, dilation: shape.1, bias: true)
    }
    res1 = convolution("res1_meta.0", in: 5 * reduced, kernel: 1)
    res2 = ["res2_meta.0", "res2_meta.2"].map { convolution($0, in: reduced, kernel: 3) }
    classifier = [
      convolution("cls_meta.0", in: reduced, kernel: 3), Conv2d(loader("cls_meta.3"), in: reduced, out: 2, kernel: 1),
    ]
    ensemble = Ensemble(loader)
    self.precision = precision
    try loader.finish(ignoring: ["num_batches_tracked"])
  }

  public func features(of image: Tensor) throws -> ImageFeatures {
    try EpisodeCheck.image(image, network: "BAM")
    let side = image.shape[1]
    try check(side: side)
    let (stage2, stage3) = backbone.middle(image)
    return ImageFeatures(side: side, maps: [stage2, stage3])
  }

  public func check(side: Int) throws {
    guard side > 8, side % 8 == 1 else {
      throw ModelError.badInput(
        what: "BAM", reason: "images of \(side) pixels are not one more than a multiple of 8; 473 and 641 are")
    }
  }

  public func check(shots: Int) throws { try weighting.check(shots: shots, network: "BAM") }

  public func segment(query: ImageFeatures, supports: [SupportExample]) throws -> Segmentation {
    try segment(query: query, supports: supports) { _, _ in }
  }

  /// The same, showing outputs and intermediates under their names in the golden files, `[n, h, w, c]`.
  public func segment(
    query: ImageFeatures, supports: [SupportExample], trace: (String, Tensor) -> Void
  ) throws -> Segmentation {
    try EpisodeCheck.supports(supports, fit: query, network: "BAM")
    let shots = supports.count
    try check(shots: shots)
    let (stage2, stage3) = (query.maps[0], query.maps[1])
    let stage4 = backbone.last(stage3)  // [1, h, w, c]
    trace("q_layer2", stage2)
    trace("q_layer3", stage3)
    trace("q_layer4", stage4)
    let (height, width) = (stage4.shape[1], stage4.shape[2])
    let base = baseClassifier(baseConv(pool(stage4), activation: .relu))  // [1, h, w, classes]

    // Padding, 255, is no object.
    let masks = supports.map { support in
      Kernels.bilinear(support.mask.mapped { $0 == 1 ? 1 : 0 }, height: height, width: width, alignCorners: true)
    }
    let priors = zip(supports, masks).enumerated().map { index, pair -> Tensor in
      let masked = backbone.last(Kernels.scalePixels(pair.0.features.maps[1], by: pair.1))
      if index == 0 { trace("s0_layer4_masked", masked) }
      return Similarity.rescaled(Similarity.largest(of: stage4, with: Kernels.scalePixels(masked, by: pair.1), precision))
    }
    let prototypes = zip(supports, masks).map { support, mask in
      let features = downSupport(.concatenated([support.features.maps[1], support.features.maps[0]]), activation: .relu)
      return Similarity.prototype(features, mask)  // [1, c]
    }
    trace("prior_per_shot", .concatenated(priors))
    let look = GramMatrix(stage2)
    let distances = supports.map { look.distance(to: GramMatrix($0.features.maps[0])) }
    trace("est_val_total", Tensor(distances, shape: [1, 1, 1, shots]))
    let weights = shots == 1 ? [1] : weighting?.inSupportOrder(distances) ?? []
    trace("weight_soft", Tensor(weights, shape: [1, 1, 1, shots]))
    let prior = priors.weightedSum(weights)  // [1, h, w, 1]
    let prototype = prototypes.weightedSum(weights)  // [1, c]
    let estimate = zip(distances, weights).reduce(0) { $0 + $1.0 * $1.1 }
    trace("prior", prior)
    trace("proto", prototype.reshaped([1, 1, 1, prototype.channels]))
    trace("est_val", Tensor([estimate], shape: [1, 1, 1, 1]))

    let reduced = downQuery(.concatenated([stage3, stage2]), activation: .relu)  // [1, h, w, c]
    let merged = Tensor.concatenated([reduced, prototype.spread(height, width), prior])
    trace("merge_in", merged)
    let meta = self.meta(initMerge(merged, activation: .relu))  // [1, h, w, 2]
    let final = ensemble(meta: meta, base: base, estimate: estimate)  // [1, h, w, 2]
    for (name, map) in [("meta", meta), ("base", base), ("final", final)] { trace("\(name)_low", map) }
    func upsampled(_ x: Tensor) -> Tensor { Kernels.bilinear(x, height: query.side, width: query.side, alignCorners: true) }
    trace("out.meta_out", upsampled(meta))
    trace("out.base_out", upsampled(base))
    return try Segmentation(logits: upsampled(final), network: "BAM")
  }

  /// Atrous pyramid, a residual block and the classifier of the meta learner.
  private func meta(_ x: Tensor) -> Tensor {
    let (height, width) = (x.shape[1], x.shape[2])
    let mean = Kernels.meanOfMiddle(x.reshaped([1, height * width, x.channels])).reshaped([1, 1, 1, x.channels])
    let global = aspp[0](mean, activation: .relu)
    let views = [global.reshaped([1, global.channels]).spread(height, width)] + aspp.dropFirst().map { $0(x, activation: .relu) }
    let h = res1(.concatenated(views), activation: .relu)  // [1, h, w, c]
    let refined = Kernels.add(res2[1](res2[0](h, activation: .relu), activation: .relu), h)
    return classifier[1](classifier[0](refined, activation: .relu))
  }
}
