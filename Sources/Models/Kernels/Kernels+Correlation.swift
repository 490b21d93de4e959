extension Kernels {
  /// Euclidean length of every innermost row: `[..., c]` to `[..., 1]`.
  public static func rowNorms(_ x: Tensor) -> Tensor {
    let (rows, channels) = (x.rows, x.channels)
    var output = Tensor(uninitialized: x.shape.dropLast() + [1])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
          for row in range {
            let values = source + row * channels
            var sum: Float = 0
            for channel in 0..<channels { sum += values[channel] * values[channel] }
            target[row] = sum.squareRoot()
          }
        }
      }
    }
    return output
  }

  /// Exchanges the two outer dimensions: `[a, b, c]` to `[b, a, c]`.
  public static func swappedOuter(_ x: Tensor) -> Tensor {
    let (outer, inner, channels) = (x.shape[0], x.shape[1], x.shape[2])
    var output = Tensor(uninitialized: [inner, outer, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: inner, grain: max(1, elementGrain / max(outer * channels, 1))) { range in
          for b in range {
            for a in 0..<outer {
              (target + (b * outer + a) * channels).update(from: source + (a * inner + b) * channels, count: channels)
            }
          }
        }
      }
    }
    return output
  }

  /// Mean over the middle dimension: `[a, b, c]` to `[a, c]`.
  public static func meanOfMiddle(_ x: Tensor) -> Tensor {
    let (outer, middle, channels) = (x.shape[0], x.shape[1], x.shape[2])
    var output = Tensor(zeros: [outer, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        for a in 0..<outer {
          for b in 0..<middle {
            for c in 0..<channels { target[a * channels + c] += source[(a * middle + b) * channels + c] }
          }
          for c in 0..<channels { target[a * channels + c] /= Float(middle) }
        }
      }
    }
    return output
  }
}
