import Models

/// Reproducible test data: a linear congruential generator's values in -1...1.
struct Noise {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }

  /// A whole number in a range.
  mutating func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

  mutating func tensor(_ shape: [Int], scale: Float = 1, offset: Float = 0) -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { _ in offset + scale * (Float(next()) / Float(1 << 30) - 1) }
    return Tensor(values, shape: shape)
  }
}

/// `‖a - b‖ / ‖b‖`, infinity when the shapes differ.
func relativeError(_ a: Tensor, _ b: Tensor) -> Double {
  guard a.shape == b.shape else { return .infinity }
  var (difference, size) = (0.0, 0.0)
  for (x, y) in zip(a.values, b.values) {
    difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
    size += Double(y) * Double(y)
  }
  return size == 0 ? difference.squareRoot() : (difference / size).squareRoot()
}
