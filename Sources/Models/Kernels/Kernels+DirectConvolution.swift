import MicroKernels

extension Kernels {
  /// Outputs of images that are taken position by position, and images that this takes.
  private static let mostPositions = 4, leastImages = 96
  /// Inputs of a tap that is multiplied together with those beside it.
  private static let shallowDepth = 16

  /// A convolution as sums over its taps, one after the other, to `[images, outHeight, outWidth, weight.columns]`.
  static func directConvolution(
    _ reader: WindowReader, images: Int, _ weight: PackedMatrix, to output: UnsafeMutablePointer<Float>, _ epilogue: mk_epilogue
  ) {
    let positions = reader.outHeight * reader.outWidth
    if positions <= mostPositions, images >= leastImages, reader.shift == 0, epilogue.image_bias == nil, weight.taps > 1 {
      let kept = (0..<positions).map(reader.tapsInside)
      if kept.allSatisfy({ !$0.isEmpty }) {
        return positionedConvolution(reader, images: images, kept, weight, to: output, epilogue)
      }
    }
    let count = images * positions
    guard weight.precision == .float32, weight.depth <= shallowDepth, reader.window.width > 1, reader.window.dilation == 1,
      reader.shift == 0
    else { return product(rows: count, weight, to: output, epilogue) { range, table, _ in reader.locate(range, table) } }
    // Few products a tap: those of a window's row, which lie side by side in the image, are taken at once.
    let joined = weight.joiningTaps(reader.window.width)
    product(rows: count, joined, to: output, epilogue, rowScratch: joined.taps * joined.depth) { reader.locateRows($0, $1, $2) }
  }

  /// Many small images: what a position's window reads outside them is the same of all, and is left out.
  private static func positionedConvolution(
    _ reader: WindowReader, images: Int, _ kept: [[Range<Int>]], _ weight: PackedMatrix, to output: UnsafeMutablePointer<Float>,
    _ epilogue: mk_epilogue
  ) {
    let columns = weight.columns
    for (position, taps) in kept.enumerated() {
      var own = epilogue
      own.residual = epilogue.residual.map { $0 + position * columns }
      product(
        rows: images, weight, to: output + position * columns, places: OutputRows(pitch: kept.count * columns), own, kept: taps
      ) { range, table, _ in reader.locate(position, ofImages: range, taps, table) }
    }
  }
}

extension WindowReader {
  private func corner(_ position: Int) -> (top: Int, left: Int) {
    (position / outWidth * window.stride - window.padding.top, position % outWidth * window.stride - window.padding.left)
  }

  /// The taps of an output position that are inside the image, in their order.
  func tapsInside(_ position: Int) -> [Range<Int>] {
    func inside(_ start: Int, _ taps: Int, _ extent: Int) -> Range<Int> {
      let first = (0..<taps).first { start + $0 * window.dilation >= 0 } ?? taps
      return first..<((first..<taps).first { start + $0 * window.dilation >= extent } ?? taps)
    }
    let (top, left) = corner(position)
    let columns = inside(left, window.width, wide)
    guard !columns.isEmpty else { return [] }
    return inside(top, window.height, tall).map { $0 * window.width + columns.lowerBound..<$0 * window.width + columns.upperBound }
  }

  /// Fills the table of one output position of a range of images with those of its taps that are inside.
  func locate(_ position: Int, ofImages range: Range<Int>, _ taps: [Range<Int>], _ table: UnsafeMutablePointer<UnsafePointer<Float>>) {
    let (top, left) = corner(position), all = window.height * window.width
    for slot in 0..<(range.count + 5) / 6 * 6 {
      let image = source + min(range.lowerBound + slot, range.upperBound - 1) * height * width * depth
      let entry = table + slot / 6 * 6 * all + slot % 6
      for tap in taps.joined() {
        let row = top + tap / window.width * window.dilation, column = left + tap % window.width * window.dilation
        entry[tap * Kernels.tileRows] = image + (row * width + column) * depth
      }
    }
  }

  /// Fills the table of a range of output pixels with the rows of their windows, one entry each. What is partly outside the image is copied
  /// to `scratch`, a window after the other.
  func locateRows(
    _ range: Range<Int>, _ table: UnsafeMutablePointer<UnsafePointer<Float>>, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let length = window.width * depth
    var (column, row) = (range.lowerBound % outWidth, range.lowerBound / outWidth % outHeight)
    var image = source + range.lowerBound / (outWidth * outHeight) * height * width * depth
    for slot in 0..<(range.count + 5) / 6 * 6 {
      let top = row &* window.stride &- window.padding.top, left = column &* window.stride &- window.padding.left
      let isWhole = left >= 0 && left + window.width <= width
      var place = table + slot / 6 * 6 * window.height + slot % 6
      for y in top..<top + window.height {
        if y < 0 || y >= height {
          place.pointee = zero
        } else if isWhole {
          place.pointee = image + (y &* width &+ left) &* depth
        } else {
          let copy = scratch + (slot * window.height + y - top) * length
          for x in 0..<window.width {
            let pixel = left + x >= 0 && left + x < width ? image + (y &* width &+ left &+ x) &* depth : zero
            for channel in 0..<depth { copy[x &* depth &+ channel] = pixel[channel] }
          }
          place.pointee = UnsafePointer(copy)
        }
        place += Kernels.tileRows
      }
      guard slot < range.count - 1 else { continue }
      column += 1
      if column == outWidth {
        (column, row) = (0, row + 1)
        if row == outHeight { (row, image) = (0, image + height * width * depth) }
      }
    }
  }
}
