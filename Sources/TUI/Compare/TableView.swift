import Core
import Data

extension ScreenRenderer {
  /// Conditions in columns with control map, image and prediction below one another, or a grid over two axes; IoU beside each.
  mutating func renderTable(_ rect: Rect) {
    guard let table = state.compare.table, let episode = state.browse.selected else {
      _ = panel(.table, rect)
      return
    }
    let name = state.browse.catalog?.className(episode.classIndex) ?? ""
    let title = "\(title(of: table)) · episode \(episode.index + 1): \(name)", inside = panel(.table, rect, title: title)
    renderEdge(of: table, episode, in: rect)
    guard inside.width >= 12, inside.height >= 4 else { return }
    switch table.kind {
    case .conditions: renderColumns(table, episode, in: inside, of: rect, below: title)
    case .grid: renderGrid(table, episode, in: inside)
    }
  }

  /// A column a condition, its prediction large.
  private mutating func renderColumns(_ table: PlanTable, _ episode: Episode, in inside: Rect, of box: Rect, below title: String) {
    let aspects = TableAspect.allCases, plans = state.images.boards[episode]?.plans ?? [:]
    let contents = table.cells.map { cell in aspects.map { TileContent($0, cell, state) } }
    let pictured = aspects.indices.filter { row in
      zip(contents, table.cells).contains { $0[row].hasPicture(isKnown: row == 0 || plans[$1.plan] != nil) }
    }
    let layout = ComparisonLayout(
      table.cells.count, pictured: Set(pictured.map { aspects[$0] }), cursor: aspects[safe: table.row] ?? .control,
      in: Size(width: inside.width, height: inside.height)
    ) { aspect in shape(of: aspect, table, episode) }
    let first = min(max(0, table.column - layout.columns / 2), table.cells.count - layout.columns)
    if layout.columns < table.cells.count {
      let text = "\(first + 1)-\(first + layout.columns) of \(table.cells.count)"
      frame.edge([(text, theme.border)], of: box, isLower: false, isRight: true, taken: DisplayText(title).width + 2)
    }
    for place in 0..<layout.columns {
      let column = first + place, x = inside.x + place * (layout.column.width + 1)
      let area = Rect(x: x, y: inside.y, width: layout.column.width, height: inside.height).clipped(to: inside)
      frame.text(table.columnTitles[column], in: area, style: column == table.column ? theme.focusedTitle : theme.strong)
      for (aspect, rect) in layout.places {
        let place = Rect(x: x + rect.x, y: inside.y + rect.y, width: rect.width, height: rect.height).clipped(to: area)
        renderCell(aspect, contents[column], table, column: column, in: place, titleWidth: layout.titleWidth(of: rect))
      }
      for (row, aspect) in layout.lines.enumerated() {
        let line = Rect(x: x, y: inside.maxY - layout.lines.count + row, width: layout.column.width, height: 1).clipped(to: area)
        renderCell(aspect, contents[column], table, column: column, in: line, titleWidth: line.width)
      }
    }
  }

  /// An aspect of a condition: a title over its image, or both in a line.
  private mutating func renderCell(
    _ aspect: TableAspect, _ contents: [TileContent], _ table: PlanTable, column: Int, in rect: Rect, titleWidth: Int
  ) {
    guard let row = TableAspect.allCases.firstIndex(of: aspect), var content = contents[safe: row], let cell = table.cells[safe: column],
      let episode = state.browse.selected
    else { return }
    content.title = [title(ofRow: row, table), content.title].filter { !$0.isEmpty }.joined(separator: " ")
    if aspect == .prediction, let iou = state.prediction(episode, cell.plan)?.iou, let baseline = state.board?.baseline?.iou {
      content.title += " (\(NumberText.change(from: baseline, to: iou)))"
      // The figures go before the word: a prediction is known by its looks.
      if DisplayText(content.title).width > titleWidth { content.title = content.title.replacing("prediction ", with: "") }
    }
    let isCursor = row == table.row && column == table.column
    mark(rect, .cell(row: row, column: column))
    if rect.height == 1 {
      let used = frame.text(content.title, in: rect, style: isCursor ? theme.cursor : theme.strong)
      frame.text(content.placeholder, in: rect, column: used + 2, style: content.hasFailed ? theme.bad : theme.faint)
    } else {
      // Every cell keeps the last image of its own place.
      let head = Rect(x: rect.x, y: rect.y, width: titleWidth, height: 1)
      render(content, .table(row: row, column: column), head: head, body: rect.splitTop(1).rest, isCursor)
    }
  }

