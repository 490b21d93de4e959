import Core
import MicroKernels

extension Kernels {
  /// Rows of a tile.
  static let tileRows = mk_tile_rows

  /// Most elements a block of a panel has: those of 16 columns take five eighths of the first-level cache, 320 of them of 32 KiB.
  private static let blockDepth = MachineMemory.firstCache * 5 / 8 / 64

  /// Multiplies rows of a matrix that is given by pointers with a packed weight.
  ///
  /// Rows are cut into blocks that stay in the second-level cache, columns into panels, the sum into parts whose piece of the
  /// panel stays in the first-level cache. The order of every sum depends on the weight's shape and precision alone.
  ///
  /// - Parameters:
  ///   - count: rows of the output.
  ///   - output: `[count][weight.columns]`, or where `places` says. Of a gated product `[count][weight.columns / 2]`: every second panel of 16
  ///     columns gates the one before it (`GatedWeight`).
  ///   - kept: the taps that are summed, all of them if not given; `locate` need not write the others.
  ///   - rowScratch: floats that `locate` gets for each row of a block.
  ///   - locate: for a range of rows, writes where each tap of each row is read: entry `(tile * taps + tap) * 6 + lane`
  ///     for row `range.lowerBound + tile * 6 + lane`, with every lane of the last tile filled. In bfloat16 they point to pairs.
  static func product(
    rows count: Int, _ weight: PackedMatrix, to output: UnsafeMutablePointer<Float>, places: OutputRows? = nil,
    _ epilogue: mk_epilogue,
    isGated: Bool = false, kept: [Range<Int>]? = nil, rowScratch: Int = 0,
    locate: (Range<Int>, UnsafeMutablePointer<UnsafePointer<Float>>, UnsafeMutablePointer<Float>) -> Void
  ) {
    guard count > 0 else { return }
    let loops = KernelSet.current.loops
    let (taps, units, panels) = (weight.taps, weight.units, weight.panels)
    // Numbers are multiplied faster than they are read: two panels share the rows.
    let panelsAtOnce = isGated ? 2 : loops.panelsAtOnce
    let steps = (panels + panelsAtOnce - 1) / panelsAtOnce
    let parts = sumParts(kept ?? [0..<taps], depth: units, most: blockDepth / panelsAtOnce)
    let threads = Compute.threads

    // As many rows as fit a quarter MiB, 120 at most; with wide vectors, whose processors have a larger second-level cache, four times as many.
    // Without enough such blocks to go round, their columns are shared out first, as the weight is then read by one thread only, and their
    // rows when there are few columns.
    let wanted = 3 * threads, room = loops.panelsAtOnce == 2 ? 4 : 1
    var blockRows = (min(weight.precision == .bfloat16 ? 240 : 120, max(24, 65536 * room / units), count) + 5) / 6 * 6
    var groups = 1
    if threads > 1 && (count + blockRows - 1) / blockRows < wanted {
      groups = min(steps, (wanted * blockRows + count - 1) / count)
      let rows = count * groups / wanted
      blockRows = min(blockRows, max(12, (rows + 5) / 6 * 6))
    }
    // Neighbouring blocks are one thread's, which asks for the next one's rows while it multiplies. Runs of equal size, as many for every
    // thread where that takes few more: a thread less busy would wait for the others.
    let blocks = (count + blockRows - 1) / blockRows, tiles = (count + 5) / 6
    let together = (blocks + 4 * threads - 1) / (4 * threads)
    var runs = (blocks + together - 1) / together
    let even = (runs + threads - 1) / threads * threads
    if runs * groups % threads > 0 && 3 * even <= 4 * runs { runs = min(even, tiles) }
    let task = ProductTask(
      weight: weight, loops: loops, parts: parts, count: count, blockRows: blockRows, rowScratch: rowScratch, together: panelsAtOnce,
      isGated: isGated, output: output, places: places ?? OutputRows(pitch: weight.columns))
    Compute.parallel(runs * groups) { item in
      let (run, group) = (item / groups, item % groups)
      let rows = run * tiles / runs * 6..<min(count, (run + 1) * tiles / runs * 6)
      guard !rows.isEmpty else { return }
      withUnsafePointer(to: epilogue) {
        task.multiply(rows, steps: group * steps / groups..<(group + 1) * steps / groups, $0, locate: locate)
      }
    }
  }

  /// The parts a sum is cut into, `most` elements each: several whole taps, or a piece of one tap's inputs.
  private static func sumParts(_ taps: [Range<Int>], depth: Int, most: Int) -> [SumPart] {
    if depth <= most {
      let together = max(1, most / depth)
      return taps.flatMap { range in
        stride(from: range.lowerBound, to: range.upperBound, by: together).map {
          SumPart(tap: $0, taps: min(together, range.upperBound - $0), offset: 0, depth: depth)
        }
      }
    }
    let pieces = (depth + most - 1) / most
    return taps.joined().flatMap { tap in
      (0..<pieces).map { piece in
        let start = piece * depth / pieces
        return SumPart(tap: tap, taps: 1, offset: start, depth: (piece + 1) * depth / pieces - start)
      }
    }
  }
}
