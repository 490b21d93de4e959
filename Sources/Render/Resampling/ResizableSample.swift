/// A number type in which weighted sums of samples are made.
protocol ResizeSum: SIMDScalar, Hashable, Codable, BitwiseCopyable, Sendable {
  static func multiplyAdd(_ sum: Self, _ value: Self, _ weight: Self) -> Self
  static func multiplyAdd(_ sum: SIMD4<Self>, _ value: SIMD4<Self>, _ weight: Self) -> SIMD4<Self>
  static var zero: Self { get }
}

extension Int32: ResizeSum {
  @inline(__always) static func multiplyAdd(_ sum: Int32, _ value: Int32, _ weight: Int32) -> Int32 { sum &+ value &* weight }
  @inline(__always) static func multiplyAdd(_ sum: SIMD4<Int32>, _ value: SIMD4<Int32>, _ weight: Int32) -> SIMD4<Int32> {
    sum &+ value &* weight
  }
}

extension Float: ResizeSum {
  @inline(__always) static func multiplyAdd(_ sum: Float, _ value: Float, _ weight: Float) -> Float { sum + value * weight }
  @inline(__always) static func multiplyAdd(_ sum: SIMD4<Float>, _ value: SIMD4<Float>, _ weight: Float) -> SIMD4<Float> {
    sum + value * weight
  }
}

/// A sample type that OpenCV's filters are written for: bytes with weights in 1/2048, or floats.
protocol ResizableSample: BitwiseCopyable, Sendable {
  associatedtype Sum: ResizeSum
  var sum: Sum { get }
  var float: Float { get }
  static func weight(_ exact: Float) -> Sum
  /// The nearest sample, halves to even, clamped to the type's range.
  static func rounded(_ value: Float) -> Self
  /// The vertical step: `rows.count` rows of horizontal sums, weighted, to finished samples.
  static func finish(
    _ rows: [UnsafePointer<Sum>], _ weights: UnsafePointer<Sum>, into out: UnsafeMutablePointer<Self>, count: Int)
}

extension Float: ResizableSample {
  var sum: Float { self }
  var float: Float { self }
  static func weight(_ exact: Float) -> Float { exact }
  @inline(__always) static func rounded(_ value: Float) -> Float { value }

  static func finish(
    _ rows: [UnsafePointer<Float>], _ weights: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { out[index] = rows[0][index] * weights[0] }
    for tap in 1..<rows.count {
      let (row, weight) = (rows[tap], weights[tap])
      for index in 0..<count { out[index] += row[index] * weight }
    }
  }
}

extension UInt8: ResizableSample {
  var sum: Int32 { Int32(self) }
  var float: Float { Float(self) }
  static func weight(_ exact: Float) -> Int32 { Int32((exact * 2048).rounded(.toNearestOrEven)) }
  @inline(__always) static func rounded(_ value: Float) -> UInt8 {
    UInt8(Swift.min(Swift.max(value.rounded(.toNearestOrEven), 0), 255))
  }

  static func finish(
    _ rows: [UnsafePointer<Int32>], _ weights: UnsafePointer<Int32>, into out: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    switch rows.count {
    case 2:
      let (upper, lower, w0, w1) = (rows[0], rows[1], weights[0], weights[1])
      for index in 0..<count {
        let sum = ((w0 &* (upper[index] >> 4)) >> 16) &+ ((w1 &* (lower[index] >> 4)) >> 16)
        out[index] = UInt8(truncatingIfNeeded: (sum &+ 2) >> 2)
      }
    case 4: finishCubic(rows, weights, into: out, count: count)
    default:
      let (r0, r1, r2, r3, r4, r5, r6, r7) = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7])
      let (w0, w1, w2, w3) = (weights[0], weights[1], weights[2], weights[3])
      let (w4, w5, w6, w7) = (weights[4], weights[5], weights[6], weights[7])
      for i in 0..<count {
        let upper = r0[i] &* w0 &+ r1[i] &* w1 &+ r2[i] &* w2 &+ r3[i] &* w3
        let lower = r4[i] &* w4 &+ r5[i] &* w5 &+ r6[i] &* w6 &+ r7[i] &* w7
        out[i] = clamped((upper &+ lower &+ (1 << 21)) >> 22)
      }
    }
  }

  /// OpenCV's vector code sums floats from the last row to the first; what is left of a row after groups of eight is
  /// summed in integers.
  private static func finishCubic(
    _ rows: [UnsafePointer<Int32>], _ weights: UnsafePointer<Int32>, into out: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let (r0, r1, r2, r3) = (rows[0], rows[1], rows[2], rows[3])
    let scale: Float = 1 / (2048 * 2048)
    let (f0, f1) = (Float(weights[0]) * scale, Float(weights[1]) * scale)
    let (f2, f3) = (Float(weights[2]) * scale, Float(weights[3]) * scale)
    let grouped = count / 8 * 8
    for i in 0..<grouped {
      out[i] = rounded(Float(r0[i]) * f0 + (Float(r1[i]) * f1 + (Float(r2[i]) * f2 + Float(r3[i]) * f3)))
    }
    for i in grouped..<count {
      let sum = r0[i] &* weights[0] &+ r1[i] &* weights[1] &+ r2[i] &* weights[2] &+ r3[i] &* weights[3]
      out[i] = clamped((sum &+ (1 << 21)) >> 22)
    }
  }

  @inline(__always) private static func clamped(_ value: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: Swift.min(Swift.max(value, 0), 255))
  }
}
