import Core
import Render

extension HTMLReport {
  /// Every evaluation in one row; where rows would be alike, with what tells them apart.
  var runs: Markup {
    if evaluations.isEmpty { return "" }
    let names = evaluations.map { evaluation -> [String] in
      let report = evaluation.report, plan = report.plan
      return [
        "\(report.dataset), fold \(plan.fold)", plan.network.rawValue, plan.setting, report.imageText ?? "–", "\(report.episodes.count)",
        plan.episodeList == nil ? "\(plan.seed)" : "–",
      ]
    }
    let differences = evaluations.indices.map { row -> String in
      let alike = evaluations.indices.filter { names[$0] == names[row] }.map { evaluations[$0].report }
      return ReportFact.differences(of: evaluations[row].report, from: alike)
    }
    let isTold = differences.contains { !$0.isEmpty }
    let rows = evaluations.enumerated().map { number, evaluation -> [String] in
      let report = evaluation.report, test = report.signTests?.all
      var row = [evaluation.label] + names[number]
      if isTold { row.append(differences[number]) }
      row += [report.baseline.miou.text(), (report.augmented?.miou).text(), (report.difference?.miou).text(signed: true)]
      return row + [test.split, test.text]
    }
    var head = ["run", "data", "network", "supports", "generated", "episodes", "episode seed"]
    if isTold { head.append("otherwise") }
    head += ["mIoU", "with generated", "difference", "better/worse", "p"]
    let isStored = documents.contains { $0.runs != nil }
    let remark: Markup = isStored ? "<p>Numbered as in the explorer: of each fold the oldest evaluation is 1.</p>\n" : ""
    return "<section>\n<h2>Runs</h2>\n\(remark)\(Markup.table(head: head, rows))</section>\n"
  }

  /// Comparison, means, evaluations, sweeps.
  var figures: Markup {
    let sections: [Markup] = evaluations.map { evaluation in
      let report = evaluation.report, plan = report.plan
      return """
        <section>
        <h2>\(evaluation.title): \(plan.network.rawValue), fold \(plan.fold), \(plan.setting)</h2>
        <p>From \(evaluation.document).</p>
        \(Self.paragraphs([evaluation.alike].compactMap { $0 }))\(Markup.list(report.facts))\(report.classTable)\(report.driftTable)\(Self.paragraphs(report.remarks))\(report.leftOutTable)\(report.barPlot)\(Self.weights(report.weights))</section>

        """
    }
    let sweeps: [Markup] = documents.compactMap { document in
      guard case .sweep(let sweep) = document.figures else { return nil }
      return "<section>\n<h2>Sweep</h2>\n<p>From \(document.name).</p>\n\(sweep.markup)</section>\n"
    }
    return "\(comparison)\(passes)\(sections)\(sweeps)"
  }

