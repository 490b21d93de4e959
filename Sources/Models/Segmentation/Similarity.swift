/// What BAM and HDMNet compare a query with: prototypes and pixel-to-pixel cosines.
enum Similarity {
  /// For each query pixel the largest cosine with any support pixel: `[1, h, w, c]` twice to `[1, h, w, 1]`. `precision` is that of the
  /// products, not of the lengths.
  static func largest(of query: Tensor, with support: Tensor, _ precision: Precision) -> Tensor {
    func tokens(_ map: Tensor) -> Tensor { map.reshaped([map.shape[1] * map.shape[2], map.channels]) }
    let products = Kernels.product(tokens(query), transposed: tokens(support), precision: precision)  // [q, s]
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
struct GramMatrix {
  private let channels: Int
  /// Cosines of the channels, row by row.
  private let cosines: [Float]

  /// Of a map `[1, h, w, c]`.
  init(_ map: Tensor) {
    channels = map.channels
    let rows = map.nchw().reshaped([channels, map.shape[1] * map.shape[2]])
    let norms = Kernels.rowNorms(rows).values
    cosines = Kernels.divide(Kernels.product(rows, transposed: rows), rowNorms: norms, columnNorms: norms).values
  }

  /// Frobenius norm of the difference, divided by the number of channels.
  func distance(to other: GramMatrix) -> Float {
    let sum = zip(cosines, other.cosines).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    return Float(sum.squareRoot()) / Float(channels)
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
