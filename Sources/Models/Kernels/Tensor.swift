/// A dense row-major Float32 array with a shape. Images and feature maps are `[n, h, w, c]`, tokens `[n, t, c]`.
///
/// A value: assigning shares the storage, the first write to a shared one copies it.
public struct Tensor: @unchecked Sendable {
  /// Extents, outermost first. A scalar has shape `[]`.
  public private(set) var shape: [Int]
  private var storage: TensorStorage

  /// Number of elements.
  public var count: Int { storage.count }

  /// Extent of the innermost dimension: channels of an image, width of a token. 1 for a scalar.
  public var channels: Int { shape.last ?? 1 }

  /// Number of innermost rows: `count / channels`.
  public var rows: Int { shape.dropLast().reduce(1, *) }

  /// Zeros of a shape.
  public init(zeros shape: [Int]) {
    self.init(uninitialized: shape)
    storage.base.update(repeating: 0, count: storage.count)
  }

  /// Elements of unspecified value, for a kernel that writes every one of them.
  public init(uninitialized shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in \(shape)")
    self.shape = shape
    storage = TensorStorage(count: shape.reduce(1, *))
  }

  /// Values in row-major order; their number must be the product of `shape`.
  public init(_ values: [Float], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill \(shape)")
    self.init(uninitialized: shape)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.base.update(from: base, count: source.count) }
    }
  }

  /// The values in row-major order.
  public var values: [Float] { Array(UnsafeBufferPointer(start: storage.base, count: storage.count)) }

  /// The same values under another shape with the same number of elements.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "\(self.shape) cannot become \(shape)")
    var result = self
    result.shape = shape
    return result
  }

  /// Read access for kernels.
  public func withUnsafe<R>(_ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
    try withExtendedLifetime(storage) { try body(UnsafePointer(storage.base)) }
  }

  /// Write access for kernels; copies first when the storage is shared.
  public mutating func withUnsafeMutable<R>(_ body: (UnsafeMutablePointer<Float>) throws -> R) rethrows -> R {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
    return try withExtendedLifetime(storage) { try body(storage.base) }
  }
}

/// Float32 memory on loan from the recycling pool.
private final class TensorStorage {
  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    self.count = count
    base = MemoryPool.shared.borrow(count)
  }

  func copy() -> TensorStorage {
    let other = TensorStorage(count: count)
    other.base.update(from: base, count: count)
    return other
  }

  deinit { MemoryPool.shared.giveBack(base, count) }
}
