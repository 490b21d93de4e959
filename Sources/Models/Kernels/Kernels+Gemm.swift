import COpenBLAS

extension Kernels {
  /// `a · b`, or `a · bᵀ`: `[m, k]` times `[k, n]` (`[n, k]` when transposed) by OpenBLAS, rows split over our threads.
  ///
  /// For products of two activations; a weight goes through `linear`, which needs no packing at each call.
  package static func gemm(_ a: Tensor, _ b: Tensor, transposeB: Bool = false) -> Tensor {
    precondition(a.shape.count == 2 && b.shape.count == 2, "\(a.shape) and \(b.shape) are not matrices")
    let (m, k) = (a.shape[0], a.shape[1])
    let n = b.shape[transposeB ? 0 : 1]
    precondition(b.shape[transposeB ? 1 : 0] == k, "\(a.shape) does not fit \(b.shape)")
    var output = Tensor(uninitialized: [m, n])
    guard output.count > 0 else { return output }
    _ = Compute.singleThreadedBLAS
    a.withUnsafe { a in
      b.withUnsafe { b in
        output.withUnsafeMutable { c in
          let bands = m * n * k < 1 << 17 ? 1 : min(Compute.threads, m)
          Compute.parallel(bands) { band in
            let (first, end) = (band * m / bands, (band + 1) * m / bands)
            cblas_sgemm(
              CblasRowMajor, CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, blasint(end - first), blasint(n), blasint(k), 1,
              a + first * k, blasint(k), b, blasint(transposeB ? k : n), 0, c + first * n, blasint(n))
          }
        }
      }
    }
    return output
  }
}
