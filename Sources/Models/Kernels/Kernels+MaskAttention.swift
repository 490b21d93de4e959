import COpenBLAS
import Core

extension Kernels {
  /// Queries handled together: scores of 16 x 2304 tokens take 144 KiB of the second-level cache.
  private static let maskQueries = 16

  /// Attention whose value is one number a key, the same for all heads: mean over heads of softmax(q kᵀ / √d) mask.
  ///
  /// - Parameters:
  ///   - q: `[tq, heads * d]`; `k`: `[tk, heads * d]`; `mask`: tk numbers.
  /// - Returns: `[tq]`.
  public static func maskAttention(_ q: Tensor, _ k: Tensor, mask: Tensor, heads: Int) -> Tensor {
    let (queries, keys, channels) = (q.shape[0], k.shape[0], q.channels)
    precondition(
      heads > 0 && channels % heads == 0 && k.channels == channels && mask.count == keys && keys > 0,
      "\(q.shape) \(k.shape) \(mask.shape)")
    let size = channels / heads
    let width = (keys + 7) & ~7
    let scale = 1 / Float(size).squareRoot()
    var padded = Tensor(zeros: [width])
    padded.withUnsafeMutable { target in mask.withUnsafe { target.update(from: $0, count: keys) } }
    var output = Tensor(zeros: [queries])
    _ = Compute.singleThreadedBLAS
    let loops = KernelSet.current.loops
    q.withUnsafe { q in
      k.withUnsafe { k in
        padded.withUnsafe { mask in
          output.withUnsafeMutable { target in
            Compute.parallel((queries + maskQueries - 1) / maskQueries) { block in
              let first = block * maskQueries
              let count = min(maskQueries, queries - first)
              let scores = UnsafeMutablePointer<Float>.allocate(capacity: count * width)
              defer { scores.deallocate() }
              scores.update(repeating: -.infinity, count: count * width)
              for head in 0..<heads {
                cblas_sgemm(
                  CblasRowMajor, CblasNoTrans, CblasTrans, blasint(count), blasint(keys), blasint(size), scale,
                  q + first * channels + head * size, blasint(channels), k + head * size, blasint(channels), 0,
                  scores, blasint(width))
                for row in 0..<count {
                  // The padding's scores are minus infinity.
                  target[first + row] += loops.pointee.masked_mean(scores + row * width, mask, width) / Float(heads)
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
