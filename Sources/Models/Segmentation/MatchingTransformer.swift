private let eps: Float = 1e-6

/// HDMNet's transformer: a pyramid that query and supports pass alike, and at each level a layer that matches them.
struct MatchingTransformer: Sendable {
  private let downSampleLayers: [PyramidStage]  // down_sample_layers
  private let matchLayers: [MatchStage]  // match_layers
  private let parseLayers: [ConvNormStack]  // parse_layers
  private let classifier: ConvNormStack  // cls

  init(_ loader: WeightLoader, size: Int) {
    downSampleLayers = (0..<3).map { PyramidStage(loader("down_sample_layers.\($0)"), size: size, level: $0) }
    matchLayers = (0..<3).map { MatchStage(loader("match_layers.\($0)"), size: size) }
    parseLayers = (0..<3).map { ConvNormStack(loader("parse_layers.\($0)"), inputs: size, outputs: size, normsLast: true) }
    classifier = ConvNormStack(loader("cls"), inputs: size, outputs: 2, normsLast: false)
  }

  /// Query `[1, h, w, c]`, supports `[k, h, w, c]`, masks `[1, S, S, 1]`, similarity `[1, h, w, 2]` to logits `[1, h, w, 2]`.
  func callAsFunction(
    _ query: Tensor, _ supports: Tensor, masks: [Tensor], similarity: Tensor, trace: (String, Tensor) -> Void
  ) -> Tensor {
    var (query, supports) = (query, supports)
    var matched: [Tensor] = []
    for (level, stage) in downSampleLayers.enumerated() {
      (query, supports) = (stage(query), stage(supports))
      trace("q_down\(level)", query.tokens)
      trace("s_down\(level)", supports.tokens)
      let (height, width) = (query.shape[1], query.shape[2])
      let mask = Tensor.stacked(masks.map { $0.nearest(height, width) })  // [k, h, w, 1]
      let similar = Kernels.bilinear(similarity, height: height, width: width, alignCorners: true)
      matched.append(
        matchLayers[level](query, supports, mask: mask, similarity: similar) { trace("match\(level)_\($0)", $1) })
    }
    // From coarse to fine; only here the pixels' edges stay in place rather than the corners' centres.
    var sum = parseLayers[2](matched[2], activation: .relu)
    trace("parse2", sum)
    for level in [1, 0] {
      let coarser = Kernels.bilinear(
        sum, height: matched[level].shape[1], width: matched[level].shape[2], alignCorners: false)
      let parsed = parseLayers[level](Kernels.add(matched[level], coarser), activation: .relu)
      trace("parse\(level)", parsed)
      sum = Kernels.add(coarser, parsed)
    }
    return classifier(sum)
  }
}

/// 1x1, 3x3 and 1x1 convolutions with norms between them, and behind the last where there is one.
private struct ConvNormStack: Sendable {
  private let first, second: ConvNorm  // 0 and 1, 2 and 3
  private let normed: ConvNorm?  // 4 and 5
  private let plain: Conv2d?  // 4

  init(_ loader: WeightLoader, inputs: Int, outputs: Int, normsLast: Bool) {
    let width = loader("0").outputs
    first = ConvNorm(loader("0"), loader("1"), in: inputs, out: width, kernel: 1, bias: true)
    second = ConvNorm(loader("2"), loader("3"), in: width, out: width, kernel: 3, bias: true)
    normed = normsLast ? ConvNorm(loader("4"), loader("5"), in: width, out: outputs, kernel: 1, bias: true) : nil
    plain = normsLast ? nil : Conv2d(loader("4"), in: width, out: outputs, kernel: 1)
  }

  func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    let h = second(first(x))
    return normed?(h, activation: activation) ?? plain?(h, activation: activation) ?? h
  }
}

/// Patches, two encoder layers and a closing norm: `[n, h, w, c]` to `[n, h', w', c]`.
private struct PyramidStage: Sendable {
  private let projection: Conv2d  // 0.projection
  private let patchNorm: LayerNorm  // 0.norm
  private let layers: [EncoderLayer]  // 1, 2
  private let norm: LayerNorm  // 3

  init(_ loader: WeightLoader, size: Int, level: Int) {
    projection = Conv2d(
      loader("0.projection"), in: size, out: size, kernel: level == 0 ? 1 : 3, stride: level == 0 ? 1 : 2,
      padding: level == 0 ? 0 : 1)
    patchNorm = LayerNorm(loader("0.norm"), size, eps: eps)
    layers = (1...2).map { EncoderLayer(loader("\($0)"), size: size, heads: 2 << level, reduction: 4 >> level) }
    norm = LayerNorm(loader("3"), size, eps: eps)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { norm(layers.reduce(patchNorm(projection(x))) { $1($0) }) }
}

/// Self-attention with fewer keys than queries, and a feed-forward, each added to its input (Wang et al. 2021).
private struct EncoderLayer: Sendable {
  private let norm1, norm2: LayerNorm
  private let q, k, v, o: Linear  // attn.attn.linear_*
  private let reduction: Conv2d?  // attn.sr
  private let reductionNorm: LayerNorm?  // attn.norm
  private let ffn: DepthwiseFeedForward
  private let heads: Int

