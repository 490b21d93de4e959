extension Estimate {
  /// The mean of a sample and its standard error.
  static func mean(of values: [Double]) -> Estimate {
    Estimate(value: values.mean, error: values.count > 1 ? values.standardDeviation / Double(values.count).squareRoot() : nil)
  }

  /// The mean of independent figures; its error is nil when one of theirs is.
  static func mean(independent figures: [Estimate]) -> Estimate {
    let errors = figures.compactMap(\.error), count = Double(max(figures.count, 1))
    return Estimate(
      value: figures.map(\.value).mean,
      error: errors.count == figures.count ? errors.reduce(0) { $0 + $1 * $1 }.squareRoot() / count : nil)
  }
}

extension [Double] {
  /// 0 of none.
  var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }

  /// Of a sample: over n - 1.
  var standardDeviation: Double {
    let mean = mean
    return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Swift.max(count - 1, 1))).squareRoot()
  }
}
