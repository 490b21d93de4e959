/// Hierarchical dense correlation distillation (Peng et al. 2023) on a dilated residual network or VGG-16.
///
/// Backbone, base learner and ensemble are BAM's; the meta learner is a transformer that matches query and supports at three
/// scales. The support photographs themselves are masked. Depths and widths are read from the weights.
public struct HDMNet: FewShotSegmenter {
  private let backbone: any StagedBackbone
  private let pool: PyramidPool  // ppm
  private let baseConv: ConvNorm  // cls.0, 1
  private let baseClassifier: Conv2d  // base_learnear.2
  private let downQuery, downSupport: Conv2d  // down_query.0, down_supp.0
  private let weighting: ShotWeights?  // kshot_rw
  private let queryMerge, supportMerge: Conv2d  // query_merge.0, supp_merge.0
  private let transformer: MatchingTransformer  // transformer.mix_transformer
  private let ensemble: Ensemble
  private let precision: Precision

  /// Throws `ModelError.weightsDoNotFit` and `badWeights`.
  public init(_ checkpoint: Checkpoint, precision: Precision = .float32) throws {
    let loader = WeightLoader(try checkpoint.network(.hdmnet), network: "HDMNet", precision: precision)
    backbone = loader.stagedBackbone()
    let widths = backbone.widths
    pool = PyramidPool(loader("ppm.features"), inputs: widths[3])
    let hidden = loader("cls.0").outputs
    baseConv = ConvNorm(loader("cls.0"), loader("cls.1"), in: pool.outputs, out: hidden, kernel: 3)
    baseClassifier = Conv2d(loader("base_learnear.2"), in: hidden, out: loader("base_learnear.2").outputs, kernel: 1)
    let (reduced, size) = (loader("down_query.0").outputs, loader("query_merge.0").outputs)
    func pointwise(_ key: String, in inputs: Int, out outputs: Int) -> Conv2d {
      Conv2d(loader(key).suited(toInputs: inputs), in: inputs, out: outputs, kernel: 1, bias: false)
    }
    downQuery = pointwise("down_query.0", in: widths[2] + widths[1], out: reduced)
    downSupport = pointwise("down_supp.0", in: widths[2] + widths[1], out: reduced)
    weighting = ShotWeights(loader("kshot_rw"))
    queryMerge = pointwise("query_merge.0", in: 2 * reduced + 2, out: size)
    supportMerge = pointwise("supp_merge.0", in: 2 * reduced, out: size)
    transformer = MatchingTransformer(loader("transformer.mix_transformer"), size: size)
    ensemble = Ensemble(loader)
    self.precision = precision
    try loader.finish(ignoring: ["num_batches_tracked"])
    guard size % 8 == 0 else {
      throw ModelError.badWeights(path: checkpoint.path, reason: "\(size) channels do not divide into 8 heads")
    }
  }

  /// The photograph itself: a support's features depend on its mask from the first layer on.
  public func features(of image: Tensor) throws -> ImageFeatures {
    try EpisodeCheck.image(image, network: "HDMNet")
    // The first attention of the transformer reads 4x4 pixels at a time.
    let least = 3 * backbone.outputStride + 1
    guard image.shape[1] >= least else {
      throw ModelError.badInput(what: "HDMNet", reason: "images of \(image.shape[1]) pixels are too small, it needs \(least)")
    }
    return ImageFeatures(side: image.shape[1], maps: [image])
  }

  public func check(shots: Int) throws { try weighting.check(shots: shots, network: "HDMNet") }

  public func segment(query: ImageFeatures, supports: [SupportExample]) throws -> Segmentation {
    try segment(query: query, supports: supports) { _, _ in }
  }

  /// One photograph's view: `[1, h, w, c]` each.
  private struct View {
    let stage2, stage3, stage4: Tensor
    /// After pyramid pooling, convolution and norm, before the ReLU.
    let feature5: Tensor
  }

