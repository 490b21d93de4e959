import MicroKernels

extension UnsafePointer<mk_set> {
  /// The tiles of a precision's products.
  func tiles(_ precision: Precision) -> mk_tiles { precision == .float32 ? pointee.floats : pointee.pairs }

  /// Panels whose sums the registers hold beside one another.
  var panelsAtOnce: Int { pointee.lanes == 16 ? 2 : 1 }
}

extension Activation {
  /// The same for the loops.
  var code: mk_activation {
    switch self {
    case .none: mk_none
    case .relu: mk_relu
    case .sigmoid: mk_sigmoid
    case .silu: mk_silu
    case .gelu: mk_gelu
    case .quickGelu: mk_quick_gelu
    }
  }
}
