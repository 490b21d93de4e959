import Foundation

extension EvaluationReport {
  /// The figures as a Markdown table whose columns also line up in a terminal, a row a class and the means below.
  public var table: String {
    var rows = [["class", "episodes", "\(plan.shots)-shot IoU"]]
    if augmented != nil { rows[0] += ["\(plan.shots)+\(plan.auxiliaryShots) IoU", "difference", "better/worse", "p"] }
    for (position, score) in baseline.classes.enumerated() {
      rows.append(
        row(
          score.name, "\(score.episodes)", score.iou, augmented?.classes[position].iou,
          difference?.classes[position].iou, signTests?.classes[position]))
    }
    rows.append(row("mIoU", "\(episodes.count)", baseline.miou, augmented?.miou, difference?.miou, signTests?.all))
    rows.append(row("FB-IoU", "\(episodes.count)", baseline.fbIoU, augmented?.fbIoU, difference?.fbIoU, nil))
    return TextTable.markdown(rows)
  }

  private func row(
    _ name: String, _ count: String, _ baseline: Estimate, _ augmented: Estimate?, _ difference: Estimate?, _ test: SignTest?
  ) -> [String] {
    guard let augmented, let difference else { return [name, count, baseline.text()] }
    return [name, count, baseline.text(), augmented.text(), difference.text(signed: true)]
      + (test.map { ["\($0.better)/\($0.worse)", String(format: "%.2g", $0.p)] } ?? ["", ""])
  }
}

extension Estimate {
  /// `61.3 ± 1.2`; with a sign for differences.
  public func text(signed: Bool = false) -> String {
    let figure = String(format: signed ? "%+.1f" : "%.1f", value)
    guard let error else { return figure }
    return figure + String(format: " ± %.1f", error)
  }
}