  private func view(_ image: Tensor) -> View {
    let (stage2, stage3) = backbone.middle(image)
    let stage4 = backbone.last(stage3)
    return View(stage2: stage2, stage3: stage3, stage4: stage4, feature5: baseConv(pool(stage4)))
  }

  /// The same, showing outputs and intermediates under their names in the golden files; tokens are `[n, t, c]`.
  public func segment(
    query: ImageFeatures, supports: [SupportExample], trace: (String, Tensor) -> Void
  ) throws -> Segmentation {
    try EpisodeCheck.supports(supports, fit: query, network: "HDMNet")
    let shots = supports.count
    try check(shots: shots)
    let masks = supports.map { $0.mask.mapped { $0 == 1 ? 1 : 0 } }  // [1, S, S, 1]
    let seen = view(query.maps[0])
    let views = zip(supports, masks).map { view(Kernels.scalePixels($0.features.maps[0], by: $1)) }
    trace("q_layer2", seen.stage2)
    trace("q_layer4", seen.stage4)
    trace("q_feat5", seen.feature5)
    let (height, width) = (seen.stage4.shape[1], seen.stage4.shape[2])
    let shares = [Float](repeating: 1 / Float(shots), count: shots)

    let reduced = downQuery(.concatenated([seen.stage3, seen.stage2]), activation: .relu)  // [1, h, w, c]
    let supportMaps = views.map { downSupport(.concatenated([$0.stage3, $0.stage2]), activation: .relu) }
    let prototypes = zip(supportMaps, masks).map {
      Similarity.prototype($0, Kernels.bilinear($1, height: height, width: width, alignCorners: true))
    }
    let similarity = zip(views, masks).map { view, mask in
      let small = mask.nearest(height, width)
      func cosine(_ query: Tensor, _ support: Tensor) -> Tensor {
        Similarity.largest(of: query, with: Kernels.scalePixels(support, by: small), precision)
      }
      return Tensor.concatenated([cosine(seen.feature5, view.feature5), cosine(seen.stage4, view.stage4)])
    }.weightedSum(shares)  // [1, h, w, 2]
    trace("similarity", similarity)

    let merged = Tensor.concatenated([
      reduced, prototypes.weightedSum(shares).spread(height, width), Kernels.scale(similarity, by: 10),
    ])
    trace("query_merge_in", merged)
    let supportInput = Tensor.stacked(
      zip(supportMaps, prototypes).map { supportMerge(.concatenated([$0, $1.spread(height, width)]), activation: .relu) })
    trace("supp_merge_out", supportInput)
    let meta = transformer(
      queryMerge(merged, activation: .relu), supportInput, masks: masks, similarity: similarity, trace: trace)

    let look = GramMatrix(seen.stage2)
    let distances = views.map { look.distance(to: GramMatrix($0.stage2)) }
    let weights = shots == 1 ? [1] : weighting?.inRankOrder(distances) ?? []
    let estimate = zip(distances, weights).reduce(0) { $0 + $1.0 * $1.1 }
    trace("est_val_total", Tensor(distances, shape: [1, 1, 1, shots]))
    trace("weight_soft", Tensor(weights, shape: [1, 1, 1, shots]))
    trace("est_val", Tensor([estimate], shape: [1, 1, 1, 1]))
    let base = baseClassifier(Kernels.activate(seen.feature5, .relu))  // [1, h, w, classes]
    let final = ensemble(meta: meta, base: base, estimate: estimate)  // [1, h, w, 2]
    for (name, map) in [("meta", meta), ("base", base), ("final", final)] { trace("\(name)_low", map) }
    func upsampled(_ x: Tensor) -> Tensor { Kernels.bilinear(x, height: query.side, width: query.side, alignCorners: true) }
    trace("out.meta_out", upsampled(meta))
    trace("out.base_out", upsampled(base))
    return try Segmentation(logits: upsampled(final), network: "HDMNet")
  }
}
