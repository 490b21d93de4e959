/// Pyramid pooling (Zhao et al. 2017): the map beside its means over grids of 1, 2, 3 and 6 cells.
struct PyramidPool: Sendable {
  private let levels: [ConvNorm]
  /// Channels of the result.
  let outputs: Int

  private static let grids = [1, 2, 3, 6]

  /// The convolutions are `0.1` ... `3.1`, their norms `0.2` ... `3.2` in this scope.
  init(_ loader: WeightLoader, inputs: Int) {
    let width = loader("0.1").outputs
    levels = Self.grids.indices.map {
      ConvNorm(loader("\($0).1"), loader("\($0).2"), in: inputs, out: width, kernel: 1)
    }
    outputs = inputs + Self.grids.count * width
  }

  /// `[1, h, w, c]` to `[1, h, w, outputs]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    .concatenated(
      [x]
        + zip(levels, Self.grids).map { level, grid in
          Kernels.bilinear(
            level(Kernels.averagePool(x, grid: grid), activation: .relu), height: x.shape[1], width: x.shape[2], alignCorners: true)
        })
  }
}
