/// What BAM and HDMNet compare a query with: prototypes and pixel-to-pixel cosines.
enum Similarity {
  /// For each query pixel the largest cosine with any support pixel: `[1, h, w, c]` twice to `[1, h, w, 1]`.
  static func largest(of query: Tensor, with support: Tensor) -> Tensor {
    func tokens(_ map: Tensor) -> Tensor { map.reshaped([map.shape[1] * map.shape[2], map.channels]) }
    let products = Kernels.gemm(tokens(query), tokens(support), transposeB: true)  // [q, s]
    let (queryNorms, supportNorms) = (Kernels.rowNorms(query).values, Kernels.rowNorms(support).values)
    let cosines = Kernels.divide(products, rowNorms: queryNorms, columnNorms: supportNorms)
    return Kernels.rowMaxima(cosines).reshaped(query.shape.dropLast() + [1])
  }

  /// Shifted and scaled to 0 ... 1 over the whole map.
  static func rescaled(_ map: Tensor) -> Tensor {
    let values = map.values
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    return map.mapped { ($0 - low) / (high - low + 1e-7) }
  }

  /// The mean feature under a mask: `[1, h, w, c]` and `[1, h, w, 1]` to `[1, c]`; zeros for an empty mask.
  static func prototype(_ features: Tensor, _ mask: Tensor) -> Tensor {
    let (count, channels) = (mask.count, features.channels)
    let area = mask.values.reduce(0, +) + 0.0005
    let mean = Kernels.meanOfMiddle(Kernels.scalePixels(features, by: mask).reshaped([1, count, channels]))
    return Kernels.scale(mean, by: Float(count) / area)
  }
}

/// How alike two images look, by the correlations of their channels (Gatys et al. 2015).
enum GramMatrix {
  /// Frobenius norm of the difference of the two normalised Gram matrices, divided by the number of channels.
  static func distance(_ a: Tensor, _ b: Tensor) -> Float {
    let (left, right) = (normalized(a).values, normalized(b).values)
    let sum = zip(left, right).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    return Float(sum.squareRoot()) / Float(a.channels)
  }

  /// `[1, h, w, c]` to `[c, c]`: cosines of the channels.
  private static func normalized(_ map: Tensor) -> Tensor {
    let channels = map.channels
    let rows = map.nchw().reshaped([channels, map.shape[1] * map.shape[2]])
    let norms = Kernels.rowNorms(rows).values
    return Kernels.divide(Kernels.gemm(rows, rows, transposeB: true), rowNorms: norms, columnNorms: norms)
  }
}

extension [Tensor] {
  /// The sum of tensors of one shape, each times its weight.
  func weightedSum(_ weights: [Float]) -> Tensor {
    zip(self, weights).dropFirst().reduce(Kernels.scale(self[0], by: weights[0])) { Kernels.add($0, $1.0, scale: $1.1) }
  }
}

extension Tensor {
  /// One vector for every pixel: `[1, c]` to `[1, height, width, c]`.
  func spread(_ height: Int, _ width: Int) -> Tensor {
    Tensor.stacked(Array(repeating: self, count: height * width)).reshaped([1, height, width, channels])
  }
}
