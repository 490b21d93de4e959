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
