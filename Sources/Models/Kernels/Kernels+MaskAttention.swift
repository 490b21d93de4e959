import Core
import MicroKernels

extension Kernels {
  /// Queries handled together: scores of 24 x 2304 tokens take 216 KiB of the second-level cache.
  private static let maskQueries = 24

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
    // [heads, panels * units * 16]
    let packed = PackedKeys.keys(k.reshaped([1, keys, channels]), heads: heads, precision, units: precision.units(size))
    var padded = Tensor(zeros: [width])
    padded.withUnsafeMutable { target in mask.withUnsafe { target.update(from: $0, count: keys) } }
    var output = Tensor(zeros: [queries])
    let loops = KernelSet.current.loops
    q.withUnsafe { q in
      packed.withUnsafe { packedKeys in
        padded.withUnsafe { mask in
          output.withUnsafeMutable { target in
            Compute.parallel((queries + maskQueries - 1) / maskQueries) { block in
              let first = block * maskQueries
              for head in 0..<heads {
                let rows = QueryRows(
                  q + first * channels + head * size, count: min(maskQueries, queries - first), stride: channels, size: size, precision,
                  loops)
                rows.score(packedKeys + head * packed.channels, keys: keys) { row, scores in
                  loops.pointee.scale(scores, scale, 0, keys, scores)
                  for spare in keys..<width { scores[spare] = -.infinity }
                  target[first + row] += loops.pointee.masked_mean(scores, mask, width) / Float(heads)
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
  private let start: UnsafePointer<Float>
  private let count, stride, size: Int
  private let precision: Precision
  private let loops: UnsafePointer<mk_set>

  init(
    _ start: UnsafePointer<Float>, count: Int, stride: Int, size: Int, _ precision: Precision, _ loops: UnsafePointer<mk_set>
  ) {
    (self.start, self.count, self.stride, self.size, self.precision, self.loops) = (start, count, stride, size, precision, loops)
  }

  /// Calls `body` with the number of each query and its products with all keys, which are packed in panels of 16; there is room for as many
  /// as fill the last panel.
  func score(_ keys: UnsafePointer<Float>, keys number: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
    let tiles = (count + 5) / 6, rows = tiles * 6, panels = (number + 15) / 16
    let units = precision.units(size), width = panels * 16, isRounded = precision == .bfloat16
    let roundedCount = isRounded ? (rows * units + 15) & ~15 : 0
    let scratchCount = rows * 2 + roundedCount + rows * width
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let rounded = scratch + rows * 2, scores = rounded + roundedCount
    let kernel = loops.tiles(precision)
    // A pointer takes the place of two floats.
    scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: rows) { table in
      for row in 0..<rows {
        let query = start + min(row, count - 1) * stride
        if isRounded { loops.pointee.round_pairs(query, size, rounded + row * units) }
        table[row] = isRounded ? UnsafePointer(rounded + row * units) : query
      }
      for panel in Swift.stride(from: 0, to: panels, by: 2) {
        let columns = keys + panel * 16 * units
        for tile in 0..<tiles {
          let target = scores + tile * 6 * width + panel * 16
          if panel + 1 < panels {
            kernel.tile32(1, units, 0, table + tile * 6, columns, units * 16, target, width, true)
          } else {
            kernel.tile16(1, units, 0, table + tile * 6, columns, target, width, true)
          }
        }
      }
    }
    for row in 0..<count { body(row, scores + row * width) }
  }
}
