import MicroKernels

extension Kernels {
  /// `conv(x, weight) + bias`, 3x3 and padded by one, of a map whose pixels are doubled in both directions: `[n, h, w, in]` to
  /// `[n, 2 h, 2 w, out]`.
  ///
  /// The outputs at even and odd lines and columns are four convolutions of 2x2 of the map as it is.
  public static func doubledConv2d(_ x: Tensor, _ weight: DoubledWeight, bias: Tensor?) -> Tensor {
    let (images, depth, columns) = (x.shape[0], x.channels, weight.columns), extent = Extent(height: x.shape[1], width: x.shape[2])
    precondition(depth == weight.phases[0].depth, "\(x.shape) does not fit a weight of \(weight.phases[0].depth) inputs")
    let span = Profile.begin()
    defer { span?.end(.convolution, "\(x.shape) to \(columns), 3x3, doubled", products: x.rows * 4 * 9 * depth * columns) }
    var output = Tensor(uninitialized: [images, 2 * extent.height, 2 * extent.width, columns])
    let isMatrix = usesMatrix(weight.phases[0]), x = isMatrix ? x : pairs(x)
    withEpilogue(bias: bias, residual: nil, activation: .none) { epilogue in
      x.withUnsafe { source in
        output.withUnsafeMutable { target in
          if isMatrix {
            matrixDoubledConvolution(source, images: images, extent, weight, to: target, epilogue)
          } else {
            doubledConvolution(source, images: images, extent, weight, to: target, epilogue)
          }
        }
      }
    }
    return output
  }

  /// The four phases, of an image of pairs.
  private static func doubledConvolution(
    _ source: UnsafePointer<Float>, images: Int, _ extent: Extent, _ weight: DoubledWeight, to target: UnsafeMutablePointer<Float>,
    _ epilogue: mk_epilogue
  ) {
    let (height, width, columns, units) = (extent.height, extent.width, weight.columns, weight.phases[0].units)
    Tensor(zeros: [units]).withUnsafe { zero in
      for (phase, weight) in weight.phases.enumerated() {
        let (y, x) = (phase / 2, phase % 2)
        let window = Window(height: 2, width: 2, padding: Padding(top: 1 - y, left: 1 - x, bottom: y, right: x))
        let reader = WindowReader(
          source: source, zero: zero, height: height, width: width, depth: units, shift: 0, tall: height, wide: width, outHeight: height,
          outWidth: width, window: window)
        // Every other pixel of every other line.
        let places = OutputRows(pitch: 2 * columns, line: width, step: 4 * width * columns)
        product(rows: images * height * width, weight, to: target + (y * 2 * width + x) * columns, places: places, epilogue) {
          range, table, _ in reader.locate(range, table)
        }
      }
    }
  }
}
