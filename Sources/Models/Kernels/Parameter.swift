/// A weight as it is stored: the map it is in stays alive with it, and nothing is converted until asked.
public struct Parameter: Sendable {
  /// Extents, outermost first (PyTorch's order).
  public let shape: [Int]
  /// The stored number format.
  public let dtype: ElementType
  /// Number of elements.
  public let count: Int
  let bytes: MappedBytes
  let offset: Int
  /// Where it was read; nil for what was made here.
  let source: WeightSource?

  /// `offset` is where the first element is in `bytes`. Bytes not aligned for their type are copied once, so that
  /// readers may bind them.
  init(shape: [Int], dtype: ElementType, bytes: MappedBytes, offset: Int, source: WeightSource? = nil) {
    self.shape = shape
    self.source = source
    self.dtype = dtype
    let count = shape.reduce(1, *)
    self.count = count
    if offset % dtype.size == 0 {
      self.bytes = bytes
      self.offset = offset
    } else {
      self.bytes = MappedBytes(count: count * dtype.size) {
        $0.copyMemory(from: bytes.base + offset, byteCount: count * dtype.size)
      }
      self.offset = 0
    }
  }

  /// A weight made from a tensor, in Float32.
  public init(_ tensor: Tensor) {
    let bytes = MappedBytes(count: tensor.count * 4) { memory in
      tensor.withUnsafe { memory.copyMemory(from: $0, byteCount: tensor.count * 4) }
    }
    self.init(shape: tensor.shape, dtype: .f32, bytes: bytes, offset: 0)
  }

  /// Read access to the stored bytes, aligned for `dtype`, little-endian, row-major.
  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(bytes) {
      try body(UnsafeRawBufferPointer(start: bytes.base + offset, count: count * dtype.size))
    }
  }

  /// Takes the stored bytes out of memory, as far as they are a file's and fill whole pages: a reader has its own copy and will not
  /// come back soon.
  func forget() { bytes.forget(offset..<offset + count * dtype.size) }

  /// A Float32 copy. Integers above 2^24 are rounded.
  public func widened() -> Tensor {
    var result = Tensor(uninitialized: shape)
    result.withUnsafeMutable { target in
      withUnsafeBytes { source in
        if let base = source.baseAddress { dtype.widen(base, count: count, to: target) }
      }
    }
    return result
  }

  /// The integers of a weight of whole numbers or truth values; nil for floating-point ones.
  public func integers() -> [Int64]? {
    withUnsafeBytes { source in
      switch dtype {
      case .i64: Array(source.bindMemory(to: Int64.self))
      case .i32: source.bindMemory(to: Int32.self).map(Int64.init)
      case .i16: source.bindMemory(to: Int16.self).map(Int64.init)
      case .i8: source.bindMemory(to: Int8.self).map(Int64.init)
      case .u8, .bool: source.map(Int64.init)
      case .f64, .f32, .f16, .bf16, .f8e4m3, .f8e5m2: nil
      }
    }
  }

  /// The same bytes under another shape with the same number of elements.
  func reshaped(_ shape: [Int]) -> Parameter {
    Parameter(shape: shape, dtype: dtype, bytes: bytes, offset: offset)
  }
}
