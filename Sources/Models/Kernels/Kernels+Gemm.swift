import COpenBLAS

extension Kernels {
  /// `a · b`: `[m, k]` (`[k, m]` when transposed) times `[k, n]` (`[n, k]` when transposed) by OpenBLAS, bands of rows split over our threads.
  ///
  /// For what is multiplied once, as the factors of an adapter. Networks multiply weights by `linear` and activations by `product`, on our tiles.
  public static func gemm(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
    precondition(a.shape.count == 2 && b.shape.count == 2, "\(a.shape) and \(b.shape) are not matrices")
    let (m, k) = (a.shape[transposeA ? 1 : 0], a.shape[transposeA ? 0 : 1])
    let n = b.shape[transposeB ? 0 : 1]
    precondition(b.shape[transposeB ? 1 : 0] == k, "\(a.shape) does not fit \(b.shape)")
    let span = Profile.begin()
    defer { span?.end(.product, "[\(m), \(k)] by [\(k), \(n)]", products: m * n * k) }
    var output = Tensor(uninitialized: [m, n])
    guard output.count > 0 else { return output }
    _ = Compute.singleThreadedBLAS
    let rows = bandRows(m, n, k)
    a.withUnsafe { a in
      b.withUnsafe { b in
        output.withUnsafeMutable { c in
          Compute.parallel((m + rows - 1) / rows) { band in
            let first = band * rows, count = min(rows, m - first)
            cblas_sgemm(
              CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, blasint(count), blasint(n),
              blasint(k), 1, a + first * (transposeA ? 1 : k), blasint(transposeA ? m : k), b, blasint(transposeB ? k : n), 0,
              c + first * n, blasint(n))
          }
        }
      }
    }
    return output
  }

  /// Rows of a band of a product of `m` rows.
  ///
  /// By shape alone: some of OpenBLAS's kernels add a row up in another order when a call has another number of rows. Every band packs `b` again,
  /// so that one has as many rows as are worth it.
  private static func bandRows(_ m: Int, _ n: Int, _ k: Int) -> Int {
    guard m * n * k >= 1 << 17 else { return m }
    let bands = max(1, min(maxBands, m / leastBandRows))
    return ((m + bands - 1) / bands + 11) / 12 * 12
  }

  /// Rows for which packing `b` takes a few per cent of the product.
  private static let leastBandRows = 192
  private static let maxBands = 64
}
