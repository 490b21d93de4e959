/// The innermost loops of every product: a tile of 6 rows by 16 (or 8) columns held in registers.
///
/// Rows are given by pointers, one of 6 for each tap, so that a convolution reads its image in place instead of a copy of
/// every window.
enum TileKernel {
  static let rows = 6

  /// `sums[r][c] (+)= Σ_t Σ_k rows[t][r][offset + k] * columns[t][k][c]` for 16 columns.
  ///
  /// - Parameters:
  ///   - rows: 6 pointers for each tap.
  ///   - columns: `[taps][depth][16]`.
  ///   - sums: 6 rows, `stride` elements apart. Overwritten when `isFirst`, else added to.
  @inline(never)
  static func sixteen(
    taps: Int, depth: Int, offset: Int, rows: UnsafePointer<UnsafePointer<Float>>, columns: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, stride: Int, isFirst: Bool
  ) {
    var s00 = F8.zero, s01 = F8.zero, s10 = F8.zero, s11 = F8.zero, s20 = F8.zero, s21 = F8.zero
    var s30 = F8.zero, s31 = F8.zero, s40 = F8.zero, s41 = F8.zero, s50 = F8.zero, s51 = F8.zero
    if !isFirst {
      var from = UnsafePointer(sums)
      (s00, s01) = (load8(from), load8(from + 8))
      from += stride
      (s10, s11) = (load8(from), load8(from + 8))
      from += stride
      (s20, s21) = (load8(from), load8(from + 8))
      from += stride
      (s30, s31) = (load8(from), load8(from + 8))
      from += stride
      (s40, s41) = (load8(from), load8(from + 8))
      from += stride
      (s50, s51) = (load8(from), load8(from + 8))
    }
    var column = columns
    var row = rows
    for _ in 0..<taps {
      let a0 = row[0] + offset, a1 = row[1] + offset, a2 = row[2] + offset
      let a3 = row[3] + offset, a4 = row[4] + offset, a5 = row[5] + offset
      for k in 0..<depth {
        let b0 = load8(column), b1 = load8(column + 8)
        var a = F8(repeating: a0[k])
        (s00, s01) = (s00.addingProduct(a, b0), s01.addingProduct(a, b1))
        a = F8(repeating: a1[k])
        (s10, s11) = (s10.addingProduct(a, b0), s11.addingProduct(a, b1))
        a = F8(repeating: a2[k])
        (s20, s21) = (s20.addingProduct(a, b0), s21.addingProduct(a, b1))
        a = F8(repeating: a3[k])
        (s30, s31) = (s30.addingProduct(a, b0), s31.addingProduct(a, b1))
        a = F8(repeating: a4[k])
        (s40, s41) = (s40.addingProduct(a, b0), s41.addingProduct(a, b1))
        a = F8(repeating: a5[k])
        (s50, s51) = (s50.addingProduct(a, b0), s51.addingProduct(a, b1))
        column += 16
      }
      row += 6
    }
    var to = sums
    store8(to, s00)
    store8(to + 8, s01)
    to += stride
    store8(to, s10)
    store8(to + 8, s11)
    to += stride
    store8(to, s20)
    store8(to + 8, s21)
    to += stride
    store8(to, s30)
    store8(to + 8, s31)
    to += stride
    store8(to, s40)
    store8(to + 8, s41)
    to += stride
    store8(to, s50)
    store8(to + 8, s51)
  }

  /// The same for 8 columns: `columns` is `[taps][depth][8]`.
  @inline(never)
  static func eight(
    taps: Int, depth: Int, offset: Int, rows: UnsafePointer<UnsafePointer<Float>>, columns: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, stride: Int, isFirst: Bool
  ) {
    var s0 = F8.zero, s1 = F8.zero, s2 = F8.zero, s3 = F8.zero, s4 = F8.zero, s5 = F8.zero
    if !isFirst {
      (s0, s1, s2) = (load8(sums), load8(sums + stride), load8(sums + 2 * stride))
      (s3, s4, s5) = (load8(sums + 3 * stride), load8(sums + 4 * stride), load8(sums + 5 * stride))
    }
    var column = columns
    var row = rows
    for _ in 0..<taps {
      let a0 = row[0] + offset, a1 = row[1] + offset, a2 = row[2] + offset
      let a3 = row[3] + offset, a4 = row[4] + offset, a5 = row[5] + offset
      for k in 0..<depth {
        let b = load8(column)
        s0 = s0.addingProduct(F8(repeating: a0[k]), b)
        s1 = s1.addingProduct(F8(repeating: a1[k]), b)
        s2 = s2.addingProduct(F8(repeating: a2[k]), b)
        s3 = s3.addingProduct(F8(repeating: a3[k]), b)
        s4 = s4.addingProduct(F8(repeating: a4[k]), b)
        s5 = s5.addingProduct(F8(repeating: a5[k]), b)
        column += 8
      }
      row += 6
    }
    store8(sums, s0)
    store8(sums + stride, s1)
    store8(sums + 2 * stride, s2)
    store8(sums + 3 * stride, s3)
    store8(sums + 4 * stride, s4)
    store8(sums + 5 * stride, s5)
  }
}
