/// Rows that products read, `[..., depth]`: Float32, or rounded to bfloat16 once for every product that reads them.
public struct Operand: Sendable {
  public let shape: [Int]
  /// Whether elements are pairs of bfloat16, `[rows][depth / 2]`, in place of numbers.
  let isRounded: Bool
  let elements: Tensor

  /// Rows as they are; products in bfloat16 round them while they read.
  public init(_ x: Tensor) {
    (shape, isRounded, elements) = (x.shape, false, x)
  }

  /// Rows to be written by `fill`, as pairs for products in bfloat16 where their number of columns is even, else as numbers.
  init(_ shape: [Int], for precision: Precision, _ fill: (_ target: UnsafeMutablePointer<Float>, _ isRounded: Bool) -> Void) {
    let depth = shape.last ?? 1
    isRounded = precision == .bfloat16 && depth % 2 == 0
    self.shape = shape
    // A last tile of matrix registers reads up to 15 rows more.
    var elements =
      isRounded
      ? Tensor(uninitialized: [shape.dropLast().reduce(1, *) + Kernels.matrixRows - 1, depth / 2]) : Tensor(uninitialized: shape)
    let isRounded = isRounded
    elements.withUnsafeMutable { fill($0, isRounded) }
    self.elements = elements
  }

  var rows: Int { shape.dropLast().reduce(1, *) }
  var depth: Int { shape.last ?? 1 }

  /// As numbers.
  public var tensor: Tensor {
    guard isRounded else { return elements }
    var numbers = Tensor(uninitialized: shape)
    numbers.withUnsafeMutable { target in
      elements.withUnsafe { ElementType.bf16.widen(UnsafeRawPointer($0), count: rows * depth, to: target) }
    }
    return numbers
  }
}
