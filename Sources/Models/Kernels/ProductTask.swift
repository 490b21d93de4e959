import Core
import MicroKernels

/// A piece of a product's sums: several whole taps, or a piece of one tap's inputs.
struct SumPart {
  let tap, taps, offset, depth: Int
}

/// Where the rows of a product's output are: `pitch` elements apart along a line of `line` rows, and lines `step` elements apart. Of more than
/// one line, outputs have a bias alone.
struct OutputRows {
  let pitch: Int
  var line = Int.max, step = 0

  func place(_ row: Int) -> Int { row < line ? row * pitch : row / line * step + row % line * pitch }

  /// The first of `rows` that begins a line behind the first, or their end.
  func lineEnd(_ rows: Range<Int>) -> Int { line == .max ? rows.upperBound : min(rows.upperBound, (rows.lowerBound / line + 1) * line) }
}

/// What the threads of one product share, and how one of them multiplies a range of its rows with a range of its columns.
struct ProductTask {
  let weight: PackedMatrix
  let loops: UnsafePointer<mk_set>
  let parts: [SumPart]
  /// Rows of the output, and the most of a block.
  let count, blockRows: Int
  /// Floats that locating a row takes.
  let rowScratch: Int
  /// Panels of a step.
  let together: Int
  /// Whether the second of them gates the first.
  let isGated: Bool
  let output: UnsafeMutablePointer<Float>
  let places: OutputRows

  typealias Table = UnsafeMutablePointer<UnsafePointer<Float>>

