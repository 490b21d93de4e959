/// The table of saved evaluations.
extension ExplorerState {
  /// Rows of the table: saved evaluations by their places, then single predictions as nil.
  var runRows: [Int?] { evaluation.runs.order.sorted(evaluation.saved) + [nil] }

  /// The evaluation under the table's cursor; nil for single predictions.
  var selectedRun: Int? { runRows[safe: evaluation.runs.cursor.index] ?? nil }

  /// Shows the evaluation under the table's cursor, or single predictions in place of one.
  mutating func showRun() -> [Effect] {
    guard let index = selectedRun, let report = evaluation.saved[safe: index] else {
      evaluation.showOwn(true)
      screen.focus(on: .episodes)
      return []
    }
    evaluation.show(report)
    screen.focus(on: .classes)
    return report.plan.fold == browse.fold ? [] : openFold(report.plan.fold)
  }

  /// Shows the last marked evaluation against the one that was marked before it.
  mutating func compareRuns() -> [Effect] {
    let pair = evaluation.runs.marked.suffix(2).compactMap { evaluation.saved[safe: $0] }
    guard pair.count == 2, obstacleToComparison == nil else { return [] }
    evaluation.show(pair[1])
    screen.focus(on: .classes)
    let effects = pair[1].plan.fold == browse.fold ? [] : openFold(pair[1].plan.fold)
    evaluation.compare(with: pair[0])
    return effects
  }

  /// Why the marked evaluations cannot be shown against each other; nil when they can.
  var obstacleToComparison: String? {
    let pair = evaluation.runs.marked.suffix(2).compactMap { evaluation.saved[safe: $0] }
    if pair.count < 2 { return "mark two with Space" }
    guard pair[0].plan.fold == pair[1].plan.fold else { return "the last two marked ones are of different folds" }
    return pair[1].unlike(pair[0]).map { "the last two marked ones have no common measure: \($0)" }
  }

  mutating func markRun() {
    guard let run = selectedRun else { return }
    evaluation.changeRuns { $0.toggleMark(run) }
    // Below the last one are the single predictions, which cannot be marked.
    if evaluation.runs.cursor.index + 1 < evaluation.saved.count { moveCursor(of: .runs, 1) }
  }
}
