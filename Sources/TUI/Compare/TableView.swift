import Data

extension ScreenRenderer {
  /// Conditions in columns with control map, image and prediction below one another, or a grid over two axes; IoU beside each.
  mutating func renderTable(_ rect: Rect) {
    guard let table = state.compare.table, let episode = state.browse.selected else {
      _ = panel(.table, rect)
      return
    }
    let name = state.browse.catalog?.className(episode.classIndex) ?? ""
    let inside = panel(.table, rect, title: "\(title(of: table)) · episode \(episode.index + 1): \(name)", note: note(of: table, episode))
    guard inside.width >= 12, inside.height >= 4 else { return }
    // Row titles are on the left where a grid has them; a comparison's rows say what they are themselves.
    let margin = table.kind == .conditions ? 0 : min(10, (table.rowTitles.map { DisplayText($0).width }.max() ?? 0) + 1)
    let (left, body) = inside.splitLeft(margin)
    let columns = table.columnTitles.count, rows = table.rowTitles.count
    // What does not fit is scrolled to with the cursor.
    let width = max(12, body.width / columns), shownColumns = max(1, min(columns, body.width / width))
    let firstColumn = min(max(0, table.column - shownColumns / 2), columns - shownColumns)
    let (head, cells) = body.splitTop(1)
    let height = max(4, cells.height / rows), shownRows = max(1, min(rows, cells.height / height))
    let firstRow = min(max(0, table.row - shownRows / 2), rows - shownRows)
    for column in 0..<shownColumns {
      let place = Rect(x: head.x + column * width, y: head.y, width: width - 1, height: 1)
      frame.text(table.columnTitles[firstColumn + column], in: place, style: theme.strong)
    }
    for row in 0..<shownRows {
      frame.text(table.rowTitles[firstRow + row], in: Rect(x: left.x, y: cells.y + row * height, width: margin, height: 1), style: theme.strong)
      for column in 0..<shownColumns {
        let (y, x) = (firstRow + row, firstColumn + column)
        guard let cell = table.cell(row: y, column: x) else { continue }
        let place = Rect(x: cells.x + column * width, y: cells.y + row * height, width: width - 1, height: height - (height > 4 ? 1 : 0))
        render(cell, table, row: y, column: x, episode, in: place.clipped(to: cells))
        mark(place.clipped(to: cells), .cell(row: y, column: x))
      }
    }
  }

  private mutating func render(_ cell: TableCell, _ table: PlanTable, row: Int, column: Int, _ episode: Episode, in rect: Rect) {
    let aspect: TableAspect =
      table.kind == .conditions ? TableAspect.allCases[safe: row] ?? .generated : table.aspect == .generated ? .generated : .prediction
    var content = TileContent(aspect, cell, state)
    if table.kind == .conditions { content.title = [title(ofRow: row, table), content.title].filter { !$0.isEmpty }.joined(separator: " ") }
    if aspect == .generated, let iou = state.prediction(episode, cell.plan)?.iou, table.kind != .conditions {
      let gain = state.board?.baseline.map { " (\(NumberText.signed(iou - $0.iou)))" } ?? ""
      content.title = "IoU \(NumberText.percent(iou))\(gain) " + content.title
    }
    if aspect == .prediction, let iou = state.prediction(episode, cell.plan)?.iou, let baseline = state.board?.baseline?.iou {
      content.title += " (\(NumberText.signed(iou - baseline)))"
    }
    if content.title.isEmpty { content.title = "IoU ·" }
    let (head, body) = rect.splitTop(1)
    // Every cell keeps the last image of its own place.
    render(content, .table(row: row, column: column), head: head, body: body, row == table.row && column == table.column)
  }

  private func title(ofRow row: Int, _ table: PlanTable) -> String {
    row == 1 && state.settings.supports > 1 ? "\(table.rowTitles[row]) \(table.number + 1)/\(state.settings.supports)" : table.rowTitles[row]
  }

  private func title(of table: PlanTable) -> String {
    switch table.kind {
    case .conditions: "Conditions side by side"
    case .grid(let rows, let columns): "\(rows.title) x \(columns.title)"
    }
  }

  private func note(of table: PlanTable, _ episode: Episode) -> String {
    let board = state.images.boards[episode]
    let missing = table.cells.reduce(0) { $0 + (board?.missing($1.plan).count ?? 0) }
    let baseline = board?.baseline.map { "\(episode.supports.count)-shot \(NumberText.percent($0.iou))" }
    guard missing > 0 else { return baseline ?? "e measures every cell" }
    let times = table.cells.compactMap { cell in
      state.seconds(cell.plan.options).map { $0 * Double(board?.missing(cell.plan).count ?? 0) }
    }
    let time = times.isEmpty ? "" : ", about \(NumberText.clock(times.reduce(0, +)))"
    return ([baseline, "g generates \(missing) images\(time)"] as [String?]).compactMap { $0 }.joined(separator: " · ")
  }

  /// Two images against one another.
  mutating func renderAB(_ rect: Rect) {
    guard let ab = state.compare.ab else {
      _ = panel(.ab, rect)
      return
    }
    let inside = panel(.ab, rect, title: "A against B: \(ab.mode.title)", note: "A \(ab.a.title), B \(ab.b.title)")
    guard !inside.isEmpty else { return }
    let (head, body) = inside.splitTop(1)
    let used = frame.text(ab.title(at: state.screen.now), in: head, style: theme.strong)
    if ab.distance.isFinite {
      frame.textRight("mean difference \(NumberText.percent(ab.distance)) of 255", in: head, after: used + 1, style: theme.faint)
    }
    render(ab.shown(at: state.screen.now), .ab, in: body)
  }
}
