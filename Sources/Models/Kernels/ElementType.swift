import Core
import MicroKernels

/// Number formats a weight file may hold, under their safetensors names.
public enum ElementType: String, Sendable, CaseIterable {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  /// Four bits of exponent, three of fraction, no infinity (Micikevicius et al. 2022; PyTorch's `float8_e4m3fn`).
  case f8e4m3 = "F8_E4M3"
  /// Five bits of exponent, two of fraction: the upper half of an F16 (PyTorch's `float8_e5m2`).
  case f8e5m2 = "F8_E5M2"
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
    case .i8, .u8, .bool, .f8e4m3, .f8e5m2: 1
    }
  }

  /// Writes `count` elements at `source` (aligned for this type) as Float32. Integers above 2^24 are rounded.
  func widen(
    _ source: UnsafeRawPointer, count: Int, to target: UnsafeMutablePointer<Float>, _ loops: UnsafePointer<mk_set> = KernelSet.current.loops
  ) {
    switch self {
    case .f64: fill(source, count, target, Double.self) { Float($0) }
    case .f32: target.update(from: source.assumingMemoryBound(to: Float.self), count: count)
    case .f16: loops.pointee.widen_half(source.assumingMemoryBound(to: UInt16.self), count, target)
    case .bf16: loops.pointee.widen_bfloat(source.assumingMemoryBound(to: UInt16.self), count, target)
    case .f8e4m3: fill(source, count, target, UInt8.self) { Self.e4m3[Int($0)] }
    case .f8e5m2: fill(source, count, target, UInt8.self) { Float(Float16(bitPattern: UInt16($0) << 8)) }
    case .i64: fill(source, count, target, Int64.self) { Float($0) }
    case .i32: fill(source, count, target, Int32.self) { Float($0) }
    case .i16: fill(source, count, target, Int16.self) { Float($0) }
    case .i8: fill(source, count, target, Int8.self) { Float($0) }
    case .u8: fill(source, count, target, UInt8.self) { Float($0) }
    case .bool: fill(source, count, target, UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The value of each F8 of four and three bits.
  private static let e4m3: [Float] = (0..<256).map { bits in
    let (exponent, fraction) = (bits >> 3 & 15, Float(bits & 7))
    let magnitude: Float =
      bits & 127 == 127 ? .nan : exponent == 0 ? fraction * 0x1p-9 : (1 + fraction / 8) * Float(sign: .plus, exponent: exponent - 7, significand: 1)
    return bits >> 7 == 1 ? -magnitude : magnitude
  }

  @inline(__always)
  private func fill<T>(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>, _: T.Type, _ value: (T) -> Float
  ) {
    let values = source.assumingMemoryBound(to: T.self)
    for i in 0..<count { target[i] = value(values[i]) }
  }
}
