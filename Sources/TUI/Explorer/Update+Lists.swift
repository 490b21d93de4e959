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
    case .images, .table, .ab: nil
    }
  }

  /// Classes in the shown table.
  var classCount: Int { evaluation.shown[browse.fold]?.baseline.classes.count ?? 0 }

  // MARK: The queue's list

  /// Rows of the queue panel.
  public var queueRowCount: Int { (evaluation.running == nil ? 0 : 1) + queue.jobs.all.count }

  /// The evaluation first, then jobs: what runs and waits in its order, then what has ended, newest first. Nil behind the last one.
  public func queueRow(_ index: Int) -> QueueRow? {
    guard let running = evaluation.running else { return queue.jobs.row(index).map { .job($0) } }
    return index == 0 ? .evaluation(running) : queue.jobs.row(index - 1).map { .job($0) }
  }

  /// The row under the queue's cursor.
  public var selectedQueueRow: QueueRow? { queueRow(queue.cursor.index) }

  /// Jobs that an action of the queue works on: the marked ones in the queue's order, or the one under the cursor.
  public var chosenJobs: [Job] {
    guard queue.marked.isEmpty else { return queue.markedJobs }
    if case .job(let job)? = selectedQueueRow { return [job] }
    return []
  }
}
