import Core
import MicroKernels

/// Products of bfloat16 on matrix registers, where the processor has them (AMX): rows are rounded once and read as they are, without a table
/// of where each tap of each row is.
extension Kernels {
  /// Rows and pairs of a tile.
  static let matrixRows = 16, matrixUnits = 16

  /// Chunks of a sum that two panels hold in 24 of the 48 KiB of a first-level cache.
  private static let matrixPart = 12
  /// Bytes of rounded rows that stay in the second-level cache beside their sums.
  private static let matrixBlock = 384 << 10

  /// Whether products with a weight run on matrix registers: their tiles are not cut.
  static func usesMatrix(_ weight: PackedMatrix) -> Bool {
    weight.precision == .bfloat16 && KernelSet.current.loops.pointee.matrix != nil && weight.depth % (2 * matrixUnits) == 0
      && weight.panel(weight.panels - 1).width == 16
  }

  /// `activation(x · weightᵀ + bias + residual)` of rows `[count][weight.depth]`.
  static func matrixLinear(
    _ source: UnsafePointer<Float>, rows count: Int, _ weight: PackedMatrix, to target: UnsafeMutablePointer<Float>, _ epilogue: mk_epilogue
  ) {
    let loops = KernelSet.current.loops, units = weight.units, depth = weight.depth
    matrixProduct(rows: count, weight, taps: [0], rowScratch: units) { range, scratch in
      for row in range { loops.pointee.round_pairs(source + row * depth, depth, scratch + (row - range.lowerBound) * units) }
      return UnsafePointer(scratch)
    } finish: { range, sums, column, width in
      withUnsafePointer(to: epilogue) {
        loops.pointee.finish($0, sums, sumStride, range.lowerBound, range.count, column, width, weight.columns, target)
      }
    }
  }

  /// A convolution of stride 1, to `[images, extent, weight.columns]`.
  ///
  /// The image is rounded into one with its padding. There, the inputs of a tap are a fixed distance behind those of the first one for every
  /// output, so that 16 outputs side by side are rows of a product. Where a row of the image ends, a few of them are no outputs and are left out.
  static func matrixConvolution(
    _ reader: WindowReader, images: Int, _ weight: PackedMatrix, to target: UnsafeMutablePointer<Float>, _ epilogue: mk_epilogue
  ) {
    let loops = KernelSet.current.loops, window = reader.window, units = weight.units
    let tall = reader.tall + window.padding.top + window.padding.bottom, wide = reader.wide + window.padding.left + window.padding.right
    let taps = (0..<weight.taps).map { (($0 / window.width) * wide + $0 % window.width) * window.dilation * units }
    let count = ((images - 1) * tall + reader.outHeight - 1) * wide + reader.outWidth
    // The last tile's spare rows read behind the last image.
    let paddedCount = max(images * tall * wide, (count + matrixRows) + (taps.last ?? 0) / max(units, 1)) * units
    let padded = MemoryPool.shared.borrow(paddedCount)
    defer { MemoryPool.shared.giveBack(padded, paddedCount) }
    Compute.parallel(over: images * tall, grain: max(1, elementGrain / max(1, wide * weight.depth))) { range in
      for line in range { reader.roundLine(line, tall: tall, wide: wide, units: units, to: padded + line * wide * units, loops) }
    }
    matrixProduct(rows: count, weight, taps: taps, rowScratch: 0) { range, _ in
      UnsafePointer(padded + range.lowerBound * units)
    } finish: { range, sums, column, width in
      var first = range.lowerBound
      while first < range.upperBound {
        let (line, x) = (first / wide, first % wide), (image, y) = (line / tall, line % tall)
        let end = min(range.upperBound, (line + 1) * wide)
        let used = min(end - first, reader.outWidth - x)
        if y < reader.outHeight, used > 0 {
          let row = (image * reader.outHeight + y) * reader.outWidth + x
          withUnsafePointer(to: epilogue) {
            loops.pointee.finish(
              $0, sums + (first - range.lowerBound) * sumStride, sumStride, row, used, column, width, weight.columns, target)
          }
        }
        first = end
      }
    }
  }

