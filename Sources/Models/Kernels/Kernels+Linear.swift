import Core
import MicroKernels

extension Kernels {
  /// `activation(x · weightᵀ + bias + residual)` over the last dimension: `[..., weight.depth]` to `[..., weight.columns]`.
  public static func linear(
    _ x: Tensor, _ weight: PackedMatrix, bias: Tensor? = nil, residual: Tensor? = nil, activation: Activation = .none
  ) -> Tensor {
    linear(Operand(x), weight, bias: bias, residual: residual, activation: activation)
  }

  /// The same of rows that may have been rounded.
  public static func linear(
    _ x: Operand, _ weight: PackedMatrix, bias: Tensor? = nil, residual: Tensor? = nil, activation: Activation = .none
  ) -> Tensor {
    precondition(x.depth == weight.depth && weight.taps == 1, "\(x.shape) does not fit a weight of \(weight.depth) inputs")
    precondition(!x.isRounded || weight.precision == .bfloat16, "rounded rows are for products in bfloat16")
    var output = Tensor(uninitialized: x.shape.dropLast() + [weight.columns])
    let count = x.rows
    let span = Profile.begin()
    defer { span?.end(.linear, "\(x.shape) to \(weight.columns)", products: count * weight.depth * weight.columns) }
    withEpilogue(bias: bias, residual: residual, activation: activation) { epilogue in
      x.elements.withUnsafe { source in
        output.withUnsafeMutable { target in
          multiply(source, isRounded: x.isRounded, rows: count, weight, to: target, epilogue)
        }
      }
    }
    return output
  }

  /// `geglu(x · weightᵀ + bias)`, rounded in bfloat16: `[..., depth]` to `[..., columns]`.
  public static func gatedLinear(_ x: Operand, _ weight: GatedWeight) -> Operand {
    let matrix = weight.matrix
    precondition(x.depth == matrix.depth, "\(x.shape) does not fit a weight of \(matrix.depth) inputs")
    let span = Profile.begin()
    defer { span?.end(.linear, "\(x.shape) to \(matrix.columns), gated", products: x.rows * matrix.depth * matrix.columns) }
    if usesMatrix(matrix) { return matrixGatedLinear(x, weight) }
    let columns = matrix.columns / 2
    return Operand(x.shape.dropLast() + [columns], for: matrix.precision) { target, _ in
      withEpilogue(bias: weight.bias, residual: nil, activation: .none) { epilogue in
        x.elements.withUnsafe { source in
          multiply(
            source, isRounded: x.isRounded, rows: x.rows, matrix, to: target, places: OutputRows(pitch: columns), epilogue, isGated: true)
        }
      }
    }
  }

  /// Where rows `size` elements apart are; the last tile's spare lanes repeat the last of all.
  private static func locate(
    _ range: Range<Int>, of count: Int, in source: UnsafePointer<Float>, _ size: Int, _ table: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    for slot in 0..<(range.count + 5) / 6 * 6 { table[slot] = source + min(range.lowerBound + slot, count - 1) * size }
  }

  /// `activation(a · bᵀ)` of two activations, `[m, k]` and `[n, k]`, to `[m, n]`.
  public static func product(
    _ a: Tensor, transposed b: Tensor, precision: Precision = .float32, activation: Activation = .none
  ) -> Tensor {
    precondition(a.shape.count == 2 && b.shape.count == 2 && a.channels == b.channels, "\(a.shape) does not fit \(b.shape)")
    let span = Profile.begin()
    defer { span?.end(.product, "\(a.shape) by [\(b.channels), \(b.rows)]", products: a.count * b.rows) }
    let columns = PackedMatrix(rows: b, precision: precision)
    var output = Tensor(uninitialized: [a.rows, b.rows])
    withEpilogue(bias: nil, residual: nil, activation: activation) { epilogue in
      a.withUnsafe { source in
        output.withUnsafeMutable { target in multiply(source, rows: a.rows, columns, to: target, epilogue) }
      }
    }
    return output
  }

  /// `[rows][depth]` times a weight of one tap. Rows that are not rounded are a block at a time, while they are in the cache.
  static func multiply(
    _ source: UnsafePointer<Float>, isRounded: Bool = false, rows count: Int, _ weight: PackedMatrix,
    to target: UnsafeMutablePointer<Float>, places: OutputRows? = nil, _ epilogue: mk_epilogue, isGated: Bool = false
  ) {
    let loops = KernelSet.current.loops
    let (depth, units) = (weight.depth, weight.units)
    if usesMatrix(weight) { return matrixLinear(source, isRounded: isRounded, rows: count, weight, to: target, epilogue) }
    guard weight.precision == .bfloat16, !isRounded else {
      return product(rows: count, weight, to: target, places: places, epilogue, isGated: isGated) { range, table, _ in
        locate(range, of: count, in: source, units, table)
      }
    }
    product(rows: count, weight, to: target, places: places, epilogue, isGated: isGated, rowScratch: units) { range, table, pairs in
      for slot in 0..<range.count {
        loops.pointee.round_pairs(source + (range.lowerBound + slot) * depth, depth, pairs + slot * units)
      }
      for slot in 0..<(range.count + 5) / 6 * 6 { table[slot] = UnsafePointer(pairs + min(slot, range.count - 1) * units) }
    }
  }

  /// Unwraps optional tensors into an epilogue's pointers for the time of a call.
  static func withEpilogue(
    bias: Tensor?, imageBias: Tensor? = nil, rowsPerImage: Int = 1, residual: Tensor?, activation: Activation,
    _ body: (mk_epilogue) -> Void
  ) {
    func with(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> Void) {
      if let tensor { tensor.withUnsafe(body) } else { body(nil) }
    }
    with(bias) { bias in
      with(imageBias) { imageBias in
        with(residual) { residual in
          body(
            mk_epilogue(
              bias: bias, image_bias: imageBias, rows_per_image: rowsPerImage, residual: residual, activation: activation.code))
        }
      }
    }
  }
}
