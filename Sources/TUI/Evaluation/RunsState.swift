import Evaluation
import Generation

/// The table of saved evaluations: its order, its cursor, and which of them are compared. Evaluations are told by their place among all,
/// the newest being 0.
public struct RunsState: Hashable, Sendable {
  public private(set) var cursor = ListCursor()
  public private(set) var order = RunOrder.newest
  /// Those that are compared, as they were marked.
  public private(set) var marked: [Int] = []

  /// Most that are compared at once.
  static let mostMarked = 6

  mutating func move(_ rows: Int, count: Int, visible: Int?) { cursor.move(rows, count: count, visible: visible) }

  mutating func point(at row: Int, count: Int, visible: Int?) { cursor.point(at: row, count: count, visible: visible) }

  mutating func nextOrder() { (order, cursor) = (order.next, ListCursor()) }

  /// Marks an evaluation or takes its mark away; the oldest mark goes where there are too many.
  mutating func toggleMark(_ run: Int) {
    if let place = marked.firstIndex(of: run) { marked.remove(at: place) } else { marked = marked.suffix(Self.mostMarked - 1) + [run] }
  }

  mutating func unmark() { marked = [] }

  /// Evaluations have other places now, or none.
  mutating func renumber(_ place: (Int) -> Int?) { marked = marked.compactMap(place) }

  /// The evaluations are others.
  mutating func forget() { (cursor, marked) = (ListCursor(), []) }
}

/// A row of the table.
enum RunRow: Hashable, Sendable {
  case unfinished(UnfinishedEvaluation)
  /// By its place among all.
  case saved(Int)
  /// Single predictions with the settings of the form.
  case own
}

/// The order of the saved evaluations.
public enum RunOrder: CaseIterable, Hashable, Sendable {
  case newest, fold, network, condition, supports, steps, miou, difference

  public var title: String {
    switch self {
    case .newest: "newest first"
    case .fold: "by fold"
    case .network: "by network"
    case .condition: "by condition"
    case .supports: "by generated supports"
    case .steps: "by steps"
    case .miou: "by mIoU, best first"
    case .difference: "by difference, best first"
    }
  }

  /// Places of evaluations in this order; equal ones stay as they are, the newest first.
  func sorted(_ reports: [EvaluationReport]) -> [Int] {
    func by<Key: Comparable>(_ key: (EvaluationReport) -> Key) -> [Int] {
      let keys = reports.map(key)
      return reports.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    }
    return switch self {
    case .newest: Array(reports.indices)
    case .fold: by(\.plan.fold)
    case .network: by(\.plan.network.rawValue)
    case .condition: by { $0.plan.auxiliaryShots > 0 ? $0.plan.options.condition.rawValue : "" }
    case .supports: by(\.plan.auxiliaryShots)
    case .steps: by(\.plan.options.steps)
    case .miou: by { -($0.augmented ?? $0.baseline).miou.value }
    // What was not measured comes last.
    case .difference: by { $0.difference.map { -$0.miou.value } ?? .infinity }
    }
  }
}