  /// Elements from one row of sums to the next: two panels.
  private static let sumStride = 32

  /// Multiplies rows of pairs with a packed weight, a block of rows and two panels at a time. The order of every sum depends on the weight's
  /// shape alone.
  ///
  /// - Parameters:
  ///   - taps: where each tap's row begins, in pairs from the row's own place.
  ///   - rowScratch: floats that `read` gets for each row.
  ///   - read: has a range of rows ready, `weight.units` apart; tiles read up to 15 rows more, whose sums are left out.
  ///   - finish: takes the sums of a range of rows, `sumStride` apart, for a number of columns from one on.
  private static func matrixProduct(
    rows count: Int, _ weight: PackedMatrix, taps: [Int], rowScratch: Int,
    read: (Range<Int>, UnsafeMutablePointer<Float>) -> UnsafePointer<Float>,
    finish: (Range<Int>, UnsafePointer<Float>, Int, Int) -> Void
  ) {
    guard count > 0 else { return }
    let loops = KernelSet.current.loops, units = weight.units, steps = (weight.panels + 1) / 2
    let tapChunks = units / matrixUnits, chunks = taps.count * tapChunks
    let threads = Compute.threads, wanted = 3 * threads
    func whole(_ rows: Int) -> Int { (rows + 2 * matrixRows - 1) / (2 * matrixRows) * 2 * matrixRows }
    var blockRows = whole(min(512, max(64, matrixBlock / (units * 4)), count))
    var groups = 1
    if threads > 1 && (count + blockRows - 1) / blockRows < wanted {
      groups = min(steps, (wanted * blockRows + count - 1) / count)
      blockRows = min(blockRows, whole(max(64, count * groups / wanted)))
    }
    let blocks = (count + blockRows - 1) / blockRows
    blockRows = whole((count + blocks - 1) / blocks)
    Compute.parallel(blocks * groups) { item in
      let (block, group) = (item / groups, item % groups)
      let range = block * blockRows..<min(count, (block + 1) * blockRows)
      guard !range.isEmpty else { return }
      let tiles = (range.count + matrixRows - 1) / matrixRows
      let rowCount = tiles * matrixRows * rowScratch, scratchCount = rowCount + tiles * matrixRows * sumStride
      let scratch = MemoryPool.shared.borrow(scratchCount)
      defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
      let rows = read(range, scratch), sums = scratch + rowCount
      taps.withUnsafeBufferPointer { taps in
        guard let taps = taps.baseAddress else { return }
        for step in group * steps / groups..<(group + 1) * steps / groups {
          let panels = min(2, weight.panels - step * 2)
          var product = mk_matrix(
            rows: rows, row_stride: units, row_tiles: tiles, taps: taps, tap_chunks: tapChunks,
            columns: weight.columns(panel: step * 2, 0..<0, scratch: scratch, loops), next: weight.taps * units * 16, sums: sums,
            stride: sumStride)
          for first in stride(from: 0, to: chunks, by: matrixPart) {
            loops.pointee.matrix(&product, panels, first, min(matrixPart, chunks - first))
          }
          finish(range, UnsafePointer(sums), step * 32, min(32, weight.columns - step * 32))
        }
      }
    }
  }
}

extension WindowReader {
  /// Rounds a line of the padded image, counted over all images, to `[wide][units]` pairs.
  fileprivate func roundLine(
    _ line: Int, tall lines: Int, wide columns: Int, units: Int, to target: UnsafeMutablePointer<Float>, _ loops: UnsafePointer<mk_set>
  ) {
    let row = line % lines - window.padding.top
    guard (0..<tall).contains(row) else {
      target.update(repeating: 0, count: columns * units)
      return
    }
    let from = source + (line / lines * height + row >> shift) * width * depth
    target.update(repeating: 0, count: window.padding.left * units)
    let inside = target + window.padding.left * units
    if shift == 0 {
      loops.pointee.round_pairs(from, wide * depth, inside)
    } else {
      for column in 0..<wide { loops.pointee.round_pairs(from + (column >> shift) * depth, depth, inside + column * units) }
    }
    (inside + wide * units).update(repeating: 0, count: window.padding.right * units)
  }
}
