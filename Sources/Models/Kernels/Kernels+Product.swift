import Core
import MicroKernels

extension Kernels {
  /// Rows of a tile.
  static let tileRows = mk_tile_rows

  /// Most elements a block of a panel has: 320 of 16 columns take 20 of the 32 KiB of a first-level cache.
  private static let blockDepth = 320

  /// Multiplies rows of a matrix that is given by pointers with a packed weight.
  ///
  /// Rows are cut into blocks that stay in the second-level cache, columns into panels, the sum into parts whose piece of the
  /// panel stays in the first-level cache. The order of every sum depends on the weight's shape and precision alone.
  ///
  /// - Parameters:
  ///   - count: rows of the output.
  ///   - output: `[count][weight.columns]`.
  ///   - rowScratch: floats that `locate` gets for each row of a block.
  ///   - locate: for a range of rows, writes where each tap of each row is read: entry `(tile * taps + tap) * 6 + lane`
  ///     for row `range.lowerBound + tile * 6 + lane`, with every lane of the last tile filled. In bfloat16 they point to pairs.
  static func product(
    rows count: Int, _ weight: PackedMatrix, to output: UnsafeMutablePointer<Float>, _ epilogue: mk_epilogue, rowScratch: Int = 0,
    locate: (Range<Int>, UnsafeMutablePointer<UnsafePointer<Float>>, UnsafeMutablePointer<Float>) -> Void
  ) {
    guard count > 0 else { return }
    let loops = KernelSet.current.loops, kernel = loops.tiles(weight.precision)
    let (taps, units, panels) = (weight.taps, weight.units, weight.panels)
    // Numbers are multiplied faster than they are read: two panels share the rows.
    let together = loops.panelsAtOnce
    let steps = (panels + together - 1) / together
    let stride = together * 16
    let parts = sumParts(taps: taps, depth: units, most: blockDepth / together)
    let threads = Compute.threads

    // As many rows as fit a quarter MiB, 120 at most; with wide vectors, whose processors have a larger second-level cache, four times as many.
    // Without enough such blocks to go round, their columns are shared out first, as the weight is then read by one thread only, and their
    // rows when there are few columns.
    let wanted = 3 * threads, room = together == 2 ? 4 : 1
    var blockRows = (min(weight.precision == .bfloat16 ? 240 : 120, max(24, 65536 * room / units), count) + 5) / 6 * 6
    var groups = 1
    if threads > 1 && (count + blockRows - 1) / blockRows < wanted {
      groups = min(steps, (wanted * blockRows + count - 1) / count)
      let rows = count * groups / wanted
      blockRows = min(blockRows, max(12, (rows + 5) / 6 * 6))
    }
    let blocks = (count + blockRows - 1) / blockRows
    // Blocks of equal size: a small one at the end would leave the other threads waiting.
    blockRows = ((count + blocks - 1) / blocks + 5) / 6 * 6

    // A pointer takes the place of two floats; rounded up, so that what follows is aligned to cache lines.
    let tableCount = (blockRows * taps * 2 + 15) & ~15
    let widenedCount = weight.isWidened ? parts.map { $0.taps * $0.depth * stride }.max() ?? 0 : 0
    let rowCount = (blockRows * rowScratch + 15) & ~15
    Compute.parallel(blocks * groups) { item in
      let (block, group) = (item / groups, item % groups)
      let first = block * blockRows
      let rows = min(blockRows, count - first)
      let tiles = (rows + 5) / 6
      let scratchCount = tableCount + widenedCount + rowCount + blockRows * stride
      let scratch = MemoryPool.shared.borrow(scratchCount)
      defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
      let widened = scratch + tableCount
      let kept = widened + widenedCount
      let sums = kept + rowCount
      scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: blockRows * taps) { table in
        locate(first..<first + rows, table, kept)
        for step in group * steps / groups..<(group + 1) * steps / groups {
          let own = step * together..<min((step + 1) * together, panels)
          let isWide = own.count == 2 && weight.panel(own.lowerBound + 1).width == 16
          let column = own.lowerBound * 16
          for part in parts {
            let elements = part.tap * units + part.offset..<part.tap * units + part.offset + part.taps * part.depth
            let isFirst = elements.lowerBound == 0
            for panel in isWide ? own.prefix(1) : own {
              let width = weight.panel(panel).width
              let columns = weight.columns(panel: panel, elements, scratch: widened, loops)
              var next = taps * units * 16
              if isWide, weight.isWidened {
                next = elements.count * 16
                _ = weight.columns(panel: panel + 1, elements, scratch: widened + next, loops)
              }
              for tile in 0..<tiles {
                let pointers = table + (tile * taps + part.tap) * 6
                let target = sums + tile * 6 * stride + panel * 16 - column
                if isWide {
                  kernel.tile32(part.taps, part.depth, part.offset, pointers, columns, next, target, stride, isFirst)
                } else if width == 16 {
                  kernel.tile16(part.taps, part.depth, part.offset, pointers, columns, target, stride, isFirst)
                } else {
                  kernel.tile8(part.taps, part.depth, part.offset, pointers, columns, target, stride, isFirst)
                }
              }
            }
          }
          withUnsafePointer(to: epilogue) {
            loops.pointee.finish($0, sums, stride, first, rows, column, min(stride, weight.columns - column), weight.columns, output)
          }
        }
      }
    }
  }

  /// The parts a sum is cut into, `most` elements each: several whole taps, or a piece of one tap's inputs.
  private static func sumParts(taps: Int, depth: Int, most: Int) -> [(tap: Int, taps: Int, offset: Int, depth: Int)] {
    if depth <= most {
      let together = max(1, most / depth)
      return stride(from: 0, to: taps, by: together).map { ($0, min(together, taps - $0), 0, depth) }
    }
    let pieces = (depth + most - 1) / most
    return (0..<taps).flatMap { tap in
      (0..<pieces).map { piece in
        let start = piece * depth / pieces
        return (tap, 1, start, (piece + 1) * depth / pieces - start)
      }
    }
  }
}