  /// Evaluations beside each other, with the settings in which they differ.
  private var comparison: Markup {
    guard evaluations.count > 1 else { return "" }
    let facts = evaluations.map { evaluation in
      Dictionary(evaluation.report.facts.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    var names: [String] = []
    for fact in evaluations.flatMap(\.report.facts) where !names.contains(fact.name) { names.append(fact.name) }
    let varied = names.filter { name in Set(facts.map { $0[name] }).count > 1 }
    let rows = zip(evaluations, facts).map { pair in
      let report = pair.0.report
      return [pair.0.label] + varied.map { pair.1[$0] ?? "–" }
        + [
          report.baseline.miou.text(), report.augmented?.miou.text() ?? "–", report.difference?.miou.text(signed: true) ?? "–",
          report.baseline.fbIoU.text(), report.augmented?.fbIoU.text() ?? "–",
        ]
    }
    return """
      <section>
      <h2>Comparison</h2>
      \(Markup.table(head: ["evaluation"] + varied + ["mIoU", "mIoU with generated", "difference", "FB-IoU", "FB-IoU with generated"], rows))</section>

      """
  }

  /// The folds' means of documents that hold several evaluations.
  private var passes: Markup {
    let sections: [Markup] = documents.compactMap { document in
      guard case .evaluations(let reports) = document.figures, reports.count > 1 else { return nil }
      let passes = EvaluationSummary(reports).passes, isGated = passes.contains { $0.gated != nil }
      let head = ["seed of the episodes", "real supports", "with generated", "difference"] + (isGated ? ["without drifted", "difference"] : [])
      let rows = passes.map { pass in
        ["\(pass.seed)", pass.baseline.text(), pass.augmented?.text() ?? "–", pass.difference?.text(signed: true) ?? "–"]
          + (isGated ? [pass.gated?.text() ?? "–", pass.gatedDifference?.text(signed: true) ?? "–"] : [])
      }
      return """
        <section>
        <h2>Mean of the folds</h2>
        <p>mIoU of \(document.name).</p>
        \(Markup.table(head: head, rows))</section>

        """
    }
    return "\(sections)"
  }

  private static func weights(_ weights: [String: String]) -> Markup {
    if weights.isEmpty { return "" }
    return """
      <details><summary>SHA-256 of the weights</summary>
      \(Markup.list(weights.sorted { $0.key < $1.key }.map { ReportFact($0.key, $0.value) }))</details>

      """
  }
}

extension Scores {
  /// Of a class, wherever it is.
  fileprivate func iou(_ classIndex: Int) -> Estimate? { classes.first { $0.classIndex == classIndex }?.iou }
}

extension EvaluationReport {
  fileprivate var classTable: Markup {
    var head = ["class", "episodes", "\(plan.shots)-shot IoU"]
    if augmented != nil { head += ["\(plan.shots)+\(plan.auxiliaryShots) IoU", "difference", "better/worse", "p"] }
    func row(_ name: String, _ count: Int, _ figures: (Scores) -> Estimate?, _ test: SignTest?) -> [String] {
      let row = [name, "\(count)", figures(baseline)?.text() ?? "–"]
      if augmented == nil { return row }
      return row + [augmented.flatMap(figures)?.text() ?? "–", difference.flatMap(figures)?.text(signed: true) ?? "–"]
        + (test.map { ["\($0.better)/\($0.worse)", $0.text] } ?? ["–", "–"])
    }
    let rows = baseline.classes.enumerated().map { position, score in
      row(score.name, score.episodes, { $0.iou(score.classIndex) }, score.episodes > 0 ? signTests?.classes.dropFirst(position).first ?? nil : nil)
    }
    let means = [row("mIoU", episodes.count, \.miou, signTests?.all), row("FB-IoU", episodes.count, \.fbIoU, nil)]
    return .table(head: head, rows + means, sums: means.count, caption: caption)
  }

  /// The drift of the generated supports, and the figures without those that have drifted; nothing where it was not measured.
  fileprivate var driftTable: Markup {
    guard let gate else { return "" }
    func row(_ name: String, _ drift: GateReport.Drift, _ figures: (Scores) -> Estimate?) -> [String] {
      [
        name, "\(drift.supports)", drift.agreement.text(), "\(drift.dropped)", "\(drift.replaced)", figures(gate.scores)?.text() ?? "–",
        figures(gate.difference)?.text(signed: true) ?? "–",
      ]
    }
    let rows = zip(gate.scores.classes, gate.classes).map { score, drift in row(score.name, drift) { $0.iou(score.classIndex) } }
    return """
      <h3>Generation drift</h3>
      \(Markup.table(
        head: ["class", "generated", "agreement", "dropped", "replaced", "IoU without drifted", "difference"],
        rows + [row("mIoU", gate.all, \.miou)], sums: 1))
      """
  }

  /// What is in no figure, and why; nothing where all is.
  fileprivate var leftOutTable: Markup {
    guard let summary = leftOutSummary else { return "" }
    let rows = leftOutReasons.map { reason, episodes in
      [reason, "\(episodes.count)", episodes[0].query.id, episodes[0].supports.map(\.id).joined(separator: ", ")]
    }
    return """
      <h3>\(summary)</h3>
      \(Markup.table(head: ["why", "episodes", "first: query", "supports"], rows))
      """
  }

  fileprivate var barPlot: Markup {
    func bars(_ scores: Scores) -> [BarPlot.Bar?] {
      baseline.classes.map { score in scores.iou(score.classIndex).map { BarPlot.Bar($0.value, error: $0.error) } }
    }
    var series = [BarPlot.Series(name: "\(plan.shots)-shot", bars: bars(baseline))]
    if let augmented { series.append(BarPlot.Series(name: "\(plan.shots)+\(plan.auxiliaryShots), with generated supports", bars: bars(augmented))) }
    let plot = BarPlot(
      title: "\(PlainText.clean(dataset)), \(plan.network.rawValue), fold \(plan.fold)", xTitle: "IoU, %",
      names: baseline.classes.map { PlainText.clean($0.name) }, series: series)
    return "<figure class=\"plot\">\n\(Markup(trusted: plot.svg))</figure>\n"
  }
}
