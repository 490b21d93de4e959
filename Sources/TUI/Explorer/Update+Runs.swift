import Evaluation

/// The table of saved evaluations.
extension ExplorerState {
  /// Rows of the table: what is unfinished, saved evaluations in their order, single predictions.
  var runRows: [RunRow] {
    evaluation.unfinished.map { .unfinished($0) } + evaluation.runs.order.sorted(evaluation.saved).map { .saved($0) } + [.own]
  }

  /// What is under the table's cursor.
  var selectedRow: RunRow { runRows[safe: evaluation.runs.cursor.index] ?? .own }

  /// The saved evaluation under the table's cursor; nil for anything else.
  var selectedRun: Int? { if case .saved(let run) = selectedRow { run } else { nil } }

  /// The unfinished one under the table's cursor; nil for anything else.
  var selectedUnfinished: UnfinishedEvaluation? { if case .unfinished(let evaluation) = selectedRow { evaluation } else { nil } }

  /// Shows the evaluation under the table's cursor, or single predictions in place of one; asks whether an unfinished one is to go on.
  mutating func showRun() -> [Effect] {
    if let unfinished = selectedUnfinished {
      dialogs.open(.confirm(.resume(unfinished)))
      return []
    }
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
    if evaluation.runs.cursor.index + 1 < evaluation.unfinished.count + evaluation.saved.count { moveCursor(of: .runs, 1) }
  }
}
