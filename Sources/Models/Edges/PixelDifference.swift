/// Pixel difference convolutions (Su et al. 2021, section 3.1) written as ordinary ones with other weights.
enum PixelDifference: CaseIterable {
  case central, angular, radial, plain

  /// The sixteen first convolutions in order; `carv4` repeats the four kinds over them.
  private static let convolutions =
    ["init_block"] + [3, 4, 4, 4].enumerated().flatMap { stage, count in
      (1...count).map { "block\(stage + 1)_\($0).conv1" }
    }

  /// The checkpoint with ordinary kernels; one that has them already (its radial kernels are 5x5) is returned as it is.
  static func converted(_ checkpoint: Checkpoint) -> Checkpoint {
    guard checkpoint.shape(of: "block1_2.conv1.weight")?.suffix(2) == [3, 3] else { return checkpoint }
    var ordinary: [String: Parameter] = [:]
    for (index, convolution) in convolutions.enumerated() {
      let (name, kind) = ("\(convolution).weight", allCases[index % allCases.count])
      guard kind != .plain, let weight = checkpoint.parameter(name), weight.shape.suffix(2) == [3, 3] else { continue }
      ordinary[name] = Parameter(kind.ordinary(weight.widened()))
    }
    return checkpoint.replacing(ordinary)
  }

  /// `[out, in, 3, 3]` to an ordinary kernel of the same size, the radial one to 5x5.
  private func ordinary(_ weight: Tensor) -> Tensor {
    let (values, taps) = (weight.values, self == .radial ? 25 : 9)
    var result: [Float] = []
    result.reserveCapacity(values.count / 9 * taps)
    for start in stride(from: 0, to: values.count, by: 9) { result += ordinary(Array(values[start..<start + 9])) }
    return Tensor(result, shape: weight.shape.dropLast(2) + (self == .radial ? [5, 5] : [3, 3]))
  }

  /// One kernel, its taps row by row.
  private func ordinary(_ w: [Float]) -> [Float] {
    switch self {
    case .plain: return w
    case .central:
      var result = w
      result[4] -= w.reduce(0, +)
      return result
    case .angular:
      // Each tap's neighbour, once round the centre.
      return zip(w, [3, 0, 1, 6, 4, 2, 7, 8, 5]).map { $0 - w[$1] }
    case .radial:
      var result = [Float](repeating: 0, count: 25)
      for (tap, (outer, inner)) in zip([0, 2, 4, 10, 14, 20, 22, 24], [6, 7, 8, 11, 13, 16, 17, 18]).enumerated() {
        result[outer] = w[tap + 1]
        result[inner] = -w[tap + 1]
      }
      return result
    }
  }
}
