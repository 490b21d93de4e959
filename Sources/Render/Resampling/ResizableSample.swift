import Core
import MicroKernels

/// A number type in which weighted sums of samples are made.
protocol ResizeSum: SIMDScalar, Hashable, Codable, BitwiseCopyable, Sendable {
  static func multiplyAdd(_ sum: Self, _ value: Self, _ weight: Self) -> Self
  /// The horizontal step on pixels of three channels, beside each of which a fourth value may be read: for each target pixel the weighted sum
  /// from its start on.
  static func sumTriples(
    _ values: UnsafePointer<Self>, _ starts: UnsafeBufferPointer<Int>, _ weights: UnsafePointer<Self>, taps: Int,
    into out: UnsafeMutablePointer<Self>)
  static var zero: Self { get }
}

extension Int32: ResizeSum {
  @inline(__always) static func multiplyAdd(_ sum: Int32, _ value: Int32, _ weight: Int32) -> Int32 { sum &+ value &* weight }
  static func sumTriples(
    _ values: UnsafePointer<Int32>, _ starts: UnsafeBufferPointer<Int>, _ weights: UnsafePointer<Int32>, taps: Int,
    into out: UnsafeMutablePointer<Int32>
  ) {
    guard let first = starts.baseAddress else { return }
    KernelSet.current.loops.pointee.sum_triples(values, first, starts.count, weights, taps, out)
  }
}

extension Float: ResizeSum {
  @inline(__always) static func multiplyAdd(_ sum: Float, _ value: Float, _ weight: Float) -> Float { sum + value * weight }
  static func sumTriples(
    _ values: UnsafePointer<Float>, _ starts: UnsafeBufferPointer<Int>, _ weights: UnsafePointer<Float>, taps: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    for x in 0..<starts.count {
      var from = values + starts[x]
      var sum = SIMD4<Float>(repeating: 0)
      for tap in 0..<taps {
        sum += SIMD4(from[0], from[1], from[2], from[3]) * weights[x * taps + tap]
        from += 3
      }
      for channel in 0..<3 { out[3 * x + channel] = sum[channel] }
    }
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
    rows.withUnsafeBufferPointer { rows in
      guard let first = rows.baseAddress else { return }
      KernelSet.current.loops.pointee.finish_bytes(first, rows.count, weights, count, out)
    }
  }
}
