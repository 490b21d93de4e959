/// A function of two pixels, one of the query and one of a support: `[query pixels, support pixels, c]`.
struct Hypercorrelation {
  struct Grid: Equatable {
    var height, width: Int
    var count: Int { height * width }
  }

  var query, support: Grid
  var values: Tensor

  init(query: Grid, support: Grid, values: Tensor) {
    (self.query, self.support, self.values) = (query, support, values)
  }

  /// Cosines of every pair of pixels, negative ones set to 0, one channel a layer; a pixel of zeros correlates with nothing. `precision` is
  /// that of the products of unit vectors.
  init(_ layers: [(query: Tensor, support: Tensor)], _ precision: Precision) {
    func unit(_ map: Tensor) -> Tensor { Kernels.unitRows(map).reshaped([map.shape[1] * map.shape[2], map.channels]) }
    func grid(_ map: Tensor) -> Grid { Grid(height: map.shape[1], width: map.shape[2]) }
    let (query, support) = (grid(layers[0].query), grid(layers[0].support))
    let cosines = layers.map { layer in
      Kernels.product(unit(layer.query), transposed: unit(layer.support), precision: precision, activation: .relu)
        .reshaped([query.count, support.count, 1])
    }
    self.init(query: query, support: support, values: .concatenated(cosines))
  }

  /// Resampled over the query's pixels to another's grid, corners aligned.
  func resized(toQueryOf other: Hypercorrelation) -> Hypercorrelation {
    let width = support.count * values.channels
    let map = Kernels.bilinear(
      values.reshaped([1, query.height, query.width, width]), height: other.query.height, width: other.query.width,
      alignCorners: true)
    return Hypercorrelation(
      query: other.query, support: support, values: map.reshaped([other.query.count, support.count, values.channels]))
  }

  func adding(_ other: Hypercorrelation) -> Hypercorrelation {
    Hypercorrelation(query: query, support: support, values: Kernels.add(values, other.values))
  }
}

/// A 4D convolution reduced to its two planes through the centre (Min et al. 2021, section 4.3): one 2D convolution over the
/// query's pixels, one over the support's, added up. The stride acts on the support's pixels alone.
struct CenterPivotConv4d: Sendable {
  private let conv1: Conv2d  // over the query
  private let conv2: Conv2d  // over the support
  private let stride: Int

  init(_ loader: WeightLoader, in inputs: Int, out outputs: Int, stride: Int) {
    let kernel = loader("conv1").kernel
    let loader = loader.suited(toInputs: inputs)
    conv1 = Conv2d(loader("conv1"), in: inputs, out: outputs, kernel: kernel, padding: Padding(kernel / 2))
    conv2 = Conv2d(loader("conv2"), in: inputs, out: outputs, kernel: kernel, stride: stride, padding: Padding(kernel / 2))
    self.stride = stride
  }

  func callAsFunction(_ x: Hypercorrelation) -> Hypercorrelation {
    let inputs = x.values.channels
    let images = x.values.reshaped([x.query.count, x.support.height, x.support.width, inputs])
    let overSupport = conv2(images)  // [q, hs', ws', o]
    let support = Hypercorrelation.Grid(height: overSupport.shape[1], width: overSupport.shape[2])
    let outputs = overSupport.channels

    let kept = stride == 1 ? x.values : thinned(images, to: support)
    let maps = Kernels.swappedOuter(kept).reshaped([support.count, x.query.height, x.query.width, inputs])
    let overQuery = conv1(maps).reshaped([support.count, x.query.count, outputs])
    let sum = Kernels.add(Kernels.swappedOuter(overQuery), overSupport.reshaped([x.query.count, support.count, outputs]))
    return Hypercorrelation(query: x.query, support: support, values: sum)
  }

  /// Support pixels 0, s, 2 s, ... of each query pixel: `[q, hs, ws, c]` to `[q, hs' * ws', c]`.
  private func thinned(_ x: Tensor, to grid: Hypercorrelation.Grid) -> Tensor {
    Kernels.everyPixel(x, apart: stride).reshaped([x.shape[0], grid.count, x.channels])
  }
}
