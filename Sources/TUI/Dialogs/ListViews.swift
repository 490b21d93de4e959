/// Lists to choose from, filtered by typing: help, palette, pickers.
extension ScreenRenderer {
  private static let keyColumn = 14

  /// One line of the help or the palette.
  private struct CommandRow {
    var heading: String?
    /// Place among the list's actions.
    var place = -1
    var keys = ""
    var text = ""
    var isPossible = true
  }

  mutating func renderCommands(_ list: CommandList) {
    let size = state.screen.size
    let box =
      list.form == .help
      ? ScrollingDialog.box(size) : frame.bounds.centred(width: min(76, size.width - 4), height: min(18, size.height - 2))
    let body = openList(
      box, title: list.form == .help ? "Keys" : "Commands", query: list.query, note: "type to filter · Enter runs · Esc closes")
    let rows = list.form == .help ? helpRows(list, width: max(10, body.width - Self.keyColumn)) : paletteRows(list)
    let cursor = rows.firstIndex { $0.place == list.cursor.index } ?? 0
    // A help begins at its top: what is over the first action is for those who read it first.
    let isAtTop = list.form == .help && list.cursor.index == 0
    let first = isAtTop ? 0 : ListCursor(cursor).first(visible: body.height, count: rows.count)
    frame.scrollThumb(box, first: first, visible: body.height, count: rows.count, style: theme.accent)
    if list.actions.isEmpty { frame.text("nothing fits", in: body, style: theme.faint) }
    for (place, row) in rows.dropFirst(first).prefix(body.height).enumerated() {
      if let heading = row.heading {
        frame.text(heading, in: body, row: place, style: theme.focusedTitle)
        continue
      }
      let isCursor = row.place >= 0 && row.place == list.cursor.index
      if row.place >= 0 { mark(body.row(place), .choice(row.place)) }
      if isCursor { frame.clear(body.row(place), style: theme.cursor) }
      let style = isCursor ? theme.cursor : row.isPossible ? theme.text : theme.faint
      let keys = Rect(x: body.x, y: body.y, width: min(body.width, Self.keyColumn - 1), height: body.height)
      frame.text(row.keys, in: keys, row: place, style: isCursor ? style : row.isPossible ? theme.key : theme.faint)
      frame.text(row.text, in: body, row: place, column: Self.keyColumn, style: style)
    }
  }

  /// Why an action cannot be done where it belongs; nil elsewhere, where nobody can tell.
  private func obstacle(_ action: Action) -> String? {
    let isElsewhere = action.panels.map { !$0.contains(state.screen.focus) } ?? false
    return isElsewhere ? nil : action.obstacle(state)
  }

  private func helpRows(_ list: CommandList, width: Int) -> [CommandRow] {
    var rows: [CommandRow] = [], group: Action.Group?
    if list.query.text.isEmpty {
      rows.append(CommandRow(heading: "First steps"))
      for line in FirstSteps.lines {
        for (index, text) in DisplayText.wrapped(line.text, to: width).enumerated() {
          rows.append(CommandRow(keys: index == 0 ? line.key : "", text: text))
        }
      }
      rows.append(CommandRow())
    }
    for (place, action) in list.actions.enumerated() {
      if list.query.text.isEmpty, action.group != group {
        if group != nil { rows.append(CommandRow()) }
        rows.append(CommandRow(heading: action.group.rawValue))
        group = action.group
      }
      var text = "\(action.title): \(action.detail)"
      if let panels = action.panels, panels.count < Panel.tabs.count {
        text += " (in \(panels.sorted { $0.rawValue < $1.rawValue }.map(\.title).joined(separator: ", ")))"
      }
      let obstacle = obstacle(action)
      if let obstacle { text += " Not now: \(obstacle)." }
      for (index, line) in DisplayText.wrapped(text, to: width).enumerated() {
        rows.append(CommandRow(place: place, keys: index == 0 ? action.label : "", text: line, isPossible: obstacle == nil))
      }
    }
    return rows
  }

  private func paletteRows(_ list: CommandList) -> [CommandRow] {
    list.actions.enumerated().map { place, action in
      let obstacle = obstacle(action)
      let panel = action.panels.flatMap { $0.count == 1 ? $0.first.map { " · \($0.title.lowercased())" } : nil } ?? ""
      return CommandRow(
        place: place, keys: action.label, text: obstacle.map { "\(action.title) — \($0)" } ?? action.title + panel,
        isPossible: obstacle == nil)
    }
  }

  mutating func renderPicker(_ picker: Picker) {
    let listed = picker.listed
    let title = picker.rows.map { DisplayText($0.title).width }.max() ?? 0,
      detail = picker.rows.map { DisplayText($0.detail).width }.max() ?? 0
    let hinted = picker.hint.map { min(66, DisplayText($0).width + 4) } ?? 0
    let width = min(state.screen.size.width - 2, max(30, min(100, title + detail + 7), DisplayText(picker.title).width + 8, hinted))
    // The hint goes where it would take the list's last rows.
    let hint = picker.hint.map { DisplayText.wrapped($0, to: max(10, width - 4)) } ?? []
    let rows = picker.rows.count + 3, most = state.screen.size.height - 2
    let box = frame.bounds.centred(width: width, height: min(most, rows + hint.count))
    let inside = openList(box, title: picker.title, query: picker.query, note: "Enter takes it")
    let (body, foot) = inside.splitTop(inside.height - (inside.height >= hint.count + 4 ? hint.count : 0))
    for (row, line) in hint.prefix(foot.height).enumerated() { frame.text(line, in: foot, row: row, style: theme.faint) }
    if listed.isEmpty { frame.text("nothing fits", in: body, style: theme.faint) }
    let first = picker.cursor.first(visible: body.height, count: listed.count)
    for (place, choice) in listed.dropFirst(first).prefix(body.height).enumerated() {
      let isCursor = first + place == picker.cursor.index
      mark(body.row(place), .choice(first + place))
      if isCursor { frame.clear(body.row(place), style: theme.cursor) }
      let style = isCursor ? theme.cursor : choice.isPossible ? theme.text : theme.faint
      let used = frame.text(choice.title, in: body, row: place, style: style)
      frame.text(
        choice.detail, in: body, row: place, column: max(used + 2, min(title + 2, max(body.width - detail, body.width / 2))),
        style: isCursor ? theme.cursor : theme.faint)
    }
    frame.scrollThumb(box, first: first, visible: body.height, count: listed.count, style: theme.accent)
  }

  /// An empty box with the typed text in its first row; returns the place of the list.
  private mutating func openList(_ box: Rect, title: String, query: LineInput, note: String) -> Rect {
    frame.clear(box)
    mark(box, .dialog)
    let inside = frame.box(box, title: title, note: note, border: theme.focusedBorder, titleStyle: theme.focusedTitle).inset(1, 0)
    // In the smallest boxes the list goes before the text.
    guard inside.height >= 3 else { return inside }
    let (line, list) = inside.splitTop(1)
    frame.spans([("› ", theme.key), (query.shown(width: max(1, line.width - 2)), theme.strong)], in: line)
    return list
  }
}
