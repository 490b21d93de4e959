/// The weight of a 3x3 convolution, padded by one, of an image whose pixels are doubled in both directions, for products in bfloat16.
///
/// Of the nine pixels under the window at most four are different ones, and which are the same depends on whether the output's line and column
/// are even or odd. So four convolutions of 2x2 give the same outputs, their weights sums of the nine: 16 products in place of 36
/// (a nearest-neighbour case of the sub-pixel convolutions of Shi et al. 2016).
public struct DoubledWeight: Sendable {
  /// Of even lines and columns, even lines and odd columns, odd lines and even columns, odd ones.
  let phases: [PackedMatrix]
  let columns: Int

  /// Sums the taps of `[columns, depth, 3, 3]` in Float32. Nil in Float32, whose Winograd transforms save more.
  public init?(_ parameter: Parameter, columns: Int, depth: Int, precision: Precision) {
    guard precision == .bfloat16, parameter.count == columns * depth * 9, parameter.shape.suffix(2) == [3, 3] else { return nil }
    let taps = parameter.widened()
    parameter.forget()
    phases = (0..<4).map { phase in
      PackedMatrix(
        Parameter(Self.summed(taps, lines: Self.sums[phase / 2], columns: Self.sums[phase % 2])), columns: columns, depth: depth, taps: 4,
        precision: precision)
    }
    self.columns = columns
  }

  /// Of an even and an odd line, those of the window's lines that read its first and its second source line.
  private static let sums = [[[0], [1, 2]], [[0, 1], [2]]]

  /// `[columns, depth, 2, 2]`
  private static func summed(_ taps: Tensor, lines: [[Int]], columns: [[Int]]) -> Tensor {
    let depth = taps.shape[1]
    var summed = Tensor(uninitialized: [taps.shape[0], depth, 2, 2])
    taps.withUnsafe { source in
      summed.withUnsafeMutable { target in
        Compute.parallel(taps.shape[0]) { output in
          for pair in output * depth..<(output + 1) * depth {
            for tap in 0..<4 {
              var sum: Float = 0
              for line in lines[tap / 2] { for column in columns[tap % 2] { sum += source[pair * 9 + line * 3 + column] } }
              target[pair * 4 + tap] = sum
            }
          }
        }
      }
    }
    return summed
  }

  /// Whether none of its numbers is NaN or infinite.
  var isFinite: Bool { phases.allSatisfy(\.isFinite) }
}
