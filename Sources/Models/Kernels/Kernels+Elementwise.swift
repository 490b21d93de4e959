import Core

extension Kernels {
  /// Elements one piece of an elementwise loop has at least; below, waking another thread costs more than it saves.
  static let elementGrain = 16384

  /// The activation of every element.
  public static func activate(_ x: Tensor, _ activation: Activation) -> Tensor {
    let loops = KernelSet.current.loops
    return map(x) { loops.pointee.activate(activation.code, $0, $1, $2) }
  }

  /// Element by element sum of two tensors of one shape.
  public static func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    let loops = KernelSet.current.loops
    return zip(a, b) { loops.pointee.add($0, $1, $2, $3) }
  }

  /// `a + scale * b`, element by element.
  public static func add(_ a: Tensor, _ b: Tensor, scale: Float) -> Tensor {
    let loops = KernelSet.current.loops
    return zip(a, b) { loops.pointee.add_scaled($0, $1, scale, $2, $3) }
  }

  /// `x * factor + offset`.
  public static func scale(_ x: Tensor, by factor: Float, offset: Float = 0) -> Tensor {
    let loops = KernelSet.current.loops
    return map(x) { loops.pointee.scale($0, factor, offset, $1, $2) }
  }

  /// Every element limited to `low ... high`.
  public static func clamp(_ x: Tensor, _ low: Float, _ high: Float) -> Tensor {
    let loops = KernelSet.current.loops
    return map(x) { loops.pointee.clamp($0, low, high, $1, $2) }
  }

  /// `x[..., c] * factors[c] + offsets[c]`, then the activation.
  public static func scaleChannels(
    _ x: Tensor, by factors: Tensor, offsets: Tensor, activation: Activation = .none
  ) -> Tensor {
    let channels = x.channels
    precondition(factors.count == channels && offsets.count == channels, "\(x.shape) does not fit \(factors.shape)")
    var output = Tensor(uninitialized: x.shape)
    let (rows, loops) = (x.rows, KernelSet.current.loops)
    x.withUnsafe { source in
      factors.withUnsafe { factors in
        offsets.withUnsafe { offsets in
          output.withUnsafeMutable { target in
            Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
              loops.pointee.scale_channels(
                source + range.lowerBound * channels, range.count, channels, factors, offsets, activation.code,
                target + range.lowerBound * channels)
            }
          }
        }
      }
    }
    return output
  }

  /// The gated half of a GEGLU layer: `[..., 2 c]` to `[..., c]`, first half times GELU of the second.
  public static func geglu(_ x: Tensor) -> Tensor {
    let channels = x.channels / 2
    let span = Profile.begin()
    defer { span?.end(.elementwise, "gating \(x.shape)") }
    var output = Tensor(uninitialized: x.shape.dropLast() + [channels])
    let (rows, loops) = (x.rows, KernelSet.current.loops)
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: rows, grain: max(1, elementGrain / 4 / max(channels, 1))) { range in
          for row in range {
            loops.pointee.geglu(source + row * 2 * channels, channels, target + row * channels)
          }
        }
      }
    }
    return output
  }

  /// A new tensor from the elements of one, piece by piece: `function` gets where they are, how many, and where the results go.
  private static func map(_ x: Tensor, _ function: (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void) -> Tensor {
    let span = Profile.begin()
    defer { span?.end(.elementwise, "mapping \(x.shape)") }
    var output = Tensor(uninitialized: x.shape)
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: x.count, grain: elementGrain) { function(source + $0.lowerBound, $0.count, target + $0.lowerBound) }
      }
    }
    return output
  }

  /// The same from two tensors of one shape.
  static func zip(
    _ a: Tensor, _ b: Tensor, _ function: (UnsafePointer<Float>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) differ")
    let span = Profile.begin()
    defer { span?.end(.elementwise, "joining \(a.shape)") }
    var output = Tensor(uninitialized: a.shape)
    a.withUnsafe { left in
      b.withUnsafe { right in
        output.withUnsafeMutable { target in
          Compute.parallel(over: a.count, grain: elementGrain) {
            function(left + $0.lowerBound, right + $0.lowerBound, $0.count, target + $0.lowerBound)
          }
        }
      }
    }
    return output
  }
}