  /// Values of one setting below, those of another one beside each other.
  private mutating func renderGrid(_ table: PlanTable, _ episode: Episode, in inside: Rect) {
    let margin = min(10, (table.rowTitles.map { DisplayText($0).width }.max() ?? 0) + 1)
    let (left, body) = inside.splitLeft(margin)
    let columns = table.columnTitles.count, rows = table.rowTitles.count, (head, cells) = body.splitTop(1)
    let shape = shape(of: table.aspect == .prediction ? .prediction : .generated, table, episode)
    let shown = ImageLayout.table(rows: rows, columns: columns, shape: shape, in: Size(width: cells.width, height: cells.height))
    // What does not fit is scrolled to with the cursor. Titles are longer than small images are wide.
    let (shownRows, shownColumns, height) = (shown.rows, shown.columns, shown.cell.height)
    let large = large(table, beside: shownColumns * (shown.cell.width + 1), shown.cell, shape, in: body)
    let width = large == nil ? min(cells.width / shownColumns, shown.cell.width + Self.titleRoom) : shown.cell.width + 1
    let firstColumn = min(max(0, table.column - shownColumns / 2), columns - shownColumns)
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
        let place = Rect(x: cells.x + column * width, y: cells.y + row * height, width: width - 1, height: height)
        render(cell, table, row: y, column: x, episode, in: place.clipped(to: cells))
        mark(place.clipped(to: cells), .cell(row: y, column: x))
      }
    }
    if let large, let cell = table.selected { renderLarge(cell, table, episode, in: large) }
  }

  /// The place of the selected cell's image beside the cells, where they leave it room to be half as high again as they are.
  private func large(_ table: PlanTable, beside used: Int, _ cell: Size, _ shape: Double, in body: Rect) -> Rect? {
    let rest = body.splitLeft(used + 1).rest, room = Size(width: rest.width, height: max(0, rest.height - 1))
    let height = ImageLayout(large: [shape], in: room).places.first.map { $0.rect.height } ?? 0
    return rest.width >= 24 && 2 * height >= 3 * cell.height ? rest : nil
  }

  /// What the selected cell's settings are, its figures and its image.
  private mutating func renderLarge(_ cell: TableCell, _ table: PlanTable, _ episode: Episode, in rect: Rect) {
    let (name, rest) = rect.splitTop(1)
    frame.text(cell.title, in: name, style: theme.focusedTitle)
    let (head, body) = rest.splitTop(1)
    render(content(cell, table, episode), .cell, head: head, body: body, false)
  }

  /// Columns beside an image for the rest of its title.
  private static let titleRoom = 14

  /// The shape of an aspect's images: of those that there are the widest, else as the requests and the query say.
  private func shape(of aspect: TableAspect, _ table: PlanTable, _ episode: Episode) -> Double {
    let board = state.images.boards[episode], cellAspect = capabilities.cellAspect
    if aspect == .prediction {
      return board?.query.map { ImageLayout.shape(width: $0.image.width, height: $0.image.height, cellAspect: cellAspect) } ?? 1 / cellAspect
    }
    let request = table.cells.lazy.compactMap { board?.plans[$0.plan]?.first }.first
    return request.map { ImageLayout.shape(width: $0.width, height: $0.height, cellAspect: cellAspect) } ?? 1 / cellAspect
  }

  private mutating func render(_ cell: TableCell, _ table: PlanTable, row: Int, column: Int, _ episode: Episode, in rect: Rect) {
    var content = content(cell, table, episode)
    let (head, body) = rect.splitTop(1)
    // Of its figures the first ones go before words of the others.
    if DisplayText(content.title(width: head.width)).width > head.width, let end = content.title.firstRange(of: "  ") {
      content.title = String(content.title[..<end.lowerBound])
    }
    if DisplayText(content.title).width > head.width { content.title = content.title.replacing("IoU ", with: "") }
    // Every cell keeps the last image of its own place.
    render(content, .table(row: row, column: column), head: head, body: body, row == table.row && column == table.column)
  }

  /// A cell of a grid with its figures: the IoU first, which small cells have room for.
  private func content(_ cell: TableCell, _ table: PlanTable, _ episode: Episode) -> TileContent {
    let aspect = table.aspect == .generated ? TableAspect.generated : .prediction
    var content = TileContent(aspect, cell, state)
    if let iou = state.prediction(episode, cell.plan)?.iou {
      let gain = state.board?.baseline.map { " (\(NumberText.change(from: $0.iou, to: iou)))" } ?? ""
      content.title = aspect == .generated ? "IoU \(NumberText.percent(iou))\(gain)  \(content.title)" : content.title + gain
    }
    if content.title.isEmpty { content.title = "IoU ·" }
    return content
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

  /// In the lower edge: what all cells have in common, and what they lack.
  private mutating func renderEdge(of table: PlanTable, _ episode: Episode, in box: Rect) {
    let board = state.images.boards[episode]
    let missing = table.cells.reduce(0) { $0 + (board?.missing($1.plan).count ?? 0) }
    let baseline = board?.baseline.map { "\(episode.supports.count)-shot \(NumberText.percent($0.iou))" }
    let times = table.cells.compactMap { cell in
      state.seconds(cell.plan.options).map { $0 * Double(board?.missing(cell.plan).count ?? 0) }
    }
    let time = times.isEmpty ? "" : ", about \(NumberText.clock(times.reduce(0, +)))"
    let lacks = missing > 0 ? "g generates \(Counted(missing, "image"))\(time)" : baseline == nil ? "e measures every cell" : nil
    let note = [baseline, lacks].compactMap { $0 }.joined(separator: " · ")
    let taken = frame.edge([(note, theme.border)], of: box, isLower: true, isRight: true) + 3
    let common = RunName.of(
      state.settings.options, network: state.settings.network, shots: episode.supports.count,
      supports: table.cells.first?.plan.count ?? 1, varying: table.varying)
    // The network is what the figures cannot do without; it is named first.
    let room = max(0, box.width - 4 - taken), shown = DisplayText(common).truncated(to: room).text
    frame.edge([(shown, theme.faint)], of: box, isLower: true, taken: taken)
  }
}
