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
    attention(q, PackedKeys(k, v, heads: heads, precision: precision), isCausal: isCausal)
  }

  /// The same with keys and values packed before.
  public static func attention(_ q: Tensor, _ packed: PackedKeys, isCausal: Bool = false) -> Tensor {
    let (images, queries, channels) = (q.shape[0], q.shape[1], q.shape[2])
    let (heads, keys, size) = (packed.heads, packed.count, packed.size)
    precondition(images == packed.images && channels == heads * size, "\(q.shape) does not fit \(heads) heads of \(size)")
    let loops = KernelSet.current.loops
    let span = Profile.begin()
    defer { span?.end(.attention, "\(q.shape), \(heads) heads, \(keys) keys", products: 2 * images * queries * keys * channels) }
    var output = Tensor(uninitialized: q.shape)
    let (keyCount, valueCount) = (packed.keys.channels, packed.values.channels)
    let queryBlock = packed.isMatrix ? matrixQueryBlock : queryBlock
    let blocks = (queries + queryBlock - 1) / queryBlock
    q.withUnsafe { q in
      packed.keys.withUnsafe { packedKeys in
        packed.values.withUnsafe { packedValues in
          output.withUnsafeMutable { target in
            Compute.parallel(images * heads * blocks) { item in
              let number = item / blocks, first = item % blocks * queryBlock
              let start = (number / heads * queries + first) * channels + number % heads * size
              let head = Head(
                packed: packed, keys: packedKeys + number * keyCount, values: packedValues + number * valueCount, stride: channels,
                loops: loops)
              head.attend(q + start, count: min(queryBlock, queries - first), first: isCausal ? first : nil, to: target + start)
            }
          }
        }
      }
    }
    return output
  }
}

/// One head of one image: its keys and values, and how its queries are looked up.
private struct Head {
  /// Keys whose scores are held at a time; their running maximum and sum are corrected from block to block.
  private static let keyBlock = 512

  let packed: PackedKeys
  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  /// Numbers from one query to the next.
  let stride: Int
  let loops: UnsafePointer<mk_set>

  /// Looks up a block of queries. `first` is its place in the sequence when keys after a query are hidden from it.
  func attend(_ q: UnsafePointer<Float>, count: Int, first: Int?, to target: UnsafeMutablePointer<Float>) {
    let (size, precision, keyBlock) = (packed.size, packed.precision, Self.keyBlock)
    let tileRows = packed.isMatrix ? Kernels.matrixRows : Kernels.tileRows
    let tiles = (count + tileRows - 1) / tileRows, rows = tiles * tileRows
    let (units, width, scoreUnits) = (packed.keyUnits, packed.valueWidth, precision.units(keyBlock))
    let scale = 1 / Float(size).squareRoot()
    let isRounded = precision == .bfloat16
    let roundedCount = isRounded ? rows * (units + scoreUnits) : 0
    let scratchCount = rows * 4 + roundedCount + rows * keyBlock + rows * width + rows * 2
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let roundedQueries = scratch + rows * 4
    let roundedScores = isRounded ? roundedQueries + rows * units : roundedQueries
    let scores = roundedQueries + roundedCount
    let sums = scores + rows * keyBlock
    let (most, total) = (sums + rows * width, sums + rows * width + rows)
    most.update(repeating: -.infinity, count: rows)
    total.update(repeating: 0, count: rows)
    // A pointer takes the place of two floats: one table for the queries, one for the score rows.
    scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: rows * 2) { queryRows in
      let scoreRows = queryRows + rows
      for row in 0..<rows {
        let query = q + min(row, count - 1) * stride
        if isRounded {
          loops.pointee.round_pairs(query, size, roundedQueries + row * units)
          for unit in precision.units(size)..<units { roundedQueries[row * units + unit] = 0 }
        }
        queryRows[row] = isRounded ? UnsafePointer(roundedQueries + row * units) : query
        scoreRows[row] = UnsafePointer(isRounded ? roundedScores + row * scoreUnits : scores + row * keyBlock)
      }
      for start in Swift.stride(from: 0, to: packed.count, by: keyBlock) {
        let visible = min(keyBlock, packed.count - start)
        score(queryRows, tiles: tiles, start: start, visible: visible, to: scores)
        for row in 0..<rows {
          let values = scores + row * keyBlock
          let seen = first.map { max(0, min(visible, $0 + min(row, count - 1) + 1 - start)) } ?? visible
          if seen > 0 {
            let larger = max(most[row], loops.pointee.maximum(values, seen) * scale)
            let correction = most[row] == larger ? 1 : exponential(most[row] - larger)
            most[row] = larger
            let sum =
              isRounded
              ? loops.pointee.exponentiate_pairs(values, seen, scale, larger, roundedScores + row * scoreUnits)
              : loops.pointee.exponentiate(values, seen, scale, larger)
            total[row] = total[row] * correction + sum
            if start > 0 && correction != 1 {
              let sum = sums + row * width
              for index in 0..<width { sum[index] *= correction }
            }
          }
          if isRounded {
            for unit in precision.units(seen)..<weightUnits(visible) { roundedScores[row * scoreUnits + unit] = 0 }
          } else {
            for index in seen..<visible { values[index] = 0 }
          }
        }
        mix(scoreRows, tiles: tiles, start: start, visible: visible, to: sums, width: width)
      }
    }
    for row in 0..<count {
      let factor = 1 / total[row]
      let (from, to) = (sums + row * width, target + row * stride)
      for index in 0..<size { to[index] = from[index] * factor }
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

  /// Scores of a block of keys, `[6 * tiles][keyBlock]`.
  private func score(
    _ queries: UnsafePointer<UnsafePointer<Float>>, tiles: Int, start: Int, visible: Int, to scores: UnsafeMutablePointer<Float>
  ) {
    let units = packed.keyUnits
    let panels = start / 16..<(start + visible + 15) / 16, kernel = loops.tiles(packed.precision)
    for panel in Swift.stride(from: panels.lowerBound, to: panels.upperBound, by: 2) {
      let columns = keys + panel * 16 * units, isPaired = panel + 1 < panels.upperBound
      if packed.isMatrix {
        multiply(
          queries[0], stride: units, tiles: tiles, columns, next: units * 16, panels: isPaired ? 2 : 1,
          chunks: 0..<units / Kernels.matrixUnits, to: scores + panel * 16 - start, stride: Self.keyBlock)
        continue
      }
      for tile in 0..<tiles {
        let (rows, target) = (queries + tile * 6, scores + tile * 6 * Self.keyBlock + panel * 16 - start)
        if isPaired {
          kernel.tile32(1, units, 0, rows, columns, units * 16, target, Self.keyBlock, true)
        } else {
          kernel.tile16(1, units, 0, rows, columns, target, Self.keyBlock, true)
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
    for column in Swift.stride(from: 0, to: width, by: 32) {
      let left = min(32, width - column), whole = left & ~15
      let columns = values + column * all
      if packed.isMatrix {
        let chunks = first / Kernels.matrixUnits..<(first + depth) / Kernels.matrixUnits
        multiply(
          weights[0], stride: precision.units(Self.keyBlock), tiles: tiles, columns, next: all * 16, panels: left / 16, chunks: chunks,
          to: sums + column, stride: width)
        continue
      }
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
