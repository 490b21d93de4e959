/// Several reports of one setting: every fold, several seeds of the episodes.
public struct EvaluationSummary: Codable, Hashable, Sendable {
  /// mIoU of one seed: the mean over the folds, whose errors are independent.
  public struct Pass: Codable, Hashable, Sendable {
    public let seed: UInt64
    public let baseline: Estimate
    public let augmented: Estimate?
    public let difference: Estimate?
  }

  /// Fold by fold, within it seed by seed.
  public let reports: [EvaluationReport]
  public let passes: [Pass]

  /// From one report or more over the same folds for every seed.
  public init(_ reports: [EvaluationReport]) {
    self.reports = reports
    var seeds: [UInt64] = []
    for report in reports where !seeds.contains(report.plan.seed) { seeds.append(report.plan.seed) }
    passes = seeds.map { seed in
      let own = reports.filter { $0.plan.seed == seed }
      func mean(_ scores: (EvaluationReport) -> Scores?) -> Estimate? {
        let figures = own.compactMap { scores($0)?.miou }
        return figures.count == own.count ? Self.mean(figures) : nil
      }
      return Pass(
        seed: seed, baseline: mean(\.baseline) ?? Estimate(value: 0, error: nil), augmented: mean(\.augmented), difference: mean(\.difference))
    }
  }

  /// Of independent figures.
  private static func mean(_ figures: [Estimate]) -> Estimate {
    let count = Double(max(figures.count, 1)), errors = figures.compactMap(\.error)
    return Estimate(
      value: figures.reduce(0) { $0 + $1.value } / count,
      error: errors.count == figures.count ? errors.reduce(0) { $0 + $1 * $1 }.squareRoot() / count : nil)
  }

  /// A table a report, then the folds' mean of each seed, then mean, spread and best over the seeds (BAM's published way of five passes).
  public var table: String {
    if reports.count == 1 { return reports[0].table }
    var text = reports.map { "fold \($0.plan.fold), seed \($0.plan.seed)\n\n\($0.table)\n\n" }.joined()
    guard let first = reports.first else { return text }
    var rows = [["mIoU, mean of the folds", "\(first.plan.shots)-shot"]]
    if first.augmented != nil { rows[0] += ["\(first.plan.shots)+\(first.plan.auxiliaryShots)", "difference"] }
    func row(_ name: String, _ figures: [Estimate?], signed: Int = 2) -> [String] {
      [name] + figures.enumerated().compactMap { column, figure in figure?.text(signed: column == signed) }
    }
    rows += passes.map { row("seed \($0.seed)", [$0.baseline, $0.augmented, $0.difference]) }
    if passes.count > 1 {
      let columns = [passes.map(\.baseline), passes.compactMap(\.augmented), passes.compactMap(\.difference)].map { $0.map(\.value) }
      func figures(_ make: ([Double]) -> Double) -> [Estimate?] { columns.map { $0.isEmpty ? nil : Estimate(value: make($0), error: nil) } }
      rows.append(row("mean", figures(Self.mean)))
      rows.append(row("spread (standard deviation)", figures(Self.deviation), signed: -1))
      rows.append(row("best", figures { $0.max() ?? 0 }))
    }
    text += TextTable.markdown(rows)
    return text
  }

  /// Every report's rows under one head.
  public var csv: String { ([EvaluationReport.csvHead] + reports.flatMap(\.csvRows)).joined(separator: "\n") }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

  /// Of a sample: over n - 1.
  private static func deviation(_ values: [Double]) -> Double {
    let mean = mean(values)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count - 1, 1))).squareRoot()
  }
}
