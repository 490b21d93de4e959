import Core

extension HTMLReport {
  /// An evaluation, the document that it is of, and how the page calls it.
  struct Evaluation {
    let document: String
    let report: EvaluationReport
    /// Its place among all of the page, from 1.
    let number: Int
    /// `ReportDocument.runs`.
    let runs: [Int]?

    /// In a table's first column: `2`, of the store `3 of fold 0`.
    var label: String { runs?.first.map { "\($0) of fold \(report.plan.fold)" } ?? "\(number)" }

    /// At the head of what belongs to it.
    var title: String { "\(runs == nil ? "Evaluation" : "Run") \(label)" }

    /// Which others it stands for; nil where there are none.
    var alike: String? {
      guard let runs, runs.count > 1 else { return nil }
      let older = runs.dropFirst().map { "\($0)" }.joined(separator: ", ")
      return "\(runs.count) runs of one plan with the same figures: it stands for \(older) of fold \(report.plan.fold) too."
    }
  }

  /// Those of all documents, in the order of the page.
  var evaluations: [Evaluation] {
    let all = documents.flatMap { document -> [(ReportDocument, EvaluationReport)] in
      guard case .evaluations(let reports) = document.figures else { return [] }
      return reports.map { (document, $0) }
    }
    return all.enumerated().map { Evaluation(document: $1.0.name, report: $1.1, number: $0 + 1, runs: $1.0.runs) }
  }
}
