/// The weight of a linear layer whose output is gated (GEGLU, Shazeer 2020), for products in Float32 and on matrix registers: 16 columns of
/// the half that is gated are beside the 16 of the half that gates them, so that a block of sums has both.
public struct GatedWeight: Sendable {
  let matrix: PackedMatrix
  let bias: Tensor

  /// - Parameters:
  ///   - parameter: `[2 * columns, depth]`; `bias`: `[2 * columns]`.
  /// Nil where such products are not made.
  public init?(_ parameter: Parameter, bias: Parameter, columns: Int, depth: Int, precision: Precision) {
    guard columns % 16 == 0, precision == .float32 || Kernels.usesMatrix(depth: depth, precision), parameter.count == 2 * columns * depth,
      bias.count == 2 * columns
    else { return nil }
    func paired(_ x: Parameter) -> Parameter {
      // [2, blocks, 16, ...] to [blocks, 2, 16, ...]
      let block = x.count / (2 * columns) * 16 * x.dtype.size, half = x.count / 2 * x.dtype.size
      return Parameter(
        shape: x.shape, dtype: x.dtype,
        bytes: MappedBytes(count: 2 * half) { target in
          x.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            for place in 0..<half / block {
              for part in 0...1 {
                target.advanced(by: (2 * place + part) * block).copyMemory(from: base + part * half + place * block, byteCount: block)
              }
            }
          }
        }, offset: 0)
    }
    matrix = PackedMatrix(paired(parameter), columns: 2 * columns, depth: depth, precision: precision)
    parameter.forget()
    self.bias = paired(bias).widened()
  }
}
