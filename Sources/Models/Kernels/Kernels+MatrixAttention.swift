import Core
import MicroKernels

/// One head of one image on matrix registers: its packed keys and values, and how its queries are looked up.
struct MatrixHead {
  /// Keys whose scores are held at a time; their running maximum and sum are corrected from block to block.
  private static let keyBlock = 512
  /// Elements from the scores of one query to the next, and from its rounded ones: at a power of two, rows would share few sets of the
  /// first-level cache.
  private static let scoreStride = keyBlock + 16, pairStride = keyBlock / 2 + 16

  let packed: PackedKeys
  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  /// Numbers from one query to the next.
  let stride: Int
  /// Whether what is found is written as pairs.
  let isRounded: Bool
  let loops: UnsafePointer<mk_set>

  /// Looks up a block of queries. `first` is its place in the sequence when keys after a query are hidden from it.
  func attend(_ q: UnsafePointer<Float>, count: Int, first: Int?, to target: UnsafeMutablePointer<Float>) {
    let (size, precision, keyBlock, tileRows) = (packed.size, packed.precision, Self.keyBlock, Kernels.matrixRows)
    let tiles = (count + tileRows - 1) / tileRows, rows = tiles * tileRows
    let (units, width, scoreStride, pairStride) = (packed.keyUnits, packed.valueWidth, Self.scoreStride, Self.pairStride)
    let scale = 1 / Float(size).squareRoot()
    let roundedCount = rows * (units + pairStride)
    let scratchCount = roundedCount + rows * scoreStride + rows * width + rows * 2
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let (roundedQueries, roundedScores, scores) = (scratch, scratch + rows * units, scratch + roundedCount)
    let sums = scores + rows * scoreStride
    let (most, total) = (sums + rows * width, sums + rows * width + rows)
    most.update(repeating: -.infinity, count: rows)
    total.update(repeating: 0, count: rows)
    for row in 0..<rows {
      let query = roundedQueries + row * units
      loops.pointee.round_pairs(q + min(row, count - 1) * stride, size, query)
      for unit in precision.units(size)..<units { query[unit] = 0 }
    }
    for start in Swift.stride(from: 0, to: packed.count, by: keyBlock) {
      let visible = min(keyBlock, packed.count - start)
      score(roundedQueries, tiles: tiles, start: start, visible: visible, to: scores)
      for row in 0..<rows {
        let values = scores + row * scoreStride
        let seen = first.map { max(0, min(visible, $0 + min(row, count - 1) + 1 - start)) } ?? visible
        if seen > 0 {
          let larger = max(most[row], loops.pointee.maximum(values, seen) * scale)
          let correction = most[row] == larger ? 1 : exponential(most[row] - larger)
          most[row] = larger
          let sum = loops.pointee.exponentiate_pairs(values, seen, scale, larger, roundedScores + row * pairStride)
          total[row] = total[row] * correction + sum
          if start > 0 && correction != 1 {
            let sum = sums + row * width
            for index in 0..<width { sum[index] *= correction }
          }
        }
        for unit in precision.units(seen)..<weightUnits(visible) { roundedScores[row * pairStride + unit] = 0 }
      }
      mix(roundedScores, tiles: tiles, start: start, visible: visible, to: sums, width: width)
    }
    for row in 0..<count {
      let factor = 1 / total[row]
      let from = sums + row * width
      if isRounded {
        loops.pointee.scale(from, factor, 0, size, from)
        loops.pointee.round_pairs(from, size, target + row * stride / 2)
      } else {
        loops.pointee.scale(from, factor, 0, size, target + row * stride)
      }
    }
  }

  /// Elements of the weights of a number of keys, in whole tiles.
  private func weightUnits(_ keys: Int) -> Int {
    (packed.precision.units(keys) + Kernels.matrixUnits - 1) / Kernels.matrixUnits * Kernels.matrixUnits
  }

  private func exponential(_ value: Float) -> Float {
    var value = value
    return loops.pointee.exponentiate(&value, 1, 1, 0)
  }

  /// Scores of a block of keys, `[rows of the tiles][scoreStride]`.
  private func score(_ queries: UnsafePointer<Float>, tiles: Int, start: Int, visible: Int, to scores: UnsafeMutablePointer<Float>) {
    let units = packed.keyUnits, panels = start / 16..<(start + visible + 15) / 16
    multiply(
      queries, stride: units, tiles: tiles, keys + panels.lowerBound * 16 * units, next: units * 16, panels: panels.count,
      chunks: 0..<units / Kernels.matrixUnits, to: scores, stride: Self.scoreStride)
  }

  /// Adds the values of a block of keys, each times its weight, to `[rows of the tiles][width]`.
  private func mix(
    _ weights: UnsafePointer<Float>, tiles: Int, start: Int, visible: Int, to sums: UnsafeMutablePointer<Float>, width: Int
  ) {
    let (first, depth) = (packed.precision.units(start), weightUnits(visible))
    multiply(
      weights, stride: Self.pairStride, tiles: tiles, values, next: packed.valueUnits * 16, panels: width / 16,
      chunks: first / Kernels.matrixUnits..<(first + depth) / Kernels.matrixUnits, to: sums, stride: width)
  }

  /// Adds chunks of a product on matrix registers, the first overwriting, of rows that hold these chunks alone.
  private func multiply(
    _ rows: UnsafePointer<Float>, stride: Int, tiles: Int, _ columns: UnsafePointer<Float>, next: Int, panels: Int, chunks: Range<Int>,
    to sums: UnsafeMutablePointer<Float>, stride sumStride: Int
  ) {
    // Where the rows would begin if they held the chunks before these too.
    var start = -chunks.lowerBound * Kernels.matrixUnits
    withUnsafePointer(to: &start) { taps in
      var product = mk_matrix(
        rows: rows, row_stride: stride, row_tiles: tiles, taps: taps, tap_chunks: max(1, chunks.upperBound), columns: columns, next: next,
        sums: sums, stride: sumStride)
      loops.pointee.matrix(&product, panels, chunks.lowerBound, chunks.count)
    }
  }
}
