import Core

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

  /// Every innermost row over its Euclidean length plus 1e-5.
  public static func unitRows(_ x: Tensor) -> Tensor {
    let (rows, channels, loops) = (x.rows, x.channels, KernelSet.current.loops)
    let span = Profile.begin()
    defer { span?.end(.elementwise, "unit vectors of \(x.shape)") }
    var output = Tensor(uninitialized: x.shape)
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
          loops.pointee.unit_rows(source + range.lowerBound * channels, range.count, channels, target + range.lowerBound * channels)
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
              copy(source + (a * inner + b) * channels, to: target + (b * outer + a) * channels, count: channels)
            }
          }
        }
      }
    }
    return output
  }

  /// Pixels 0, s, 2 s, ... in both directions: `[n, h, w, c]` to `[n, (h + s - 1) / s, (w + s - 1) / s, c]`.
  public static func everyPixel(_ x: Tensor, apart step: Int) -> Tensor {
    let (images, height, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.channels)
    let (tall, wide) = ((height + step - 1) / step, (width + step - 1) / step)
    let span = Profile.begin()
    defer { span?.end(.elementwise, "thinning \(x.shape)") }
    var output = Tensor(uninitialized: [images, tall, wide, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: images * tall, grain: max(1, elementGrain / max(wide * channels, 1))) { range in
          for row in range {
            let from = source + (row / tall * height + row % tall * step) * width * channels, to = target + row * wide * channels
            for column in 0..<wide { copy(from + column * step * channels, to: to + column * channels, count: channels) }
          }
        }
      }
    }
    return output
  }

  /// Copies a row that may be too short for a call of the library.
  @inline(__always)
  static func copy(_ from: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    guard count < 16 else { return target.update(from: from, count: count) }
    for index in 0..<count { target[index] = from[index] }
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
