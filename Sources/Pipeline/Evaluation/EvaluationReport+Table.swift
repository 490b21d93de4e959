import Foundation

extension EvaluationReport {
  /// The figures as a Markdown table whose columns also line up in a terminal, a row a class and the means below.
  public var table: String {
    var rows = [["class", "episodes", "\(plan.shots)-shot IoU"]]
    if augmented != nil { rows[0] += ["\(plan.shots)+\(plan.auxiliaryShots) IoU", "difference"] }
    for (position, score) in baseline.classes.enumerated() {
      rows.append(
        row(
          score.name, "\(score.episodes)", score.iou, augmented?.classes[position].iou,
          difference?.classes[position].iou))
    }
    rows.append(row("mIoU", "\(episodes.count)", baseline.miou, augmented?.miou, difference?.miou))
    rows.append(row("FB-IoU", "\(episodes.count)", baseline.fbIoU, augmented?.fbIoU, difference?.fbIoU))
    return TextTable.markdown(rows)
  }

  private func row(
    _ name: String, _ count: String, _ baseline: Estimate, _ augmented: Estimate?, _ difference: Estimate?
  ) -> [String] {
    [name, count, baseline.text()] + [augmented?.text(), difference?.text(signed: true)].compactMap { $0 }
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

/// Text in columns.
public enum TextTable {
  /// A Markdown table, the first row its head; `flushLeft` columns are text, the others flush right.
  public static func markdown(_ rows: [[String]], flushLeft: Set<Int> = [0]) -> String {
    guard let head = rows.first else { return "" }
    let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ row: [String]) -> String {
      let cells = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return flushLeft.contains(column) ? text + space : space + text
      }
      return "| " + cells.joined(separator: " | ") + " |"
    }
    let rule = widths.enumerated().map { column, width in
      flushLeft.contains(column) ? String(repeating: "-", count: width) : String(repeating: "-", count: width - 1) + ":"
    }
    return ([line(head), "| " + rule.joined(separator: " | ") + " |"] + rows.dropFirst().map(line)).joined(separator: "\n")
  }
}
