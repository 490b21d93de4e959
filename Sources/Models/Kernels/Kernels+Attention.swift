extension Kernels {
  /// Keys whose scores are held at a time; their running maximum and sum are corrected from block to block.
  private static let keyBlock = 512
  /// Queries handled together: scores of 48 x 512 take 96 KiB of the second-level cache.
  private static let queryBlock = 48

  /// Scaled dot-product attention, softmax(q kᵀ / √d) v, heads side by side in the channels (Vaswani et al. 2017).
  ///
  /// Scores of a block of queries against a block of keys stay in cache (Dao et al. 2022, without the backward pass).
  ///
  /// - Parameters:
  ///   - q: `[n, tq, heads * d]`; `k`: `[n, tk, heads * d]`; `v`: `[n, tk, heads * d]`.
  ///   - isCausal: query i sees keys 0...i only.
  /// - Returns: `[n, tq, heads * d]`.
  public static func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, isCausal: Bool = false) -> Tensor {
    attention(q, PackedKeys(k, v, heads: heads), isCausal: isCausal)
  }

  /// The same with keys and values packed before.
  public static func attention(_ q: Tensor, _ packed: PackedKeys, isCausal: Bool = false) -> Tensor {
    let (images, queries, channels) = (q.shape[0], q.shape[1], q.shape[2])
    let (heads, keys, size) = (packed.heads, packed.count, packed.size)
    precondition(images == packed.images && channels == heads * size, "\(q.shape) does not fit \(heads) heads of \(size)")
    let span = Profile.begin()
    defer { span?.end(.attention, "\(q.shape), \(heads) heads, \(keys) keys", products: 2 * images * queries * keys * channels) }
    var output = Tensor(uninitialized: q.shape)
    let (keyCount, valueCount) = (packed.keys.channels, packed.values.channels)
    let blocks = (queries + queryBlock - 1) / queryBlock
    q.withUnsafe { q in
      packed.keys.withUnsafe { packedKeys in
        packed.values.withUnsafe { packedValues in
          output.withUnsafeMutable { target in
            Compute.parallel(images * heads * blocks) { item in
              let head = item / blocks, first = item % blocks * queryBlock
              let start = (head / heads * queries + first) * channels + head % heads * size
              attend(
                q + start, count: min(queryBlock, queries - first), first: isCausal ? first : nil, stride: channels, size: size,
                keys: keys, packedKeys: packedKeys + head * keyCount, packedValues: packedValues + head * valueCount,
                to: target + start)
            }
          }
        }
      }
    }
    return output
  }

  /// One head of a block of queries. `first` is the block's place in the sequence when keys after a query are hidden from it.
  private static func attend(
    _ q: UnsafePointer<Float>, count: Int, first: Int?, stride: Int, size: Int, keys: Int, packedKeys: UnsafePointer<Float>,
    packedValues: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
  ) {
    let tiles = (count + 5) / 6, rows = tiles * 6
    let width = PackedKeys.valueWidth(size)
    let scale = 1 / Float(size).squareRoot()
    let scratchCount = rows * 4 + rows * keyBlock + rows * width + rows * 2
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let scores = scratch + rows * 4
    let sums = scores + rows * keyBlock
    let (most, total) = (sums + rows * width, sums + rows * width + rows)
    most.update(repeating: -.infinity, count: rows)
    total.update(repeating: 0, count: rows)
    // A pointer takes the place of two floats: one table for the queries, one for the score rows.
    scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: rows * 2) { queryRows in
      let scoreRows = queryRows + rows
      for row in 0..<rows {
        queryRows[row] = q + min(row, count - 1) * stride
        scoreRows[row] = UnsafePointer(scores + row * keyBlock)
      }
      for start in Swift.stride(from: 0, to: keys, by: keyBlock) {
        let visible = min(keyBlock, keys - start)
        for panel in start / 16..<(start + visible + 15) / 16 {
          for tile in 0..<tiles {
            TileKernel.sixteen(
              taps: 1, depth: size, offset: 0, rows: queryRows + tile * 6, columns: packedKeys + panel * 16 * size,
              sums: scores + tile * 6 * keyBlock + panel * 16 - start, stride: keyBlock, isFirst: true)
          }
        }
        for row in 0..<rows {
          let values = scores + row * keyBlock
          let seen = first.map { max(0, min(visible, $0 + min(row, count - 1) + 1 - start)) } ?? visible
          if seen > 0 {
            let larger = max(most[row], maximum(values, seen) * scale)
            let correction = most[row] == larger ? 1 : VectorMath.exp(F8(repeating: most[row] - larger))[0]
            most[row] = larger
            total[row] = total[row] * correction + exponentiate(values, seen, scale: scale, subtracting: larger)
            if start > 0 && correction != 1 {
              let sum = sums + row * width
              for index in 0..<width { sum[index] *= correction }
            }
          }
          for index in seen..<visible { values[index] = 0 }
        }
        for column in Swift.stride(from: 0, to: width, by: 16) {
          let isWhole = column + 16 <= width
          let values = packedValues + column * keys + start * (isWhole ? 16 : 8)
          for tile in 0..<tiles {
            let (rows, sums) = (scoreRows + tile * 6, sums + tile * 6 * width + column)
            if isWhole {
              TileKernel.sixteen(
                taps: 1, depth: visible, offset: 0, rows: rows, columns: values, sums: sums, stride: width, isFirst: start == 0)
            } else {
              TileKernel.eight(
                taps: 1, depth: visible, offset: 0, rows: rows, columns: values, sums: sums, stride: width, isFirst: start == 0)
            }
          }
        }
      }
    }
    for row in 0..<count {
      let factor = 1 / total[row]
      let (from, to) = (sums + row * width, target + row * stride)
      for index in 0..<size { to[index] = from[index] * factor }
    }
  }
}
