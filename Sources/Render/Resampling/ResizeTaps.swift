import Foundation

/// For each target index of one axis: the first source index (it may be outside) and the weights of `count` neighbours.
struct ResizeTaps {
  let count: Int
  let starts: [Int]
  /// `count` weights a target index.
  let weights: [Float]

  /// The positions of OpenCV: half-pixel centres, in single precision after the product.
  ///
  /// - Parameters:
  ///   - areaRule: the other position rule, that `area` uses when it cannot average.
  ///   - clampFraction: the two-tap filters drop the fraction at the left and right edge, but not at the upper and lower one.
  init(source: Int, target: Int, mode: ResizeMode, areaRule: Bool, clampFraction: Bool) {
    let inverse = Double(target) / Double(source)
    let scale = 1 / inverse
    count = mode == .lanczos4 ? 8 : mode == .cubic ? 4 : 2
    var starts: [Int] = []
    var weights: [Float] = []
    starts.reserveCapacity(target)
    weights.reserveCapacity(target * count)
    for index in 0..<target {
      var first: Int
      var fraction: Float
      if areaRule {
        first = Int((Double(index) * scale).rounded(.down))
        fraction = Float(Double(index + 1) - Double(first + 1) * inverse)
        fraction = fraction <= 0 ? 0 : fraction - fraction.rounded(.down)
      } else {
        let position = Float((Double(index) + 0.5) * scale - 0.5)
        first = Int(position.rounded(.down))
        fraction = position - Float(first)
      }
      if clampFraction && count == 2 {
        if first < 0 { (first, fraction) = (0, 0) }
        if first >= source - 1 { (first, fraction) = (source - 1, 0) }
      }
      starts.append(first - (count / 2 - 1))
      switch count {
      case 8: weights.append(contentsOf: Self.lanczos4(fraction))
      case 4: weights.append(contentsOf: Self.cubic(fraction))
      default: weights.append(contentsOf: [1 - fraction, fraction])
      }
    }
    (self.starts, self.weights) = (starts, weights)
  }

  /// `interpolateCubic` of OpenCV.
  static func cubic(_ x: Float) -> [Float] {
    let a: Float = -0.75
    let w0 = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a
    let w1 = ((a + 2) * x - (a + 3)) * x * x + 1
    let w2 = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1
    return [w0, w1, w2, 1 - w0 - w1 - w2]
  }

  /// `interpolateLanczos4` of OpenCV: sine products through the angle sums of eighths of a turn, normalised in floats.
  static func lanczos4(_ x: Float) -> [Float] {
    if x < .ulpOfOne { return [0, 0, 0, 1, 0, 0, 0, 0] }
    let half = 0.70710678118654752440084436210485
    let turns = [(1, 0), (-half, -half), (0, 1), (half, -half), (-1, 0), (half, half), (0, -1), (-half, half)]
    let angle = -Double(x + 3) * .pi * 0.25
    let (sine, cosine) = (sin(angle), cos(angle))
    var weights: [Float] = []
    var sum: Float = 0
    for (index, turn) in turns.enumerated() {
      let y = -Double(x + 3 - Float(index)) * .pi * 0.25
      let weight = Float((turn.0 * sine + turn.1 * cosine) / (y * y))
      weights.append(weight)
      sum += weight
    }
    let inverse = 1 / sum
    return weights.map { $0 * inverse }
  }
}
