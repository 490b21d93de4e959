import Foundation

extension EvaluationReport {
  /// The figures as Markdown tables whose columns also line up in a terminal, a row a class and the means below; the drift of the
  /// generated supports in a second one where it was measured; above them what they are of, below what the mean is over, what else belongs to the
  /// figures, and what was left out.
  public var table: String {
    ([caption, figures] + [gate.map(drift)].compactMap { $0 } + remarks + [leftOutText].compactMap { $0 }).joined(separator: "\n\n")
  }

  private var figures: String {
    var rows = [["class", "episodes", "\(plan.shots)-shot IoU"]]
    if augmented != nil { rows[0] += ["\(plan.shots)+\(plan.auxiliaryShots) IoU", "difference", "better/worse", "p"] }
    for (position, score) in baseline.classes.enumerated() {
      rows.append(
        row(
          score.name, "\(score.episodes)", score.iou, augmented?.classes[position].iou,
          difference?.classes[position].iou, score.episodes > 0 ? signTests?.classes[position] : nil))
    }
    rows.append(row("mIoU", "\(episodes.count)", baseline.miou, augmented?.miou, difference?.miou, signTests?.all))
    rows.append(row("FB-IoU", "\(episodes.count)", baseline.fbIoU, augmented?.fbIoU, difference?.fbIoU, nil))
    return TextTable.markdown(rows)
  }

  private func drift(_ gate: GateReport) -> String {
    let minimum = String(format: "%.2f", plan.minimumAgreement ?? 0), setting = "\(plan.shots)+\(plan.auxiliaryShots)"
    let gates = gate.all.dropped > 0
    var rows = [["class", "generated", "agreement"]]
    if gates { rows[0] += ["below \(minimum)", "replaced", "\(setting) IoU without", "difference", "better/worse", "p", "to all \(setting)"] }
    func row(_ name: String, _ drift: GateReport.Drift, _ scores: (Scores) -> Estimate?, _ test: SignTest?) -> [String] {
      let cells = [name, "\(drift.supports)", drift.agreement.text()]
      return !gates ? cells : cells + [
        "\(drift.dropped)", "\(drift.replaced)", scores(gate.scores).text(), scores(gate.difference).text(signed: true), test.split, test.text,
        scores(gate.effect).text(signed: true),
      ]
    }
    for (position, score) in gate.scores.classes.enumerated() {
      rows.append(row(score.name, gate.classes[position], { $0.classes[position].iou }, score.episodes > 0 ? gate.signTests.classes[position] : nil))
    }
    rows.append(row("mIoU", gate.all, \.miou, gate.signTests.all))
    return TextTable.markdown(rows)
  }

  private func row(
    _ name: String, _ count: String, _ baseline: Estimate?, _ augmented: Estimate?, _ difference: Estimate?, _ test: SignTest?
  ) -> [String] {
    if self.augmented == nil || self.difference == nil { return [name, count, baseline.text()] }
    return [name, count, baseline.text(), augmented.text(), difference.text(signed: true), test.split, test.text]
  }
}

extension SignTest {
  /// p in two digits.
  var text: String { String(format: "%.2g", p) }

  /// `7/3`: better and worse episodes.
  var split: String { "\(better)/\(worse)" }
}

extension SignTest? {
  var text: String { self?.text ?? "–" }
  var split: String { self?.split ?? "–" }
}

extension Estimate? {
  /// A dash for what was not measured.
  func text(signed: Bool = false) -> String { self?.text(signed: signed) ?? "–" }
}

extension Estimate {
  /// `61.3 ± 1.2`; with a sign for differences.
  public func text(signed: Bool = false) -> String {
    let figure = String(format: signed ? "%+.1f" : "%.1f", value)
    guard let error else { return figure }
    return figure + String(format: " ± %.1f", error)
  }
}
