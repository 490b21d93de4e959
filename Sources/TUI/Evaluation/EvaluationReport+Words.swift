import Core
import Evaluation

extension EvaluationReport {
  /// In few words: whose figures these are.
  var title: String {
    let options = plan.options
    // Of supports from a folder the plan's own settings say nothing.
    let settings =
      plan.auxiliaryShots > 0 && plan.auxiliaryFolder != nil
      ? ", images of \(DisplayText.middle(of: plan.auxiliaryFolder ?? "", to: 40))"
      : plan.auxiliaryShots > 0
        ? ", \(options.condition.rawValue), \(options.sampler) \(options.steps), guidance \(SettingsForm.decimal(options.guidance)), seed \(options.seed)"
        : ""
    let precision = plan.precision == .float32 ? "" : " \(plan.precision.rawValue)"
    return "fold \(plan.fold), \(plan.network.rawValue)\(precision), \(plan.shots)+\(plan.auxiliaryShots)\(settings)"
  }

  /// One line: mIoU without and with generated supports, and the difference with its error.
  var summary: String {
    var text = "fold \(plan.fold): mIoU \(NumberText.percent(baseline.miou.value)) \(plan.shots)-shot"
    if let augmented, let difference = difference?.miou {
      text +=
        ", \(NumberText.percent(augmented.miou.value)) with \(plan.shots)+\(plan.auxiliaryShots) (\(NumberText.signed(difference.value))"
      if let error = difference.error { text += " ± \(NumberText.percent(error))" }
      text += ")"
    }
    return text
  }

  /// What it has that keeps it from being compared with another evaluation; nil where they can be.
  func unlike(_ other: EvaluationReport) -> String? {
    if episodes.map(\.episode) != other.episodes.map(\.episode) { return "other episodes" }
    let isAlike = comparison == other.comparison && plan.network.convention == other.plan.network.convention
    return isAlike ? nil : "another protocol"
  }

  /// mIoU and the number of episodes.
  var detail: String {
    let after = augmented.map { " → \(NumberText.percent($0.miou.value))" } ?? ""
    return "mIoU \(NumberText.percent(baseline.miou.value))\(after), \(Counted(episodes.count, "episode"))"
  }
}