  /// Multiplies a range of rows, a block after the other, with the panels of a range of steps.
  ///
  /// Processors fetch what they read in order; rows that wait in memory, and the places of results, are asked for by name. Rows that are
  /// located by more than a pointer are not.
  func multiply(
    _ rows: Range<Int>, steps: Range<Int>, _ epilogue: UnsafePointer<mk_epilogue>,
    locate: (Range<Int>, Table, UnsafeMutablePointer<Float>) -> Void
  ) {
    let taps = weight.taps, stride = together * 16
    let blocks = (rows.count + blockRows - 1) / blockRows, blockRows = ((rows.count + blocks - 1) / blocks + 5) / 6 * 6
    let isFetched = taps == 1 && rowScratch == 0 && rows.count > blockRows
    // A pointer takes the place of two floats; rounded up, so that what follows is aligned to cache lines.
    let tableCount = (blockRows * taps * 2 + 15) & ~15
    let widenedCount = weight.isWidened ? parts.map { $0.taps * $0.depth * stride }.max() ?? 0 : 0
    let rowCount = (blockRows * rowScratch + 15) & ~15
    let sumCount = (parts.count == 1 ? 2 * Kernels.tileRows : blockRows) * stride
    let scratchCount = tableCount * (isFetched ? 2 : 1) + widenedCount + rowCount + sumCount
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let kept = scratch + tableCount * (isFetched ? 2 : 1)
    let widened = kept + rowCount
    scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: blockRows * taps) { first in
      (scratch + tableCount).withMemoryRebound(to: UnsafePointer<Float>.self, capacity: blockRows * taps) { second in
        var (table, next) = (first, isFetched ? second : first)
        for start in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: blockRows) {
          let block = start..<min(start + blockRows, rows.upperBound)
          if !isFetched || start == rows.lowerBound { locate(block, table, kept) }
          let following = block.upperBound..<min(block.upperBound + blockRows, rows.upperBound)
          let isNext = isFetched && !following.isEmpty
          if isNext { locate(following, next, kept) }
          for step in steps {
            let share = (step - steps.lowerBound, steps.count)
            multiply(
              block, table, step: step, of: steps, widened: widened, sums: widened + widenedCount, epilogue,
              next: isNext ? next : nil, nextTiles: (following.count + 5) / 6, share: share)
          }
          swap(&table, &next)
        }
      }
    }
  }

  /// One block of rows and the panels of one step. `share` of the next block's rows is asked for.
  private func multiply(
    _ block: Range<Int>, _ table: Table, step: Int, of steps: Range<Int>, widened: UnsafeMutablePointer<Float>,
    sums: UnsafeMutablePointer<Float>,
    _ epilogue: UnsafePointer<mk_epilogue>, next: Table?, nextTiles: Int, share: (number: Int, of: Int)
  ) {
    let kernel = loops.tiles(weight.precision), (taps, units, columns) = (weight.taps, weight.units, weight.columns)
    let stride = together * 16, tileRows = Kernels.tileRows
    let own = panels(step)
    let isWide = own.count == 2 && weight.panel(own.lowerBound + 1).width == 16
    let column = own.lowerBound * 16, width = min(stride, columns - column), residual = epilogue.pointee.residual
    let (place, placeWidth) = isGated ? (column / 2, width / 2) : (column, width)
    // What is gated in bfloat16 is rounded.
    let outputs = UnsafeMutableRawPointer(output), outputBytes = isGated && weight.precision == .bfloat16 ? 2 : 4
    let tiles = (block.count + tileRows - 1) / tileRows
    let fetched = units * share.number / share.of..<units * (share.number + 1) / share.of
    for (number, part) in parts.enumerated() {
      let elements = elements(part), isFirst = number == 0, isLast = number == parts.count - 1
      var panels = (weight.columns(panel: own.lowerBound, elements, scratch: widened, loops), UnsafePointer(widened))
      var distance = taps * units * 16
      if own.count == 2 {
        if weight.isWidened { distance = elements.count * 16 }
        panels.1 = weight.columns(panel: own.lowerBound + 1, elements, scratch: widened + elements.count * 16, loops)
      }
      var tile = 0
      while tile < tiles {
        // Two tiles at once where the set has loops for that.
        let tall = isWide && tile + 1 < tiles ? kernel.tall32 : nil, height = tall == nil ? 1 : 2
        defer { tile += height }
        let pointers = table + (tile * taps + part.tap) * tileRows
        let target = sums + (parts.count == 1 ? 0 : tile * tileRows * stride)
        let row = block.lowerBound + tile * tileRows, used = min(height * tileRows, block.upperBound - row)
        if weight.isWidened { fetchWeights(behind: number, step: step, of: steps, share: (tile, tiles)) }
        if isLast {
          for line in row..<row + used {
            let start = places.place(line) + place
            mk_fetch(outputs + start * outputBytes, placeWidth * outputBytes)
            if let residual { mk_fetch(residual + start, placeWidth * 4) }
          }
          if let next, tile < nextTiles {
            for lane in tile * tileRows..<min(tile + height, nextTiles) * tileRows {
              mk_fetch_second(next[lane] + fetched.lowerBound, fetched.count * 4)
            }
          }
        }
        if let tall {
          tall(
            part.taps, part.depth, part.offset, pointers, taps * tileRows, panels.0, distance, target, stride, isFirst)
        } else if isWide {
          kernel.tile32(part.taps, part.depth, part.offset, pointers, panels.0, distance, target, stride, isFirst)
        } else {
          for panel in own {
            let columns = panel == own.lowerBound ? panels.0 : panels.1, target = target + panel * 16 - column
            if weight.panel(panel).width == 16 {
              kernel.tile16(part.taps, part.depth, part.offset, pointers, columns, target, stride, isFirst)
            } else {
              kernel.tile8(part.taps, part.depth, part.offset, pointers, columns, target, stride, isFirst)
            }
          }
        }
        // While the sums are at hand, and stores go on beside the next tile's products.
        if isLast {
          if isGated, let bias = epilogue.pointee.bias {
            let gate = weight.precision == .float32 ? loops.pointee.gate : loops.pointee.finish_gated
            let start = outputs + (places.place(row) + place) * outputBytes
            gate?(target, stride, used, bias + column, places.pitch, start.assumingMemoryBound(to: Float.self))
          } else {
            finish(row..<row + used, target, stride, column, width, epilogue)
          }
        }
      }
    }
  }

  /// Stores sums, a line of the output after the other.
  private func finish(
    _ rows: Range<Int>, _ sums: UnsafePointer<Float>, _ stride: Int, _ column: Int, _ width: Int, _ epilogue: UnsafePointer<mk_epilogue>
  ) {
    let end = places.lineEnd(rows)
    if places.line == .max {
      loops.pointee.finish(epilogue, sums, stride, rows.lowerBound, rows.count, column, width, places.pitch, output)
    } else {
      let line = output + places.place(rows.lowerBound)
      loops.pointee.finish(epilogue, sums, stride, 0, end - rows.lowerBound, column, width, places.pitch, line)
    }
    if end < rows.upperBound { finish(end..<rows.upperBound, sums + (end - rows.lowerBound) * stride, stride, column, width, epilogue) }
  }

  private func panels(_ step: Int) -> Range<Int> { step * together..<min((step + 1) * together, weight.panels) }

  /// Elements of a panel that a part of the sums takes.
  private func elements(_ part: SumPart) -> Range<Int> {
    let start = part.tap * weight.units + part.offset
    return start..<start + part.taps * part.depth
  }

  /// Asks for a share of the weights that are widened after part `number` of a step: what is widened is used at once.
  @inline(__always)
  private func fetchWeights(behind number: Int, step: Int, of steps: Range<Int>, share: (number: Int, of: Int)) {
    let isLast = number == parts.count - 1, step = isLast ? step + 1 : step
    guard step < steps.upperBound else { return }
    let elements = elements(parts[isLast ? 0 : number + 1])
    let first = elements.lowerBound + elements.count * share.number / share.of
    for panel in panels(step) {
      weight.fetch(first..<elements.lowerBound + elements.count * (share.number + 1) / share.of, panel: panel)
    }
  }
}
