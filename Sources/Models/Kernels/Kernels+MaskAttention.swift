import Core
import MicroKernels

extension Kernels {
  /// Queries handled together: scores of 24 x 2304 tokens take 216 KiB of the second-level cache. Of matrix registers, two tiles.
  private static let maskQueries = 24, matrixMaskQueries = 2 * matrixRows

  /// Attention whose value is one number a key, the same for all heads: mean over heads of softmax(q kᵀ / √d) mask.
  ///
  /// - Parameters:
  ///   - q: `[tq, heads * d]`; `k`: `[tk, heads * d]`; `mask`: tk numbers.
  ///   - precision: of the products q kᵀ; the rest is Float32.
  /// - Returns: `[tq]`.
  public static func maskAttention(_ q: Tensor, _ k: Tensor, mask: Tensor, heads: Int, precision: Precision = .float32) -> Tensor {
    let (queries, keys, channels) = (q.shape[0], k.shape[0], q.channels)
    precondition(
      heads > 0 && channels % heads == 0 && k.channels == channels && mask.count == keys && keys > 0,
      "\(q.shape) \(k.shape) \(mask.shape)")
    let span = Profile.begin()
    defer { span?.end(.attention, "\(q.shape), \(heads) heads, a mask of \(keys) keys", products: queries * keys * channels) }
    let size = channels / heads, width = (keys + 7) & ~7, scale = 1 / Float(size).squareRoot()
    let loops = KernelSet.current.loops
    let isMatrix = precision == .bfloat16 && loops.pointee.matrix != nil
    let units = isMatrix ? (precision.units(size) + matrixUnits - 1) / matrixUnits * matrixUnits : precision.units(size)
    // [heads, panels * units * 16]
    let packed = PackedKeys.keys(k.reshaped([1, keys, channels]), heads: heads, precision, units: units)
    var padded = Tensor(zeros: [width])
    padded.withUnsafeMutable { target in mask.withUnsafe { target.update(from: $0, count: keys) } }
    var output = Tensor(zeros: [queries])
    let together = isMatrix ? matrixMaskQueries : maskQueries
    q.withUnsafe { q in
      packed.withUnsafe { packedKeys in
        padded.withUnsafe { mask in
          output.withUnsafeMutable { target in
            Compute.parallel((queries + together - 1) / together) { block in
              let first = block * together
              for head in 0..<heads {
                let rows = QueryRows(
                  start: q + first * channels + head * size, count: min(together, queries - first), stride: channels, size: size,
                  precision: precision, isMatrix: isMatrix, units: units, loops: loops)
                rows.score(packedKeys + head * packed.channels, keys: keys) { row, scores in
                  for spare in keys..<width { scores[spare] = -.infinity }
                  target[first + row] += loops.pointee.masked_mean(scores, mask, width, scale) / Float(heads)
                }
              }
            }
          }
        }
      }
    }
    return output
  }
}

/// Consecutive queries of one head.
private struct QueryRows {
  let start: UnsafePointer<Float>
  let count, stride, size: Int
  let precision: Precision
  /// Whether they are multiplied on matrix registers.
  let isMatrix: Bool
  /// Elements of a query and of a key.
  let units: Int
  let loops: UnsafePointer<mk_set>

  /// Calls `body` with the number of each query and its products with all keys, which are packed in panels of 16; there is room for as many
  /// as fill the last panel.
  func score(_ keys: UnsafePointer<Float>, keys number: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
    let tileRows = isMatrix ? Kernels.matrixRows : Kernels.tileRows
    let tiles = (count + tileRows - 1) / tileRows, rows = tiles * tileRows, panels = (number + 15) / 16
    let width = panels * 16, isRounded = precision == .bfloat16
    let roundedCount = isRounded ? (rows * units + 15) & ~15 : 0
    let scratchCount = rows * 2 + roundedCount + rows * width
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let rounded = scratch + rows * 2, scores = rounded + roundedCount
    // A pointer takes the place of two floats.
    scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: rows) { table in
      for row in 0..<rows {
        let query = start + min(row, count - 1) * stride, pairs = rounded + row * units
        if isRounded {
          loops.pointee.round_pairs(query, size, pairs)
          for unit in precision.units(size)..<units { pairs[unit] = 0 }
        }
        table[row] = isRounded ? UnsafePointer(pairs) : query
      }
      if isMatrix {
        multiply(rounded, tiles: tiles, keys, panels: panels, to: scores, stride: width)
      } else {
        multiply(table, tiles: tiles, keys, panels: panels, to: scores, stride: width)
      }
    }
    for row in 0..<count { body(row, scores + row * width) }
  }

  private func multiply(
    _ queries: UnsafePointer<UnsafePointer<Float>>, tiles: Int, _ keys: UnsafePointer<Float>, panels: Int,
    to scores: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let kernel = loops.tiles(precision)
    for panel in Swift.stride(from: 0, to: panels, by: 2) {
      let columns = keys + panel * 16 * units
      for tile in 0..<tiles {
        let target = scores + tile * Kernels.tileRows * stride + panel * 16
        if panel + 1 < panels {
          kernel.tile32(1, units, 0, queries + tile * Kernels.tileRows, columns, units * 16, target, stride, true)
        } else {
          kernel.tile16(1, units, 0, queries + tile * Kernels.tileRows, columns, target, stride, true)
        }
      }
    }
  }

  /// The same on matrix registers, of queries that are `units` apart.
  private func multiply(
    _ queries: UnsafePointer<Float>, tiles: Int, _ keys: UnsafePointer<Float>, panels: Int, to scores: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    let chunks = units / Kernels.matrixUnits
    var tap = 0
    withUnsafePointer(to: &tap) { tap in
      for panel in Swift.stride(from: 0, to: panels, by: 2) {
        var product = mk_matrix(
          rows: queries, row_stride: units, row_tiles: tiles, taps: tap, tap_chunks: chunks, columns: keys + panel * 16 * units,
          next: units * 16, sums: scores + panel * 16, stride: stride)
        loops.pointee.matrix(&product, min(2, panels - panel), 0, chunks)
      }
    }
  }
}
