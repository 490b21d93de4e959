extension Kernels {
  /// Elements one piece of an elementwise loop has at least; below, waking another thread costs more than it saves.
  static let elementGrain = 16384

  /// The activation of every element.
  public static func activate(_ x: Tensor, _ activation: Activation) -> Tensor {
    map(x) { activation($0) }
  }

  /// Element by element sum of two tensors of one shape.
  public static func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    zip(a, b) { $0 + $1 }
  }

  /// `a + scale * b`, element by element.
  public static func add(_ a: Tensor, _ b: Tensor, scale: Float) -> Tensor {
    zip(a, b) { $0.addingProduct($1, F8(repeating: scale)) }
  }

  /// `x * factor + offset`.
  public static func scale(_ x: Tensor, by factor: Float, offset: Float = 0) -> Tensor {
    map(x) { F8(repeating: offset).addingProduct($0, F8(repeating: factor)) }
  }

  /// Every element limited to `low ... high`.
  public static func clamp(_ x: Tensor, _ low: Float, _ high: Float) -> Tensor {
    map(x) {
      let least = F8(repeating: low), most = F8(repeating: high)
      return $0.replacing(with: least, where: $0 .< least).replacing(with: most, where: $0 .> most)
    }
  }

  /// `x[..., c] * factors[c] + offsets[c]`, then the activation.
  public static func scaleChannels(
    _ x: Tensor, by factors: Tensor, offsets: Tensor, activation: Activation = .none
  ) -> Tensor {
    let channels = x.channels
    precondition(factors.count == channels && offsets.count == channels, "\(x.shape) does not fit \(factors.shape)")
    var output = Tensor(uninitialized: x.shape)
    let rows = x.rows
    x.withUnsafe { source in
      factors.withUnsafe { factors in
        offsets.withUnsafe { offsets in
          output.withUnsafeMutable { target in
            Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
              scaleRows(
                source + range.lowerBound * channels, rows: range.count, channels: channels, factors: factors, offsets: offsets,
                activation, to: target + range.lowerBound * channels)
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
    let rows = x.rows
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: rows, grain: max(1, elementGrain / 4 / max(channels, 1))) { range in
          for row in range {
            let value = source + row * 2 * channels, gate = value + channels, result = target + row * channels
            for start in stride(from: 0, to: channels & ~7, by: 8) {
              store8(result + start, load8(value + start) * Activation.gelu(load8(gate + start)))
            }
            let rest = channels & 7, start = channels & ~7
            if rest > 0 {
              store8(
                result + start, load8(value + start, first: rest) * Activation.gelu(load8(gate + start, first: rest)), first: rest)
            }
          }
        }
      }
    }
    return output
  }

  @inline(__always)
  static func scaleRows(
    _ source: UnsafePointer<Float>, rows: Int, channels: Int, factors: UnsafePointer<Float>, offsets: UnsafePointer<Float>,
    _ activation: Activation, to target: UnsafeMutablePointer<Float>
  ) {
    let whole = channels & ~7, rest = channels & 7
    for row in 0..<rows {
      let from = source + row * channels, to = target + row * channels
      for start in stride(from: 0, to: whole, by: 8) {
        store8(to + start, activation(load8(offsets + start).addingProduct(load8(from + start), load8(factors + start))))
      }
      if rest > 0 {
        let value = load8(offsets + whole, first: rest)
          .addingProduct(load8(from + whole, first: rest), load8(factors + whole, first: rest))
        store8(to + whole, activation(value), first: rest)
      }
    }
  }

  @inline(__always)
  static func map(_ x: Tensor, _ function: (F8) -> F8) -> Tensor {
    let span = Profile.begin()
    defer { span?.end(.elementwise, "mapping \(x.shape)") }
    var output = Tensor(uninitialized: x.shape)
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: x.count, grain: elementGrain) { range in
          let end = range.lowerBound + range.count & ~7
          for start in stride(from: range.lowerBound, to: end, by: 8) { store8(target + start, function(load8(source + start))) }
          let rest = range.upperBound - end
          if rest > 0 { store8(target + end, function(load8(source + end, first: rest)), first: rest) }
        }
      }
    }
    return output
  }

  @inline(__always)
  static func zip(_ a: Tensor, _ b: Tensor, _ function: (F8, F8) -> F8) -> Tensor {
    precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) differ")
    let span = Profile.begin()
    defer { span?.end(.elementwise, "joining \(a.shape)") }
    var output = Tensor(uninitialized: a.shape)
    a.withUnsafe { left in
      b.withUnsafe { right in
        output.withUnsafeMutable { target in
          Compute.parallel(over: a.count, grain: elementGrain) { range in
            let end = range.lowerBound + range.count & ~7
            for start in stride(from: range.lowerBound, to: end, by: 8) {
              store8(target + start, function(load8(left + start), load8(right + start)))
            }
            let rest = range.upperBound - end
            if rest > 0 {
              store8(target + end, function(load8(left + end, first: rest), load8(right + end, first: rest)), first: rest)
            }
          }
        }
      }
    }
    return output
  }
}