  init(_ loader: WeightLoader, size: Int, heads: Int, reduction: Int) {
    (norm1, norm2) = (LayerNorm(loader("norm1"), size, eps: eps), LayerNorm(loader("norm2"), size, eps: eps))
    func linear(_ name: String) -> Linear { Linear(loader("attn.attn.linear_\(name)"), in: size, out: size, bias: false) }
    (q, k, v, o) = (linear("q"), linear("k"), linear("v"), linear("o"))
    self.reduction =
      reduction > 1 ? Conv2d(loader("attn.sr"), in: size, out: size, kernel: reduction, stride: reduction) : nil
    reductionNorm = reduction > 1 ? LayerNorm(loader("attn.norm"), size, eps: eps) : nil
    ffn = DepthwiseFeedForward(loader("ffn.layers"), size: size)
    self.heads = heads
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let normal = norm1(x)  // [n, h, w, c]
    let reduced = reduction?(normal) ?? normal  // a remainder at the edge is dropped
    let keys = (reductionNorm?(reduced) ?? reduced).tokens
    let mixed = Kernels.attention(q(normal.tokens), k(keys), v(keys), heads: heads)
    let h = o(mixed, residual: x.tokens).reshaped(x.shape)
    return Kernels.add(h, ffn(norm2(h)))
  }
}

/// 1x1 convolution to a wider map, depthwise 3x3, GELU, 1x1 back.
private struct DepthwiseFeedForward: Sendable {
  private let widen, mix, narrow: Conv2d  // 0, 1, 4

  init(_ loader: WeightLoader, size: Int) {
    let width = loader("0").outputs
    widen = Conv2d(loader("0"), in: size, out: width, kernel: 1)
    mix = Conv2d(loader("1"), in: width, out: width, kernel: 3, padding: 1, groups: max(width, 1))
    narrow = Conv2d(loader("4"), in: width, out: size, kernel: 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { narrow(mix(widen(x), activation: .gelu)) }
}

/// Query pixels gather what the supports' object pixels hold for them; then the similarity map joins in.
private struct MatchStage: Sendable {
  private static let heads = 2
  private static let temperature: Float = 0.1

  private let norm1, norm2: LayerNorm  // 0.norm1, 0.norm2
  private let q, k, v, o: Linear  // 0.attn.attn.linear_*
  private let ffn: DepthwiseFeedForward  // 0.ffn.layers
  private let fusion: ConvNorm  // 1.conv, 1.bn

  init(_ loader: WeightLoader, size: Int) {
    let layer = loader("0")
    (norm1, norm2) = (LayerNorm(layer("norm1"), size, eps: eps), LayerNorm(layer("norm2"), size, eps: eps))
    func linear(_ name: String) -> Linear { Linear(layer("attn.attn.linear_\(name)"), in: size, out: size, bias: false) }
    (q, k, v, o) = (linear("q"), linear("k"), linear("v"), linear("o"))
    ffn = DepthwiseFeedForward(layer("ffn.layers"), size: size)
    fusion = ConvNorm(loader("1.conv"), loader("1.bn"), in: size + 2, out: size, kernel: 3)
  }

  func callAsFunction(
    _ query: Tensor, _ supports: Tensor, mask: Tensor, similarity: Tensor, trace: (String, Tensor) -> Void
  ) -> Tensor {
    let size = query.channels
    let supportTokens = norm1(supports).reshaped([supports.rows, size])  // [k h w, c]
    let queries = q(norm1(query).reshaped([query.rows, size])), keys = k(supportTokens), values = v(supportTokens)
    let width = size / Self.heads
    let parts = (0..<Self.heads).map { head in
      let channels = head * width..<(head + 1) * width
      return matched(
        queries.slicedChannels(channels), keys.slicedChannels(channels), values.slicedChannels(channels), mask: mask.values)
    }
    trace("weight", parts.map(\.weight).weightedSum([Float](repeating: 1 / Float(Self.heads), count: Self.heads)))
    let h = o(.concatenated(parts.map(\.output)), residual: query.reshaped([query.rows, size])).reshaped(query.shape)
    let tokens = Kernels.add(h, ffn(norm2(h)))  // [1, h, w, c]
    trace("tokens", tokens.tokens)
    return fusion(.concatenated([tokens, similarity]), activation: .relu)
  }

  /// One head. The softmax runs over the query's pixels: each support pixel spreads what it holds over the query. Pixels
  /// outside the mask give nothing. `weight` is the mean score of a query pixel with the object's pixels.
  private func matched(_ q: Tensor, _ k: Tensor, _ v: Tensor, mask: [Float]) -> (output: Tensor, weight: Tensor) {
    func unit(_ x: Tensor) -> Tensor { Kernels.scalePixels(x, by: Kernels.rowNorms(x).mapped { 1 / max($0, 1e-12) }) }
    let scores = Kernels.scale(Kernels.product(unit(k), transposed: unit(q)), by: 1 / Self.temperature)  // [s, q]
    let masks = Tensor(mask, shape: [mask.count, 1])
    let shares = Kernels.scalePixels(Kernels.softmax(scores), by: masks)  // [s, q]
    let object = Kernels.scalePixels(scores, by: masks)
    let mean = Kernels.meanOfMiddle(object.reshaped([1, mask.count, q.shape[0]]))  // [1, q]
    let share = Float(mask.count) / (mask.reduce(0, +) + 1e-9)
    return (Kernels.gemm(shares, v, transposeA: true), Kernels.scale(mean, by: share))
  }
}

extension Tensor {
  /// `[n, h, w, c]` to `[n, h * w, c]`.
  fileprivate var tokens: Tensor { shape.count == 4 ? reshaped([shape[0], shape[1] * shape[2], channels]) : self }

  /// The pixel at floor(i * in / out): `[1, S, S, 1]` to `[1, height, width, 1]`.
  func nearest(_ height: Int, _ width: Int) -> Tensor {
    let (values, side) = (values, shape[2])
    let picked = (0..<height * width).map { values[$0 / width * shape[1] / height * side + $0 % width * side / width] }
    return Tensor(picked, shape: [1, height, width, 1])
  }
}
