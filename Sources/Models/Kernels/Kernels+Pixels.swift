import Core

extension Kernels {
  /// Every channel of a pixel times the pixel's own factor: `[..., c]` and `[..., 1]` to `[..., c]`.
  public static func scalePixels(_ x: Tensor, by factors: Tensor) -> Tensor {
    let (rows, channels) = (x.rows, x.channels)
    precondition(factors.count == rows, "\(factors.shape) does not fit \(x.shape)")
    let span = Profile.begin()
    defer { span?.end(.elementwise, "weighting \(x.shape)") }
    var output = Tensor(uninitialized: x.shape)
    x.withUnsafe { source in
      factors.withUnsafe { factors in
        output.withUnsafeMutable { target in
          Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
            for row in range {
              let (from, to, factor) = (source + row * channels, target + row * channels, factors[row])
              for channel in 0..<channels { to[channel] = from[channel] * factor }
            }
          }
        }
      }
    }
    return output
  }

  /// The larger of two elements.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    let loops = KernelSet.current.loops
    return zip(a, b) { loops.pointee.larger($0, $1, $2, $3) }
  }

  /// Whether no element is NaN or infinite.
  public static func isFinite(_ x: Tensor) -> Bool {
    x.withUnsafe { values in
      // The exponent is all ones for NaN and infinity alone: comparing bit patterns lets the loop run in vectors.
      var largest: UInt32 = 0
      for i in 0..<x.count { largest = max(largest, values[i].bitPattern & 0x7FFF_FFFF) }
      return largest < 0x7F80_0000
    }
  }
}

extension Tensor {
  /// Itself, when every element is finite. Throws `ModelError.notFinite`.
  public func finite(_ what: @autoclosure () -> String) throws -> Tensor {
    guard Kernels.isFinite(self) else { throw ModelError.notFinite(what: what()) }
    return self
  }
}
