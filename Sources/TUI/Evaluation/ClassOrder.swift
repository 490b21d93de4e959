import Data

/// The order of the classes in their table.
public enum ClassOrder: String, CaseIterable, Hashable, Codable, Sendable {
  case label, name, before, after, difference

  public var title: String {
    switch self {
    case .label: "as in the data set"
    case .name: "by name"
    case .before: "by IoU, worst first"
    case .after: "by IoU with generated supports, worst first"
    case .difference: "by difference, worst first"
    }
  }

  /// Rows in this order; equal ones stay as they are.
  func sorted(_ rows: [ClassTable.Row]) -> [ClassTable.Row] {
    func by(_ value: (ClassTable.Row) -> Double?) -> [ClassTable.Row] {
      // What was not measured comes last.
      rows.enumerated().sorted { (value($0.element) ?? .infinity, $0.offset) < (value($1.element) ?? .infinity, $1.offset) }.map(\.element)
    }
    return switch self {
    case .label: rows
    case .name: rows.sorted { $0.name < $1.name }
    case .before: by(\.before)
    case .after: by { $0.after ?? $0.before }
    case .difference: by { row in row.before.map { (row.after ?? $0) - $0 } }
    }
  }
}
