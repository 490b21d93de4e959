import Core
import MicroKernels

extension Kernels {
  /// A convolution on matrix registers, to `[images, extent, weight.columns]`.
  ///
  /// Of the rounded and padded image (`PaddedPairs`), 16 outputs side by side are rows of a product. Where a line of the image ends, a few of
  /// these are no outputs and are left out.
  static func matrixConvolution(
    _ reader: WindowReader, images: Int, scaling: Scaling?, _ weight: PackedMatrix, to target: UnsafeMutablePointer<Float>,
    _ epilogue: mk_epilogue
  ) {
    let window = reader.window
    PaddedPairs.with(reader, images: images, scaling: scaling, units: weight.units) { padded in
      let taps = (0..<weight.taps).map {
        padded.offset(row: $0 / window.width * window.dilation, column: $0 % window.width * window.dilation)
      }
      matrixOutputs(
        of: padded, taps: taps, Extent(height: reader.outHeight, width: reader.outWidth), weight, columns: weight.columns, epilogue
      ) { (target, $0 * reader.outWidth) }
    }
  }

  /// The four phases of `doubledConv2d` on matrix registers.
  static func matrixDoubledConvolution(
    _ source: UnsafePointer<Float>, images: Int, _ extent: Extent, _ weight: DoubledWeight, to target: UnsafeMutablePointer<Float>,
    _ epilogue: mk_epilogue
  ) {
    let (height, width, columns) = (extent.height, extent.width, weight.columns)
    let reader = WindowReader(
      source: source, zero: source, height: height, width: width, depth: weight.phases[0].depth, shift: 0, tall: height, wide: width,
      outHeight: height, outWidth: width, window: Window(height: 3, width: 3, padding: 1))
    PaddedPairs.with(reader, images: images, scaling: nil, units: weight.phases[0].units) { padded in
      for (phase, weight) in weight.phases.enumerated() {
        let (y, x) = (phase / 2, phase % 2)
        let taps = (0..<4).map { padded.offset(row: y + $0 / 2, column: x + $0 % 2) }
        // Every other pixel of a line: the first half of rows of two.
        matrixOutputs(of: padded, taps: taps, extent, weight, columns: 2 * columns, epilogue) { line in
          (target + ((2 * line + y) * 2 * width + x) * columns, 0)
        }
      }
    }
  }

  /// One product for all outputs of a padded image.
  ///
  /// - Parameters:
  ///   - columns: of a row of the output.
  ///   - place: of an output line, counted over all images, the memory and the row there that it begins with.
  private static func matrixOutputs(
    of padded: PaddedPairs, taps: [Int], _ extent: Extent, _ weight: PackedMatrix, columns: Int, _ epilogue: mk_epilogue,
    place: (Int) -> (memory: UnsafeMutablePointer<Float>, row: Int)
  ) {
    let loops = KernelSet.current.loops, (tall, wide) = (padded.tall, padded.wide)
    let count = ((padded.images - 1) * tall + extent.height - 1) * wide + extent.width
    matrixProduct(rows: count, weight, taps: taps, rowScratch: 0) { range, _ in
      UnsafePointer(padded.start + range.lowerBound * padded.units)
    } finish: { range, sums, column, width in
      var first = range.lowerBound
      while first < range.upperBound {
        let (line, x) = (first / wide, first % wide), (image, y) = (line / tall, line % tall)
        let end = min(range.upperBound, (line + 1) * wide)
        let used = min(end - first, extent.width - x)
        if y < extent.height, used > 0 {
          let (memory, row) = place(image * extent.height + y)
          withUnsafePointer(to: epilogue) {
            loops.pointee.finish(
              $0, sums + (first - range.lowerBound) * sumStride, sumStride, row + x, used, column, width, columns, memory)
          }
        }
        first = end
      }
    }
  }
}

/// Images rounded to pairs of bfloat16 with their padding, in which each tap of a window is a fixed distance behind its first one, for every
/// output.
///
/// For a stride s they lie in s x s planes, of every s-th line and column: `[s][s][images][tall][wide][units]`. There, the windows of
/// neighbouring outputs begin side by side.
private struct PaddedPairs {
  let start: UnsafeMutablePointer<Float>
  let images: Int
  /// Lines and columns of an image in a plane.
  let tall, wide: Int
  let units, stride: Int

  /// Makes those that a reader's windows read, for the time of a call. `scaling` is what becomes of the numbers before they are rounded.
  static func with(_ reader: WindowReader, images: Int, scaling: Scaling?, units: Int, _ body: (PaddedPairs) -> Void) {
    let window = reader.window, stride = window.stride
    func plane(_ length: Int, _ before: Int, _ after: Int) -> Int { (length + before + after + stride - 1) / stride }
    let tall = plane(reader.tall, window.padding.top, window.padding.bottom)
    let wide = plane(reader.wide, window.padding.left, window.padding.right)
    let reach = (window.height - 1) * window.dilation / stride * wide + (window.width - 1) * window.dilation / stride
    // The last tile's spare rows read behind the last image.
    let count = (stride * stride * images * tall * wide + Kernels.matrixRows + reach) * units
    let memory = MemoryPool.shared.borrow(count)
    defer { MemoryPool.shared.giveBack(memory, count) }
    let padded = PaddedPairs(start: memory, images: images, tall: tall, wide: wide, units: units, stride: stride)
    let lines = tall * stride, loops = KernelSet.current.loops
    Compute.parallel(over: images * lines, grain: max(1, Kernels.elementGrain / max(1, wide * stride * reader.depth))) { range in
      for line in range { padded.round(line % lines, of: line / lines, reader, scaling, loops) }
    }
    body(padded)
  }

  /// From a window's first tap to the one `row` lines and `column` columns away, in elements.
  func offset(row: Int, column: Int) -> Int { place(row, column, image: 0) }

  /// Where a pixel of a padded image is.
  private func place(_ row: Int, _ column: Int, image: Int) -> Int {
    let plane = row % stride * stride + column % stride
    return (((plane * images + image) * tall + row / stride) * wide + column / stride) * units
  }

  /// Rounds a line of a padded image.
  private func round(_ line: Int, of image: Int, _ reader: WindowReader, _ scaling: Scaling?, _ loops: UnsafePointer<mk_set>) {
    let padding = reader.window.padding, row = line - padding.top, depth = reader.depth
    guard (0..<reader.tall).contains(row) else { return clear(line, 0..<wide * stride, image: image) }
    clear(line, 0..<padding.left, image: image)
    clear(line, padding.left + reader.wide..<wide * stride, image: image)
    let from = reader.source + (image * reader.height + row >> reader.shift) * reader.width * depth
    // Pixels that are side by side here and there.
    let run = stride == 1 && reader.shift == 0 ? reader.wide : 1
    for column in Swift.stride(from: 0, to: reader.wide, by: run) {
      let source = from + (column >> reader.shift) * depth
      let target = start + place(line, padding.left + column, image: image)
      if let scaling {
        let factors = scaling.factors + image * 2 * depth
        loops.pointee.scale_pairs(source, run, depth, factors, factors + depth, scaling.activation.code, target)
      } else {
        loops.pointee.round_pairs(source, run * depth, target)
      }
    }
  }

  private func clear(_ line: Int, _ columns: Range<Int>, image: Int) {
    for column in columns { (start + place(line, column, image: image)).update(repeating: 0, count: units) }
  }
}
