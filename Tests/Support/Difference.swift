import Foundation

/// How far two lists of numbers are apart; infinite when their lengths differ or one holds NaN.
public enum Difference {
  /// The largest absolute difference.
  public static func largest(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { worst, pair in
      let distance = abs(pair.0 - pair.1)
      return distance.isNaN ? .infinity : max(worst, distance)
    }
  }

  /// Norm of the difference over the norm of the expected values.
  public static func relativeL2(_ a: [Float], expected b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    var (difference, norm) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      difference += Double(x - y) * Double(x - y)
      norm += Double(y) * Double(y)
    }
    let ratio = (difference / max(norm, .leastNormalMagnitude)).squareRoot()
    return ratio.isNaN ? .infinity : ratio
  }
}
