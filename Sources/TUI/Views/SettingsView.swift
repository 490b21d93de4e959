extension ScreenPainter {
  /// The form: one setting a row, the one under the cursor with its meaning in the lower edge.
  mutating func paintSettings(_ rect: Rect) {
    let form = state.settings
    let isFocused = state.focus == .settings
    let note = isFocused ? form.field.explanation : ""
    let inside = panel(.settings, rect, note: note)
    let fields = form.fields
    let first = ListCursor(fields.firstIndex(of: form.field) ?? 0).first(visible: inside.height, count: fields.count)
    for (row, field) in fields.dropFirst(first).prefix(inside.height).enumerated() {
      let isCursor = isFocused && field == form.field
      let style = isCursor ? theme.cursor : theme.text
      if isCursor { frame.clear(inside.row(row), style: style) }
      frame.text(field.title, in: inside, row: row, column: 1, style: style)
      let value = form.value(field)
      let shown = isCursor ? "‹ \(value) ›" : "\(value)  "
      frame.textRight(shown, in: inside, row: row, after: 11, style: isCursor ? style : theme.accent)
      if inside.width >= 34, isCursor, let range = form.range(field) {
        let text = "\(SettingsForm.decimal(range.lowerBound))–\(SettingsForm.decimal(range.upperBound))"
        frame.text(text, in: Rect(x: inside.x, y: inside.y, width: inside.width - 12, height: inside.height), row: row, column: 11, style: style)
      }
    }
    frame.scrollThumb(rect, first: first, visible: inside.height, count: fields.count, style: theme.accent)
  }
}
