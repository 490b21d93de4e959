import Generation

extension ReportDocument.Figures {
  /// Whether tables and plots can be made of it: percentages that are some, and as many of everything as belong together.
  var isSound: Bool {
    switch self {
    case .evaluations(let reports): !reports.isEmpty && reports.allSatisfy(\.isSound)
    case .sweep(let sweep): sweep.isSound
    }
  }
}

extension Estimate {
  fileprivate var isSound: Bool { (-100.001...100.001).contains(value) && (0...1000).contains(error ?? 0) }
}

extension Scores {
  fileprivate var isSound: Bool { ([miou, fbIoU] + classes.compactMap(\.iou)).allSatisfy(\.isSound) }
}

extension EvaluationReport {
  fileprivate var isSound: Bool {
    [baseline, augmented, difference, gate?.scores, gate?.difference, gate?.effect].allSatisfy { $0?.isSound ?? true }
      && ((gate?.classes ?? []) + (gate.map { [$0.all] } ?? [])).compactMap(\.agreement).allSatisfy(\.isSound)
  }
}

extension SweepReport {
  /// Axes beyond these are none of ours, and their combinations could not be counted.
  private static let mostAxes = 16

  fileprivate var isSound: Bool {
    guard axes.count <= Self.mostAxes, !axes.contains(where: { $0.values.isEmpty }) else { return false }
    var combinations = 1
    for axis in axes {
      let (product, overflows) = combinations.multipliedReportingOverflow(by: axis.values.count)
      if overflows { return false }
      combinations = product
      if let numbers = axis.numbers, numbers.count != axis.values.count || !numbers.allSatisfy({ abs($0) < 1e9 }) { return false }
    }
    return combinations == settings.count
      && settings.allSatisfy { setting in
        setting.values.count == axes.count && setting.passes.count == seeds.count && setting.estimates.allSatisfy(\.isSound)
      }
  }
}

extension SweepReport.Setting {
  fileprivate var estimates: [Estimate] {
    ([baseline, augmented, difference, gated, gatedDifference, agreement]
      + passes.flatMap { [$0.baseline, $0.augmented, $0.difference, $0.gated, $0.gatedDifference] }).compactMap { $0 }
  }
}
