import Core
import MicroKernels

extension Kernels {
  /// Queries handled together: scores of 48 x 512 take 96 KiB of the second-level cache. Of matrix registers, four tiles.
  private static let queryBlock = 48, matrixQueryBlock = 4 * matrixRows

  /// Scaled dot-product attention, softmax(q kᵀ / √d) v, heads side by side in the channels (Vaswani et al. 2017).
  ///
  /// Scores of a block of queries against a block of keys stay in cache (Dao et al. 2022, without the backward pass).
  ///
  /// - Parameters:
  ///   - q: `[n, tq, heads * d]`; `k`: `[n, tk, heads * d]`; `v`: `[n, tk, heads * d]`.
  ///   - isCausal: query i sees keys 0...i only.
  /// - Returns: `[n, tq, heads * d]`.
  public static func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, isCausal: Bool = false, precision: Precision = .float32
  ) -> Tensor {
    attention(q, PackedKeys(k, v, heads: heads, precision: precision), isCausal: isCausal, for: .float32).tensor
  }

  /// The same with keys and values packed before, for a product in a precision.
  public static func attention(_ q: Tensor, _ packed: PackedKeys, isCausal: Bool = false, for precision: Precision) -> Operand {
    let (images, queries, channels) = (q.shape[0], q.shape[1], q.shape[2])
    let (heads, keys, size) = (packed.heads, packed.count, packed.size)
    precondition(images == packed.images && channels == heads * size, "\(q.shape) does not fit \(heads) heads of \(size)")
    let loops = KernelSet.current.loops
    let span = Profile.begin()
    defer { span?.end(.attention, "\(q.shape), \(heads) heads, \(keys) keys", products: 2 * images * queries * keys * channels) }
    let (keyCount, valueCount) = (packed.keys.channels, packed.values.channels)
    let queryBlock = packed.isMatrix ? matrixQueryBlock : queryBlock
    let blocks = (queries + queryBlock - 1) / queryBlock
    // A head of an odd size would begin inside a pair.
    return Operand(q.shape, for: size % 2 == 0 ? precision : .float32) { target, isRounded in
      q.withUnsafe { q in
        packed.keys.withUnsafe { packedKeys in
          packed.values.withUnsafe { packedValues in
            Compute.parallel(images * heads * blocks) { item in
              let number = item / blocks, first = item % blocks * queryBlock
              let start = (number / heads * queries + first) * channels + number % heads * size
              let head = Head(
                packed: packed, keys: packedKeys + number * keyCount, values: packedValues + number * valueCount, stride: channels,
                isRounded: isRounded, loops: loops)
              head.attend(
                q + start, count: min(queryBlock, queries - first), first: isCausal ? first : nil,
                to: target + (isRounded ? start / 2 : start))
            }
          }
        }
      }
    }
  }
}

