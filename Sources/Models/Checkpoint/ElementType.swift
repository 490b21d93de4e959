/// Number formats a weight file may hold, under their safetensors names.
public enum ElementType: String, Sendable, CaseIterable {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i64 = "I64"
  case i32 = "I32"
  case i16 = "I16"
  case i8 = "I8"
  case u8 = "U8"
  case bool = "BOOL"

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .f64, .i64: 8
    case .f32, .i32: 4
    case .f16, .bf16, .i16: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// Writes `count` elements at `source` (aligned for this type) as Float32. Integers above 2^24 are rounded.
  func widen(_ source: UnsafeRawPointer, count: Int, to target: UnsafeMutablePointer<Float>) {
    switch self {
    case .f64: fill(source, count, target, Double.self) { Float($0) }
    case .f32: target.update(from: source.assumingMemoryBound(to: Float.self), count: count)
    case .f16: fill(source, count, target, Float16.self) { Float($0) }
    case .bf16: fill(source, count, target, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .i64: fill(source, count, target, Int64.self) { Float($0) }
    case .i32: fill(source, count, target, Int32.self) { Float($0) }
    case .i16: fill(source, count, target, Int16.self) { Float($0) }
    case .i8: fill(source, count, target, Int8.self) { Float($0) }
    case .u8: fill(source, count, target, UInt8.self) { Float($0) }
    case .bool: fill(source, count, target, UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  @inline(__always)
  private func fill<T>(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>, _: T.Type, _ value: (T) -> Float
  ) {
    let values = source.assumingMemoryBound(to: T.self)
    for i in 0..<count { target[i] = value(values[i]) }
  }
}
