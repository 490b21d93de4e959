import Render

extension HTMLReport {
  /// A row an episode: support, query with the truth, what the network finds without and with generated supports.
  var queries: Markup {
    get throws {
      let evaluations = self.evaluations
      func name(_ number: Int) -> String { evaluations.indices.contains(number) ? evaluations[number].title : "Evaluation \(number + 1)" }
      let remarks = Self.paragraphs(
        predictions.remarks.map { remark in remark.evaluation.map { "\(name($0)): \(remark.text)" } ?? remark.text })
      if predictions.rows.isEmpty { return remarks }
      let rows: [Markup] = try predictions.rows.map { row in
        var cells = [
          Self.figure(try Self.image(row.support, isPhotograph: true, "real support with its mask"), "support"),
          Self.figure(try Self.image(row.query, isPhotograph: true, "query with the truth"), "query, truth"),
          try Self.figure(row.baseline, row.names.baseline),
        ]
        if let augmented = row.augmented { cells.append(try Self.figure(augmented, row.names.augmented)) }
        return
          "<section class=\"support\">\n<h3>\(name(row.evaluation)), \(row.title)</h3>\n\(Self.paragraphs(row.remarks))<div class=\"row\">\n\(cells)</div>\n</section>\n"
      }
      return """
        <section>
        <h2>Queries</h2>
        <p>Line: the truth. Green: hit (TP), inside it. Orange: false alarm (FP), outside it. Blue: missed (FN), inside it. Pixels are counted where \
        masks are compared.</p>
        \(remarks)\(rows)</section>

        """
    }
  }

  private static func figure(_ shown: PredictionGallery.Shown, _ name: String) throws -> Markup {
    let iou = Estimate(value: shown.iou, error: nil).text()
    return figure(
      try image(shown.image, isPhotograph: true, "prediction, \(name)"),
      "\(name): IoU \(iou)<br>TP \(shown.hits), FP \(shown.falseAlarms), FN \(shown.misses)")
  }
}
