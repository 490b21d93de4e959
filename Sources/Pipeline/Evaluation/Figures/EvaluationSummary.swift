import Generation

/// Several reports of one setting: every fold, several seeds of the episodes.
public struct EvaluationSummary: Codable, Hashable, Sendable {
  /// mIoU of one seed: the mean over the folds, whose errors are independent.
  public struct Pass: Codable, Hashable, Sendable {
    public let seed: UInt64
    public let baseline: Estimate
    public let augmented: Estimate?
    public let difference: Estimate?
    /// Without the generated supports that have drifted; nil when no agreement was asked for.
    public let gated: Estimate?
    /// Gated minus baseline, paired.
    public let gatedDifference: Estimate?
  }

  /// Fold by fold, within it seed by seed.
  public let reports: [EvaluationReport]
  public let passes: [Pass]
  /// Folds and seeds of which nothing could be evaluated, a sentence each; nil when there are none.
  public let leftOut: [String]?

  /// From one report or more over the same folds for every seed, but for what was left out.
  public init(_ reports: [EvaluationReport], leftOut: [String] = []) {
    self.reports = reports
    self.leftOut = leftOut.isEmpty ? nil : leftOut
    var seeds: [UInt64] = []
    for report in reports where !seeds.contains(report.plan.seed) { seeds.append(report.plan.seed) }
    passes = seeds.map { seed in
      let own = reports.filter { $0.plan.seed == seed }
      func mean(_ scores: (EvaluationReport) -> Scores?) -> Estimate? {
        let figures = own.compactMap { scores($0)?.miou }
        return figures.count == own.count ? .mean(independent: figures) : nil
      }
      return Pass(
        seed: seed, baseline: mean(\.baseline) ?? Estimate(value: 0, error: nil), augmented: mean(\.augmented), difference: mean(\.difference),
        gated: mean(\.gate?.scores), gatedDifference: mean(\.gate?.difference))
    }
  }

  /// A table a report, then the folds' mean of each seed, then mean, spread and best over the seeds (BAM's published way of five passes).
  public var table: String {
    if reports.count == 1 { return ([reports[0].table] + (leftOut ?? [])).joined(separator: "\n\n") }
    var text = reports.map { "fold \($0.plan.fold), seed \($0.plan.seed)\n\n\($0.table)\n\n" }.joined()
    guard let first = reports.first else { return text }
    var rows = [["mIoU, mean of the folds", "\(first.plan.shots)-shot"]]
    if first.augmented != nil { rows[0] += ["\(first.plan.shots)+\(first.plan.auxiliaryShots)", "difference"] }
    if first.gate != nil { rows[0] += ["without drifted", "difference"] }
    let columns: [(figures: [Estimate], isSigned: Bool)] = [
      (passes.map(\.baseline), false), (passes.compactMap(\.augmented), false), (passes.compactMap(\.difference), true),
      (passes.compactMap(\.gated), false), (passes.compactMap(\.gatedDifference), true),
    ].filter { !$0.0.isEmpty }
    for (row, pass) in passes.enumerated() {
      rows.append(["seed \(pass.seed)"] + columns.map { $0.figures[row].text(signed: $0.isSigned) })
    }
    if passes.count > 1 {
      func row(_ name: String, isDeviation: Bool = false, _ make: ([Double]) -> Double) -> [String] {
        [name] + columns.map { column in
          Estimate(value: make(column.figures.map(\.value)), error: nil).text(signed: column.isSigned && !isDeviation)
        }
      }
      rows.append(row("mean") { $0.mean })
      rows.append(row("spread (standard deviation)", isDeviation: true) { $0.standardDeviation })
      rows.append(row("best") { $0.max() ?? 0 })
    }
    text += TextTable.markdown(rows)
    for sentence in leftOut ?? [] { text += "\n\n\(sentence)" }
    let demo = Set(reports.flatMap { $0.demoWeights ?? [] })
    return demo.isEmpty ? text : "\(text)\n\n\(DemoWeights.remark(demo.sorted()))"
  }

  /// Every report's rows under one head.
  public var csv: String { ([EvaluationReport.csvHead] + reports.flatMap(\.csvRows)).joined(separator: "\n") }
}
