import Generation
import Render

extension SweepReport {
  /// Settings, a row a combination, a plot an axis.
  var markup: Markup {
    let varied = axes.indices.filter { axes[$0].values.count > 1 }
    let varies = variedNames
    let others = ["fold", "seed of the episodes"] + Generation.Setting.all.filter { varies.contains($0.id.rawValue) }.map(\.name)
    let told = plan.facts(dataset: dataset) + (auxiliaries?.facts ?? [])
    let common = told.filter { fact in
      !others.contains(fact.name) && !axes.contains { $0.name == fact.name || $0.title.hasPrefix(fact.name) }
    }
    let facts = common + [
      ReportFact("folds", folds.map { "\($0)" }.joined(separator: ", ")),
      ReportFact("seeds of the episodes", seeds.map { "\($0)" }.joined(separator: ", ")),
    ] + axes.map { ReportFact($0.title, $0.values.joined(separator: ", ")) }
    let isGated = settings.contains { $0.gated != nil }, leavesOut = settings.contains { $0.leftOut != nil }
    let head = ["setting"] + varied.map { axes[$0].name } + ["\(plan.shots)-shot mIoU", "with generated", "difference", "better/worse", "p"]
      + (leavesOut ? ["episodes left out"] : []) + (isGated ? ["agreement", "without drifted", "difference"] : [])
    let rows = settings.enumerated().map { number, setting -> [String] in
      let row = ["\(number + 1)"] + varied.map { setting.values[$0] } + [
        setting.baseline.text(), setting.augmented?.text() ?? "–", setting.difference?.text(signed: true) ?? "–",
      ]
      let test = setting.signTest.map { ["\($0.better)/\($0.worse)", $0.text] } ?? ["–", "–"]
      let drift = [setting.agreement?.text() ?? "–", setting.gated?.text() ?? "–", setting.gatedDifference?.text(signed: true) ?? "–"]
      return row + test + (leavesOut ? ["\(setting.leftOut ?? 0)"] : []) + (isGated ? drift : [])
    }
    let figures: [Markup] = plots.map { _, plot in
      "<figure class=\"plot\">\n\(Markup(trusted: plot.svg))</figure>\n"
    }
    return "\(Markup.list(facts))\(Markup.table(head: head, rows, caption: caption))\(HTMLReport.paragraphs(remarks))\(figures)"
  }
}
