extension SchedulerConfig {
  /// The training steps that `count` sampling steps visit, noisiest first. Throws `ModelError.badSetting`.
  func timesteps(_ count: Int, spacing fallback: Spacing = .leading) throws -> [Int] {
    try places(count, spacing: fallback).map { Int($0.rounded(.toNearestOrEven)) }
  }

  /// The same before rounding.
  ///
  /// - Parameters:
  ///   - fallback: the spacing when the configuration names none.
  ///   - leavesLast: whether one more step is laid out and the least noisy one left, as multistep solvers do that go on to no noise.
  ///   - end: one more than the noisiest step.
  func places(_ count: Int, spacing fallback: Spacing, leavesLast: Bool = false, end: Int? = nil) throws -> [Double] {
    let end = end ?? trainingSteps
    let spacing = spacing ?? fallback
    let extra = leavesLast && spacing != .trailing ? 1 : 0
    guard count >= 1, count <= end - extra else {
      throw ModelError.badSetting(name: "steps", value: "\(count)", allowed: "1 to \(end - extra) for this model")
    }
    let parts = count + extra
    let places: [Double]
    switch spacing {
    case .leading:
      places = (0..<parts).reversed().map { Double($0 * (end / parts) + stepsOffset) }
    case .linspace:
      let width = parts > 1 ? Double(end - 1) / Double(parts - 1) : 0
      places = (0..<parts).reversed().map { Double($0) * width }
    case .trailing:
      let width = Double(trainingSteps) / Double(count)
      places = (0..<count).map { Double(end) - Double($0) * width }.filter { $0 > 0 }
        .map { $0.rounded(.toNearestOrEven) - 1 }
    }
    let chosen = Array(places.prefix(count))
    guard let first = chosen.first, first < Double(trainingSteps) else {
      throw ModelError.badSetting(
        name: "steps", value: "\(count)",
        allowed: "with this model's step offset the first would be \(Int(places[0])) of \(trainingSteps)")
    }
    return chosen
  }
}
