import Foundation

extension EvaluationReport {
  /// The columns of `csvRows`.
  public static let csvHead = [
    "dataset", "network", "fold", "seed", "class", "episodes", "iou_baseline", "se_baseline", "iou_augmented", "se_augmented", "difference",
    "se_difference", "better", "worse", "p",
  ].joined(separator: ",")

  /// A row a class, then `mIoU` and `FB-IoU`; percent with all their digits, empty where there is nothing.
  public var csvRows: [String] {
    func row(_ name: String, _ count: Int, _ figures: (Scores) -> Estimate, _ test: SignTest?) -> String {
      var cells = [dataset, plan.network.rawValue, "\(plan.fold)", "\(plan.seed)", Self.quoted(name), "\(count)"]
      for estimate in [baseline, augmented, difference].map({ $0.map(figures) }) {
        cells.append(estimate.map { "\($0.value)" } ?? "")
        cells.append(estimate?.error.map { "\($0)" } ?? "")
      }
      cells += test.map { ["\($0.better)", "\($0.worse)", "\($0.p)"] } ?? ["", "", ""]
      return cells.joined(separator: ",")
    }
    return baseline.classes.enumerated().map { position, score in
      row(score.name, score.episodes, { $0.classes[position].iou }, signTests?.classes[position])
    } + [row("mIoU", episodes.count, \.miou, signTests?.all), row("FB-IoU", episodes.count, \.fbIoU, nil)]
  }

  /// RFC 4180: in quotes where a comma, a quote or a line end is in it.
  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
