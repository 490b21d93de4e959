extension Kernels {
  /// Euclidean length of every innermost row: `[..., c]` to `[..., 1]`.
  public static func rowNorms(_ x: Tensor) -> Tensor {
    let (rows, channels) = (x.rows, x.channels)
    let span = Profile.begin()
    defer { span?.end(.elementwise, "lengths of \(x.shape)") }
    var output = Tensor(uninitialized: x.shape.dropLast() + [1])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
          for row in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
            // A sum in order waits for each addition: four rows at once do not. The last ones may be one and the same.
            let last = range.upperBound - 1
            let a = source + row * channels, b = source + min(row + 1, last) * channels
            let c = source + min(row + 2, last) * channels, d = source + min(row + 3, last) * channels
            var sums = SIMD4<Float>(repeating: 0)
            for channel in 0..<channels {
              let values = SIMD4(a[channel], b[channel], c[channel], d[channel])
              sums += values * values
            }
            for lane in 0..<min(4, range.upperBound - row) { target[row + lane] = sums[lane].squareRoot() }
          }
        }
      }
    }
    return output
  }

  /// Exchanges the two outer dimensions: `[a, b, c]` to `[b, a, c]`.
  public static func swappedOuter(_ x: Tensor) -> Tensor {
    let span = Profile.begin()
    defer { span?.end(.elementwise, "exchanging \(x.shape)") }
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
    let span = Profile.begin()
    defer { span?.end(.elementwise, "means of \(x.shape)") }
    var output = Tensor(zeros: [outer, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        for a in 0..<outer {
          let from = source + a * middle * channels, to = target + a * channels
          Compute.parallel(over: channels, grain: max(1, elementGrain / max(middle, 1))) { range in
            for b in 0..<middle { for c in range { to[c] += from[b * channels + c] } }
            for c in range { to[c] /= Float(middle) }
          }
        }
      }
    }
    return output
  }
}
