import Data
import Generation

/// The cursors of the panels' lists.
extension ExplorerState {
  /// Moves a panel's cursor; what is in sight of its list stays where it can.
  mutating func moveCursor(of panel: Panel, _ rows: Int) {
    let visible = Layout(self).listRows(panel, self), before = selected
    switch panel {
    case .episodes: browse.move(rows, visible: visible)
    case .queue: queue.move(rows, count: queueRowCount, visible: visible)
    case .classes: evaluation.move(rows, count: classCount, visible: visible)
    case .settings: settings.move(rows, visible: visible)
    case .runs: evaluation.changeRuns { [count = runRows.count] in $0.move(rows, count: count, visible: visible) }
    case .images, .table, .ab: break
    }
    leaveZoom(of: before)
  }

  /// Puts a panel's cursor on a row in sight.
  mutating func pointCursor(of panel: Panel, at row: Int) {
    let visible = Layout(self).listRows(panel, self), before = selected
    switch panel {
    case .episodes: browse.point(at: row, visible: visible)
    case .queue: queue.point(at: row, count: queueRowCount, visible: visible)
    case .classes: evaluation.point(at: row, count: classCount, visible: visible)
    case .settings: settings.point(at: row, visible: visible)
    case .runs: evaluation.changeRuns { [count = runRows.count] in $0.point(at: row, count: count, visible: visible) }
    case .images, .table, .ab: break
    }
    leaveZoom(of: before)
  }

  /// A zoom ends with its episode.
  private mutating func leaveZoom(of before: Episode?) {
    if selected != before { images.endZoom() }
  }

  /// The row under a panel's cursor.
  func cursorRow(of panel: Panel) -> Int? {
    switch panel {
    case .episodes: browse.cursor.index
    case .queue: queue.cursor.index
    case .classes: evaluation.cursor.index
    case .settings: settings.row
    case .runs: evaluation.runs.cursor.index
    case .images, .table, .ab: nil
    }
  }

  /// Classes in the shown table.
  var classCount: Int { evaluation.shown[browse.fold]?.baseline.classes.count ?? 0 }

  // MARK: The queue's list

  /// Rows of the queue panel.
  public var queueRowCount: Int { (evaluation.running == nil ? 0 : 1) + queue.jobs.rowCount(isOpen: queue.isOpen) }

  /// The evaluation first, then the jobs in the order of `WorkQueue.row`. Nil behind the last one.
  public func queueRow(_ index: Int) -> QueueRow? {
    if let running = evaluation.running, index == 0 { return .evaluation(running) }
    return switch queue.jobs.row(index - (evaluation.running == nil ? 0 : 1), isOpen: queue.isOpen) {
    case .job(let job): .job(job)
    case .finished(let count): .finished(count, isOpen: queue.isOpen)
    case nil: nil
    }
  }

  /// The row under the queue's cursor.
  public var selectedQueueRow: QueueRow? { queueRow(min(queue.cursor.index, max(0, queueRowCount - 1))) }

  /// Jobs that an action of the queue works on: the marked ones in the queue's order, or the one under the cursor.
  public var chosenJobs: [Job] {
    guard queue.marked.isEmpty else { return queue.markedJobs }
    if case .job(let job)? = selectedQueueRow { return [job] }
    return []
  }
}
