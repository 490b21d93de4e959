/// Standard errors of accumulated IoUs over the episodes drawn, by the delta method.
///
/// The IoU R = ΣI / ΣU of n episodes is a ratio estimator (Cochran, Sampling Techniques, 6.4). To first order it moves with
/// episode i by d_i = (I_i - R U_i) / ΣU, and Σ d_i = 0, so its variance is n / (n - 1) Σ d_i². Classes are independent
/// strata: the variance of the mean over C of them is the sum of theirs divided by C². A paired difference uses the
/// difference of the two d_i of each episode, so what both settings find hard in an episode cancels.
enum StandardError {
  /// An intersection and a union in pixels.
  typealias Ratio = (intersection: Int, union: Int)

  /// d_i of every episode, zeros when nothing was ever united.
  static func influences(_ ratios: [Ratio]) -> [Double] {
    let intersection = ratios.reduce(0) { $0 + $1.intersection }, union = ratios.reduce(0) { $0 + $1.union }
    guard union > 0 else { return ratios.map { _ in 0 } }
    let ratio = Double(intersection) / Double(union)
    return ratios.map { (Double($0.intersection) - ratio * Double($0.union)) / Double(union) }
  }

  /// Variance of the sum of influences; nil for fewer than two episodes.
  static func variance(_ influences: [Double]) -> Double? {
    guard influences.count > 1 else { return nil }
    let count = Double(influences.count)
    return count / (count - 1) * influences.reduce(0) { $0 + $1 * $1 }
  }
}
