/// Number formats a weight file may hold, under their safetensors names.
public enum ElementType: String, Sendable, CaseIterable {
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i64 = "I64"
  case i32 = "I32"
  case u8 = "U8"

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .i64: 8
    case .f32, .i32: 4
    case .f16, .bf16: 2
    case .u8: 1
    }
  }

  /// Writes `count` elements at `source` (aligned for this type) as Float32. Integers above 2^24 are rounded.
  func widen(_ source: UnsafeRawPointer, count: Int, to target: UnsafeMutablePointer<Float>) {
    switch self {
    case .f32:
      target.update(from: source.assumingMemoryBound(to: Float.self), count: count)
    case .f16:
      let values = source.assumingMemoryBound(to: Float16.self)
      for i in 0..<count { target[i] = Float(values[i]) }
    case .bf16:
      let values = source.assumingMemoryBound(to: UInt16.self)
      for i in 0..<count { target[i] = Float(bitPattern: UInt32(values[i]) << 16) }
    case .i64:
      let values = source.assumingMemoryBound(to: Int64.self)
      for i in 0..<count { target[i] = Float(values[i]) }
    case .i32:
      let values = source.assumingMemoryBound(to: Int32.self)
      for i in 0..<count { target[i] = Float(values[i]) }
    case .u8:
      let values = source.assumingMemoryBound(to: UInt8.self)
      for i in 0..<count { target[i] = Float(values[i]) }
    }
  }
}
