import Generation

extension SweepReport {
  /// A Markdown table, a row a setting: what varies, then mIoU without and with generated supports; above it what it is of, below it what belongs to
  /// the figures.
  public var table: String {
    let varied = axes.indices.filter { axes[$0].values.count > 1 }
    let (isAugmented, isGated) = (settings.contains { $0.augmented != nil }, settings.contains { $0.gated != nil })
    var head = varied.map { axes[$0].name } + ["\(plan.shots)-shot mIoU"]
    if isAugmented { head += ["with generated", "difference", "better/worse", "p"] }
    if seeds.count > 1 { head.append("spread over seeds") }
    let leavesOut = settings.contains { $0.leftOut != nil }
    if leavesOut { head.append("episodes left out") }
    if isGated { head += ["agreement", "without drifted", "difference"] }
    let rows = settings.map { setting in
      var row = varied.map { setting.values[$0] } + [setting.baseline.text()]
      if isAugmented {
        row += [setting.augmented?.text() ?? "", setting.difference?.text(signed: true) ?? ""]
        row += setting.signTest.map { ["\($0.better)/\($0.worse)", $0.text] } ?? ["", ""]
      }
      if seeds.count > 1 { row.append(Estimate(value: setting.spread, error: nil).text()) }
      if leavesOut { row.append("\(setting.leftOut ?? 0)") }
      if isGated {
        row += [setting.agreement?.text() ?? "", setting.gated?.text() ?? "", setting.gatedDifference?.text(signed: true) ?? ""]
      }
      return row
    }
    let table = TextTable.markdown([head] + rows, flushLeft: Set(varied.indices.filter { axes[varied[$0]].numbers == nil }))
    return ([caption, table] + remarks).joined(separator: "\n\n")
  }

  /// A row a setting with every axis and all digits; what is the same in all of them at the end.
  public var csv: String {
    let names = Set(axes.map(\.name)), isOfFolder = plan.auxiliaryFolder != nil || plan.auxiliaryShots == 0
    let told = GenerationOptions.alwaysTold.filter { !names.contains($0.rawValue) }
    let head = ["dataset"] + axes.map { $0.name.replacing("-", with: "_") } + [
      "iou_baseline", "se_baseline", "iou_augmented", "se_augmented", "difference", "se_difference", "better", "worse", "p", "sd_seeds",
      "agreement", "se_agreement", "iou_gated", "se_gated", "difference_gated", "se_difference_gated", "left_out", "class_mean", "demo_weights",
    ]
    let end = told.map(\.rawValue) + ["shots", "aux", "folds", "seeds", "episodes", "protocol", "generation_seed", "weights"]
    let common = [
      "\(plan.shots)", EvaluationReport.quoted(plan.auxiliaryFolder ?? ""), folds.map { "\($0)" }.joined(separator: " "),
      seeds.map { "\($0)" }.joined(separator: " "), "\(plan.episodes)", plan.episodeProtocol.rawValue,
      isOfFolder ? "" : "\(plan.options.seed)", EvaluationReport.quoted(EvaluationReport.named(weights ?? [:])),
    ]
    func cells(_ estimate: Estimate?) -> [String] { [estimate.map { "\($0.value)" } ?? "", estimate?.error.map { "\($0)" } ?? ""] }
    let rows = settings.map { setting in
      [dataset] + setting.values + cells(setting.baseline) + cells(setting.augmented) + cells(setting.difference)
        + (setting.signTest.map { ["\($0.better)", "\($0.worse)", "\($0.p)"] } ?? ["", "", ""])
        + [seeds.count > 1 ? "\(setting.spread)" : ""] + cells(setting.agreement) + cells(setting.gated) + cells(setting.gatedDifference)
        + ["\(setting.leftOut ?? 0)", (classMean ?? .all).rawValue, EvaluationReport.quoted(demoWeights?.joined(separator: " ") ?? "")]
        + told.map { EvaluationReport.quoted(setting.generated?[$0.rawValue] ?? "") } + common
    }
    return ([head + end] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n")
  }
}

extension SweepReport.Setting {
  /// Standard deviation of the result over the seeds.
  fileprivate var spread: Double {
    passes.map { ($0.gated ?? $0.augmented ?? $0.baseline).value }.standardDeviation
  }
}
