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
            level(Self.averages(x, grid: grid), activation: .relu), height: x.shape[1], width: x.shape[2], alignCorners: true)
        })
  }

  /// Adaptive average pooling: cell i covers floor(i n / g) up to ceil((i + 1) n / g), cells may overlap.
  private static func averages(_ x: Tensor, grid: Int) -> Tensor {
    let (height, width, channels) = (x.shape[1], x.shape[2], x.channels)
    func span(_ cell: Int, _ extent: Int) -> Range<Int> { cell * extent / grid..<((cell + 1) * extent + grid - 1) / grid }
    var output = Tensor(zeros: [1, grid, grid, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        for row in 0..<grid {
          for column in 0..<grid {
            let (rows, columns) = (span(row, height), span(column, width))
            let cell = target + (row * grid + column) * channels
            for y in rows {
              for x in columns {
                let pixel = source + (y * width + x) * channels
                for channel in 0..<channels { cell[channel] += pixel[channel] }
              }
            }
            for channel in 0..<channels { cell[channel] /= Float(rows.count * columns.count) }
          }
        }
      }
    }
    return output
  }
}
