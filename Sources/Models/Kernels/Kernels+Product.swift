/// What a product's sums become before they are stored: `activation(sum + bias + image bias + residual)`.
struct Epilogue {
  /// One value a column.
  var bias: UnsafePointer<Float>?
  /// One value a column and image, for the time embedding of a residual block; an image is `rowsPerImage` rows.
  var imageBias: UnsafePointer<Float>?
  var rowsPerImage = 1
  /// One value an output element.
  var residual: UnsafePointer<Float>?
  var activation = Activation.none
}

extension Kernels {
  /// Most inputs a block of a panel has: 320 of 16 columns take 20 of the 32 KiB of a first-level cache.
  private static let blockDepth = 320

  /// Multiplies rows of a matrix that is given by pointers with a packed weight.
  ///
  /// Rows are cut into blocks that stay in the second-level cache, columns into panels, the sum into parts whose piece of the
  /// panel stays in the first-level cache. The order of every sum depends on the weight's shape alone.
  ///
  /// - Parameters:
  ///   - count: rows of the output.
  ///   - output: `[count][weight.columns]`.
  ///   - locate: for a range of rows, writes where each tap of each row is read: entry `(tile * taps + tap) * 6 + lane`
  ///     for row `range.lowerBound + tile * 6 + lane`, with every lane of the last tile filled.
  static func product(
    rows count: Int, _ weight: PackedMatrix, to output: UnsafeMutablePointer<Float>, _ epilogue: Epilogue,
    locate: (Range<Int>, UnsafeMutablePointer<UnsafePointer<Float>>) -> Void
  ) {
    guard count > 0 else { return }
    let (taps, depth, panels) = (weight.taps, weight.depth, weight.panels)
    let parts = sumParts(taps: taps, depth: depth)
    let threads = Compute.threads

    // As many rows as fit a quarter MiB, 120 at most. Without enough such blocks to go round, their columns are shared out
    // first, as the weight is then read by one thread only, and their rows when there are few columns.
    let wanted = 3 * threads
    var blockRows = (min(120, max(24, 65536 / depth), count) + 5) / 6 * 6
    var groups = 1
    if threads > 1 && (count + blockRows - 1) / blockRows < wanted {
      groups = min(panels, (wanted * blockRows + count - 1) / count)
      let rows = count * groups / wanted
      blockRows = min(blockRows, max(12, (rows + 5) / 6 * 6))
    }
    let blocks = (count + blockRows - 1) / blockRows
    // Blocks of equal size: a small one at the end would leave the other threads waiting.
    blockRows = ((count + blocks - 1) / blocks + 5) / 6 * 6

    // A pointer takes the place of two floats; rounded up, so that what follows is aligned to cache lines.
    let tableCount = (blockRows * taps * 2 + 15) & ~15
    let widenedCount = parts.map { $0.taps * $0.depth * 16 }.max() ?? 0
    Compute.parallel(blocks * groups) { item in
      let (block, group) = (item / groups, item % groups)
      let first = block * blockRows
      let rows = min(blockRows, count - first)
      let tiles = (rows + 5) / 6
      let scratchCount = tableCount + widenedCount + blockRows * 16
      let scratch = MemoryPool.shared.borrow(scratchCount)
      defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
      let widened = scratch + tableCount
      let sums = widened + widenedCount
      scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: blockRows * taps) { table in
        locate(first..<first + rows, table)
        for panel in group * panels / groups..<(group + 1) * panels / groups {
          let (column, width) = weight.panel(panel)
          for part in parts {
            let inputs = part.tap * depth + part.offset..<part.tap * depth + part.offset + part.taps * part.depth
            let columns = weight.widened(panel: panel, rows: inputs, scratch: widened)
            let isFirst = inputs.lowerBound == 0
            for tile in 0..<tiles {
              let pointers = UnsafePointer(table + (tile * taps + part.tap) * 6)
              if width == 16 {
                TileKernel.sixteen(
                  taps: part.taps, depth: part.depth, offset: part.offset, rows: pointers, columns: columns,
                  sums: sums + tile * 96, stride: 16, isFirst: isFirst)
              } else {
                TileKernel.eight(
                  taps: part.taps, depth: part.depth, offset: part.offset, rows: pointers, columns: columns,
                  sums: sums + tile * 96, stride: 16, isFirst: isFirst)
              }
            }
          }
          finish(epilogue, sums: sums, rows: first..<first + rows, column: column, columns: weight.columns, output: output)
        }
      }
    }
  }

  /// The parts a sum is cut into: several whole taps, or a piece of one tap's inputs.
  private static func sumParts(taps: Int, depth: Int) -> [(tap: Int, taps: Int, offset: Int, depth: Int)] {
    if depth <= blockDepth {
      let together = max(1, blockDepth / depth)
      return stride(from: 0, to: taps, by: together).map { ($0, min(together, taps - $0), 0, depth) }
    }
    let pieces = (depth + blockDepth - 1) / blockDepth
    return (0..<taps).flatMap { tap in
      (0..<pieces).map { piece in
        let start = piece * depth / pieces
        return (tap, 1, start, (piece + 1) * depth / pieces - start)
      }
    }
  }

  /// Stores 16 columns of sums (fewer at the right edge) for a range of rows.
  @inline(__always)
  static func finish(
    _ epilogue: Epilogue, sums: UnsafeMutablePointer<Float>, rows: Range<Int>, column: Int, columns: Int,
    output: UnsafeMutablePointer<Float>
  ) {
    if epilogue.activation == .none {
      finish(epilogue, sums: sums, rows: rows, column: column, columns: columns, output: output) { $0 }
    } else {
      finish(epilogue, sums: sums, rows: rows, column: column, columns: columns, output: output) { epilogue.activation($0) }
    }
  }

  @inline(__always)
  private static func finish(
    _ epilogue: Epilogue, sums: UnsafeMutablePointer<Float>, rows: Range<Int>, column: Int, columns: Int,
    output: UnsafeMutablePointer<Float>, _ activation: (F8) -> F8
  ) {
    for start in stride(from: column, to: min(column + 16, columns), by: 8) {
      let used = min(8, columns - start)
      for row in rows {
        var value = load8(sums + (row - rows.lowerBound) * 16 + start - column)
        let position = row * columns + start
        if used == 8 {
          if let bias = epilogue.bias { value += load8(bias + start) }
          if let bias = epilogue.imageBias { value += load8(bias + row / epilogue.rowsPerImage * columns + start) }
          if let residual = epilogue.residual { value += load8(residual + position) }
          store8(output + position, activation(value))
        } else {
          if let bias = epilogue.bias { value += load8(bias + start, first: used) }
          if let bias = epilogue.imageBias {
            value += load8(bias + row / epilogue.rowsPerImage * columns + start, first: used)
          }
          if let residual = epilogue.residual { value += load8(residual + position, first: used) }
          store8(output + position, activation(value), first: used)
        }
      }
    }
  }
}
