extension Tensor {
  /// A new tensor with a function of each element.
  func mapped(_ function: (Float) -> Float) -> Tensor {
    var result = Tensor(uninitialized: shape)
    withUnsafe { source in
      result.withUnsafeMutable { target in
        for i in 0..<count { target[i] = function(source[i]) }
      }
    }
    return result
  }

  /// A new tensor with a function of each element and another tensor's of the same shape.
  func zipped(_ other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    precondition(shape == other.shape, "\(shape) with \(other.shape)")
    var result = Tensor(uninitialized: shape)
    withUnsafe { a in
      other.withUnsafe { b in
        result.withUnsafeMutable { target in
          for i in 0..<count { target[i] = function(a[i], b[i]) }
        }
      }
    }
    return result
  }

  /// Tensors of one shape, each times its weight, added up in their order.
  static func sum(_ first: (weight: Double, tensor: Tensor), _ others: (weight: Double, tensor: Tensor)...) -> Tensor {
    others.reduce(first.tensor.mapped { [weight = Float(first.weight)] in weight * $0 }) { sum, term in
      let weight = Float(term.weight)
      return sum.zipped(term.tensor) { $0 + weight * $1 }
    }
  }

  /// The values clamped to plus and minus a limit; the same when there is none.
  func clipped(_ limit: Float?) -> Tensor {
    guard let limit else { return self }
    return mapped { min(max($0, -limit), limit) }
  }
}
