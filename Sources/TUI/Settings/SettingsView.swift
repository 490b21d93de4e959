import Core

extension ScreenRenderer {
  /// The form: one setting a row, the one under the cursor with its meaning in the lower edge; what generating would cost in one of the edges.
  mutating func renderSettings(_ rect: Rect) {
    let form = state.settings
    let isFocused = state.screen.focus == .settings
    let estimate = estimate
    // In little room the images, without their time. Figures in the list that are of other settings are said to be.
    let costs = [estimate, String(estimate.prefix { $0 != "," })].filter { !$0.isEmpty }
    let words = isFocused ? costs : state.otherRun.map { ["not those of \(state.word(for: $0))", "not \(state.word(for: $0))'s"] } ?? []
    let title = words.map { "\(Panel.settings.title) · \($0)" }.first { DisplayText($0).width <= rect.width - 4 }
    let inside = panel(.settings, rect, title: title, note: isFocused ? form.field.explanation : estimate)
    let fields = form.fields
    let first = form.first(visible: inside.height)
    for (row, field) in fields.dropFirst(first).prefix(inside.height).enumerated() {
      let isCursor = isFocused && field == form.field
      let style = isCursor ? theme.cursor : theme.text
      mark(inside.row(row), .row(.settings, first + row))
      if isCursor { frame.clear(inside.row(row), style: style) }
      frame.text(field.title, in: inside, row: row, column: 1, style: style)
      // A long prompt shows its end, behind its title.
      let room = max(4, inside.width - 16), long = form.shown(field) + (field == .speed ? state.timeOfImage : "")
      let value = DisplayText.tail(of: DisplayText(long).width <= room ? long : form.shown(field), to: room)
      let shown = isCursor ? "‹ \(value) ›" : "\(value)  "
      let width = frame.textRight(shown, in: inside, row: row, after: 11, style: isCursor ? style : theme.accent)
      if isCursor, width > 0 {
        mark(Rect(x: inside.maxX - width, y: inside.y + row, width: 2, height: 1), .step(-1))
        mark(Rect(x: inside.maxX - 2, y: inside.y + row, width: 2, height: 1), .step(1))
      }
      if inside.width >= 34, isCursor, let range = form.range(field) {
        let text = "\(SettingsForm.decimal(range.lowerBound))–\(SettingsForm.decimal(range.upperBound))"
        frame.text(text, in: Rect(x: inside.x, y: inside.y, width: inside.width - 12, height: inside.height), row: row, column: 11, style: style)
      }
    }
    frame.scrollThumb(rect, first: first, visible: inside.height, count: fields.count, style: theme.accent)
  }

  /// What `g` would cost now: images that are not generated, and the time they take at the present pace. Until the store is asked an episode
  /// is taken to have no supports where the one before had none.
  private var estimate: String {
    let board = state.board, isKnown = board?.plans[state.plan] != nil
    guard isKnown || !state.images.hasSupports && state.selected != nil else { return "" }
    let missing = isKnown ? board?.missing(state.plan).count ?? 0 : state.plan.count
    guard missing > 0 else { return "generated" }
    let time = state.seconds(state.settings.options, images: missing).map { ", about \(NumberText.clock($0))" } ?? ""
    return "\(Counted(missing, "image"))\(time)"
  }
}
