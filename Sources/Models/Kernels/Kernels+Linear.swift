extension Kernels {
  /// `activation(x · weightᵀ + bias + residual)` over the last dimension: `[..., weight.depth]` to `[..., weight.columns]`.
  public static func linear(
    _ x: Tensor, _ weight: PackedMatrix, bias: Tensor? = nil, residual: Tensor? = nil, activation: Activation = .none
  ) -> Tensor {
    precondition(x.channels == weight.depth && weight.taps == 1, "\(x.shape) does not fit a weight of \(weight.depth) inputs")
    var output = Tensor(uninitialized: x.shape.dropLast() + [weight.columns])
    let count = x.rows
    let depth = weight.depth
    let span = Profile.begin()
    defer { span?.end(.linear, "\(x.shape) to \(weight.columns)", products: count * depth * weight.columns) }
    withEpilogue(bias: bias, residual: residual, activation: activation) { epilogue in
      x.withUnsafe { source in
        output.withUnsafeMutable { target in
          product(rows: count, weight, to: target, epilogue) { range, table in
            for slot in 0..<(range.count + 5) / 6 * 6 {
              table[slot] = source + min(range.lowerBound + slot, count - 1) * depth
            }
          }
        }
      }
    }
    return output
  }

  /// Unwraps optional tensors into an epilogue's pointers for the time of a call.
  static func withEpilogue(
    bias: Tensor?, imageBias: Tensor? = nil, rowsPerImage: Int = 1, residual: Tensor?, activation: Activation,
    _ body: (Epilogue) -> Void
  ) {
    func with(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> Void) {
      if let tensor { tensor.withUnsafe(body) } else { body(nil) }
    }
    with(bias) { bias in
      with(imageBias) { imageBias in
        with(residual) { residual in
          body(
            Epilogue(
              bias: bias, imageBias: imageBias, rowsPerImage: rowsPerImage, residual: residual, activation: activation))
        }
      }
    }
  }
}
