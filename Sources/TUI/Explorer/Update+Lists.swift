import Pipeline

/// The cursors of the panels' lists.
extension ExplorerState {
  /// Moves a panel's cursor; what is in sight of its list stays where it can.
  mutating func moveCursor(of panel: Panel, _ rows: Int) {
    let visible = Layout(self).listRows(panel, self), before = selected
    defer { leaveZoom(of: before) }
    switch panel {
    case .episodes: cursor.move(rows, count: listed.count, visible: visible)
    case .queue: queueCursor.move(rows, count: queueRowCount, visible: visible)
    case .classes: classCursor.move(rows, count: classCount, visible: visible)
    case .settings: settings.move(rows, visible: visible)
    case .pictures, .table, .duel: break
    }
  }

  /// Puts a panel's cursor on a row in sight.
  mutating func pointCursor(of panel: Panel, at row: Int) {
    let visible = Layout(self).listRows(panel, self), before = selected
    defer { leaveZoom(of: before) }
    switch panel {
    case .episodes: cursor.point(at: row, count: listed.count, visible: visible)
    case .queue: queueCursor.point(at: row, count: queueRowCount, visible: visible)
    case .classes: classCursor.point(at: row, count: classCount, visible: visible)
    case .settings: settings.point(at: row, visible: visible)
    case .pictures, .table, .duel: break
    }
  }

  /// A zoom ends with its episode.
  private mutating func leaveZoom(of before: Episode?) {
    if selected != before { (isZoomed, viewport) = (false, Viewport()) }
  }

  /// The row under a panel's cursor.
  func cursorRow(of panel: Panel) -> Int? {
    switch panel {
    case .episodes: cursor.index
    case .queue: queueCursor.index
    case .classes: classCursor.index
    case .settings: settings.row
    case .pictures, .table, .duel: nil
    }
  }

  /// Classes in the shown table.
  var classCount: Int { reports[fold]?.baseline.classes.count ?? 0 }
}
