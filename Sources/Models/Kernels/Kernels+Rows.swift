import Core

extension Kernels {
  /// Rows of a table `[n, size]` picked by number: `[ids.count, size]`, widened from what the table is stored in. Every id must be below n.
  static func rows(_ ids: [Int], of table: Parameter, size: Int) -> Tensor {
    var output = Tensor(uninitialized: [ids.count, size])
    output.withUnsafeMutable { target in
      table.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        for (row, id) in ids.enumerated() {
          table.dtype.widen(base + id * size * table.dtype.size, count: size, to: target + row * size)
        }
      }
    }
    return output
  }

  /// Each row of `[n, ...]` times its factor of `n`.
  static func scaleRows(_ x: Tensor, by factors: [Float]) -> Tensor {
    precondition(x.count % factors.count == 0, "\(factors.count) factors for \(x.shape)")
    var result = x
    let row = x.count / factors.count
    result.withUnsafeMutable { values in
      for (index, factor) in factors.enumerated() {
        for i in index * row..<(index + 1) * row { values[i] *= factor }
      }
    }
    return result
  }

  /// Products `[q, s]` over the product of their vectors' norms, plus 1e-7: cosines.
  static func divide(_ products: Tensor, rowNorms: [Float], columnNorms: [Float]) -> Tensor {
    precondition(
      products.count == rowNorms.count * columnNorms.count, "\(rowNorms.count) and \(columnNorms.count) norms for \(products.shape)")
    let span = Profile.begin()
    defer { span?.end(.elementwise, "cosines of \(products.shape)") }
    var result = Tensor(uninitialized: products.shape)
    let count = columnNorms.count
    let norms = Tensor(columnNorms, shape: [count])
    products.withUnsafe { source in
      result.withUnsafeMutable { target in
        norms.withUnsafe { columnNorms in
          Compute.parallel(over: rowNorms.count, grain: max(1, elementGrain / max(count, 1))) { rows in
            for row in rows {
              let (from, to, norm) = (source + row * count, target + row * count, rowNorms[row])
              for column in 0..<count { to[column] = from[column] / (norm * columnNorms[column] + 1e-7) }
            }
          }
        }
      }
    }
    return result
  }

  /// The largest value of each row: `[n, m]` to `[n]`.
  static func rowMaxima(_ x: Tensor) -> Tensor {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let span = Profile.begin()
    defer { span?.end(.elementwise, "maxima of \(x.shape)") }
    let loops = KernelSet.current.loops
    var result = Tensor(uninitialized: [rows])
    x.withUnsafe { source in
      result.withUnsafeMutable { target in
        Compute.parallel(over: rows, grain: max(1, elementGrain / max(columns, 1))) { range in
          for row in range { target[row] = loops.pointee.maximum(source + row * columns, columns) }
        }
      }
    }
    return result
  }
}