/// One head of one image: its keys and values, and how its queries are looked up.
private struct Head {
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
    let (size, precision, keyBlock) = (packed.size, packed.precision, Self.keyBlock)
    let tileRows = packed.isMatrix ? Kernels.matrixRows : Kernels.tileRows
    let tiles = (count + tileRows - 1) / tileRows, rows = tiles * tileRows
    let (units, width, scoreStride, pairStride) = (packed.keyUnits, packed.valueWidth, Self.scoreStride, Self.pairStride)
    let scale = 1 / Float(size).squareRoot()
    let readsPairs = precision == .bfloat16
    let roundedCount = readsPairs ? rows * (units + pairStride) : 0
    let scratchCount = rows * 4 + roundedCount + rows * scoreStride + rows * width + rows * 2
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let roundedQueries = scratch + rows * 4
    let roundedScores = readsPairs ? roundedQueries + rows * units : roundedQueries
    let scores = roundedQueries + roundedCount
    let sums = scores + rows * scoreStride
    let (most, total) = (sums + rows * width, sums + rows * width + rows)
    most.update(repeating: -.infinity, count: rows)
    total.update(repeating: 0, count: rows)
    // A pointer takes the place of two floats: one table for the queries, one for the score rows.
    scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: rows * 2) { queryRows in
      let scoreRows = queryRows + rows
      for row in 0..<rows {
        let query = q + min(row, count - 1) * stride
        if readsPairs {
          loops.pointee.round_pairs(query, size, roundedQueries + row * units)
          for unit in precision.units(size)..<units { roundedQueries[row * units + unit] = 0 }
        }
        queryRows[row] = readsPairs ? UnsafePointer(roundedQueries + row * units) : query
        scoreRows[row] = UnsafePointer(readsPairs ? roundedScores + row * pairStride : scores + row * scoreStride)
      }
      for start in Swift.stride(from: 0, to: packed.count, by: keyBlock) {
        let visible = min(keyBlock, packed.count - start)
        score(queryRows, tiles: tiles, start: start, visible: visible, to: scores)
        for row in 0..<rows {
          let values = scores + row * scoreStride
          let seen = first.map { max(0, min(visible, $0 + min(row, count - 1) + 1 - start)) } ?? visible
          if seen > 0 {
            let larger = max(most[row], loops.pointee.maximum(values, seen) * scale)
            let correction = most[row] == larger ? 1 : exponential(most[row] - larger)
            most[row] = larger
            let sum =
              readsPairs
              ? loops.pointee.exponentiate_pairs(values, seen, scale, larger, roundedScores + row * pairStride)
              : loops.pointee.exponentiate(values, seen, scale, larger)
            total[row] = total[row] * correction + sum
            if start > 0 && correction != 1 {
              let sum = sums + row * width
              for index in 0..<width { sum[index] *= correction }
            }
          }
          if readsPairs {
            for unit in precision.units(seen)..<weightUnits(visible) { roundedScores[row * pairStride + unit] = 0 }
          } else {
            for index in seen..<visible { values[index] = 0 }
          }
        }
        mix(scoreRows, tiles: tiles, start: start, visible: visible, to: sums, width: width)
      }
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

  /// Elements of the weights of a number of keys.
  private func weightUnits(_ keys: Int) -> Int {
    let units = packed.precision.units(keys)
    return packed.isMatrix ? (units + Kernels.matrixUnits - 1) / Kernels.matrixUnits * Kernels.matrixUnits : units
  }

  private func exponential(_ value: Float) -> Float {
    var value = value
    return loops.pointee.exponentiate(&value, 1, 1, 0)
  }

  /// Scores of a block of keys, `[rows of the tiles][scoreStride]`.
  private func score(
    _ queries: UnsafePointer<UnsafePointer<Float>>, tiles: Int, start: Int, visible: Int, to scores: UnsafeMutablePointer<Float>
  ) {
    let units = packed.keyUnits
    let panels = start / 16..<(start + visible + 15) / 16, kernel = loops.tiles(packed.precision)
    if packed.isMatrix {
      return multiply(
        queries[0], stride: units, tiles: tiles, keys + panels.lowerBound * 16 * units, next: units * 16, panels: panels.count,
        chunks: 0..<units / Kernels.matrixUnits, to: scores, stride: Self.scoreStride)
    }
    for panel in Swift.stride(from: panels.lowerBound, to: panels.upperBound, by: 2) {
      let columns = keys + panel * 16 * units, isPaired = panel + 1 < panels.upperBound
      for tile in 0..<tiles {
        let (rows, target) = (queries + tile * 6, scores + tile * 6 * Self.scoreStride + panel * 16 - start)
        if isPaired {
          kernel.tile32(1, units, 0, rows, columns, units * 16, target, Self.scoreStride, true)
        } else {
          kernel.tile16(1, units, 0, rows, columns, target, Self.scoreStride, true)
        }
      }
    }
  }

  /// Adds the values of a block of keys, each times its weight, to `[6 * tiles][width]`.
  private func mix(
    _ weights: UnsafePointer<UnsafePointer<Float>>, tiles: Int, start: Int, visible: Int, to sums: UnsafeMutablePointer<Float>, width: Int
  ) {
    let precision = packed.precision, kernel = loops.tiles(precision)
    let (all, first, depth) = (packed.valueUnits, precision.units(start), weightUnits(visible))
    if packed.isMatrix {
      return multiply(
        weights[0], stride: Self.pairStride, tiles: tiles, values, next: all * 16, panels: width / 16,
        chunks: first / Kernels.matrixUnits..<(first + depth) / Kernels.matrixUnits, to: sums, stride: width)
    }
    for column in Swift.stride(from: 0, to: width, by: 32) {
      let left = min(32, width - column), whole = left & ~15
      let columns = values + column * all
      for tile in 0..<tiles {
        let (rows, target) = (weights + tile * 6, sums + tile * 6 * width + column)
        if whole == 32 {
          kernel.tile32(1, depth, 0, rows, columns + first * 16, all * 16, target, width, start == 0)
        } else if whole == 16 {
          kernel.tile16(1, depth, 0, rows, columns + first * 16, target, width, start == 0)
        }
        if whole < left { kernel.tile8(1, depth, 0, rows, columns + whole * all + first * 8, target + whole, width, start == 0) }
      }
    }
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
