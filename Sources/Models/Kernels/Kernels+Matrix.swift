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

  /// Whether products with a weight run on matrix registers: sums of whole tiles.
  static func usesMatrix(_ weight: PackedMatrix) -> Bool { usesMatrix(depth: weight.depth, weight.precision) }

  /// The same of a weight to come.
  static func usesMatrix(depth: Int, _ precision: Precision) -> Bool {
    precision == .bfloat16 && KernelSet.current.loops.pointee.matrix != nil && depth % (2 * matrixUnits) == 0
  }

  /// `activation(x · weightᵀ + bias + residual)` of rows `[count][weight.depth]`, or of rounded ones with 15 more behind them.
  static func matrixLinear(
    _ source: UnsafePointer<Float>, isRounded: Bool, rows count: Int, _ weight: PackedMatrix, to target: UnsafeMutablePointer<Float>,
    _ epilogue: mk_epilogue
  ) {
    let loops = KernelSet.current.loops
    matrixRowProduct(source, isRounded: isRounded, rows: count, weight) { range, sums, column, width in
      withUnsafePointer(to: epilogue) {
        loops.pointee.finish($0, sums, sumStride, range.lowerBound, range.count, column, width, weight.columns, target)
      }
    }
  }

  /// `geglu(x · weightᵀ + bias)`, rounded: `[..., depth]` to `[..., columns]`.
  static func matrixGatedLinear(_ x: Operand, _ weight: GatedWeight) -> Operand {
    let loops = KernelSet.current.loops, matrix = weight.matrix, columns = matrix.columns / 2
    return Operand(x.shape.dropLast() + [columns], for: .bfloat16) { target, _ in
      x.elements.withUnsafe { source in
        weight.bias.withUnsafe { bias in
          matrixRowProduct(source, isRounded: x.isRounded, rows: x.rows, matrix) { range, sums, column, _ in
            loops.pointee.finish_gated(
              sums, sumStride, range.count, bias + column, columns, target + (range.lowerBound * columns + column / 2) / 2)
          }
        }
      }
    }
  }

  /// Products of rows `[count][depth]` or rounded ones: these are read in place, others are rounded a block at a time.
  private static func matrixRowProduct(
    _ source: UnsafePointer<Float>, isRounded: Bool, rows count: Int, _ weight: PackedMatrix,
    finish: (Range<Int>, UnsafePointer<Float>, Int, Int) -> Void
  ) {
    let loops = KernelSet.current.loops, units = weight.units, depth = weight.depth
    matrixProduct(rows: count, weight, taps: [0], rowScratch: isRounded ? 0 : units) { range, scratch in
      guard !isRounded else { return source + range.lowerBound * units }
      for row in range { loops.pointee.round_pairs(source + row * depth, depth, scratch + (row - range.lowerBound) * units) }
      return UnsafePointer(scratch)
    } finish: {
      finish($0, $1, $2, $3)
    }
  }

  /// Elements from one row of sums to the next: two panels.
  static let sumStride = 32

  /// Multiplies rows of pairs with a packed weight, a block of rows and two panels at a time. The order of every sum depends on the weight's
  /// shape alone.
  ///
  /// - Parameters:
  ///   - taps: where each tap's row begins, in pairs from the row's own place.
  ///   - rowScratch: floats that `read` gets for each row.
  ///   - read: has a range of rows ready, `weight.units` apart; tiles read up to 15 rows more, whose sums are left out.
  ///   - finish: takes the sums of a range of rows, `sumStride` apart, for a number of columns from one on.
  static func matrixProduct(
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
