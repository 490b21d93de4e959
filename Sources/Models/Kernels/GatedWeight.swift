/// The weight of a linear layer whose output is gated (GEGLU, Shazeer 2020): 16 columns of the half that is gated are beside the 16 of the
/// half that gates them, so that a block of sums has both.
public struct GatedWeight: Sendable {
  let matrix: PackedMatrix
  let bias: Tensor

  /// - Parameters:
  ///   - parameter: `[2 * columns, depth]`; `bias`: `[2 * columns]`.
  /// Nil where such products are not made: of columns that do not fill panels.
  public init?(_ parameter: Parameter, bias: Parameter, columns: Int, depth: Int, precision: Precision) {
    guard columns % 16 == 0, parameter.count == 2 * columns * depth, bias.count == 2 * columns else { return nil }
    matrix = PackedMatrix(parameter, columns: 2 * columns, depth: depth, precision: precision, isGated: true)
    let numbers = bias.widened().values
    self.bias = Tensor(
      (0..<2 * columns).map { numbers[$0 / 16 % 2 * columns + $0 / 32 * 16 + $0 % 16] }, shape: [2 * columns])
  }
}
