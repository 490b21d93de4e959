import Pipeline

/// A text that is scrolled in a box over the panels.
enum ScrollingDialog {
  /// Rows of text in sight.
  static func visibleRows(_ size: Size) -> Int { max(1, box(size).height - 2) }

  static func box(_ size: Size) -> Rect {
    Rect(x: 0, y: 0, width: size.width, height: size.height)
      .centred(width: min(84, max(20, size.width - 4)), height: max(3, size.height - 2))
  }

  static func textWidth(_ size: Size) -> Int { max(1, box(size).width - 4) }
}

/// The keys and their meaning.
enum HelpView {
  enum Row {
    case heading(String)
    case entry(keys: String, text: String, isPossible: Bool)
    case gap
  }

  static let keyColumn = 14

  static func rowCount(_ state: ExplorerState) -> Int { rows(state).count }

  static func rows(_ state: ExplorerState) -> [Row] {
    let width = max(10, ScrollingDialog.textWidth(state.size) - keyColumn)
    var rows: [Row] = []
    for group in Action.Group.allCases {
      if !rows.isEmpty { rows.append(.gap) }
      rows.append(.heading(group.rawValue))
      for action in Action.all where action.group == group {
        let isElsewhere = action.panels.map { !$0.contains(state.focus) } ?? false
        let obstacle = isElsewhere ? nil : action.obstacle(state)
        var text = action.detail
        if let panels = action.panels, panels.count < Panel.allCases.count {
          text += " (in \(panels.sorted { $0.rawValue < $1.rawValue }.map(\.title).joined(separator: ", ")))"
        }
        if let obstacle { text += " Not now: \(obstacle)." }
        for (index, line) in DisplayText.wrapped(text, to: width).enumerated() {
          rows.append(.entry(keys: index == 0 ? action.label : "", text: line, isPossible: obstacle == nil))
        }
      }
    }
    return rows
  }
}

/// Everything that was said, newest last.
enum MessagesView {
  static func rowCount(_ state: ExplorerState) -> Int { rows(state).count }

  static func rows(_ state: ExplorerState) -> [(text: String, level: Notice.Level)] {
    let width = ScrollingDialog.textWidth(state.size)
    if state.messages.isEmpty { return [("nothing was said yet", .info)] }
    return state.messages.flatMap { notice in
      let hint = notice.hint.map { "\n→ " + $0 } ?? ""
      return DisplayText.wrapped(notice.message + hint, to: width).map { ($0, notice.level) }
    }
  }
}

extension ScreenPainter {
  /// Whatever lies over the panels.
  mutating func paintDialog() {
    switch state.dialog {
    case .help(let top): paintHelp(top)
    case .messages(let top): paintMessages(top)
    case .confirm(let question): paintQuestion(question)
    case .entry(let field, let text, let complaint): paintEntry(field, text, complaint)
    case nil: break
    }
  }

  private mutating func scroll(_ title: String, top: Int, count: Int) -> (inside: Rect, first: Int) {
    let box = ScrollingDialog.box(state.size)
    frame.clear(box)
    let inside = frame.box(
      box, title: title, note: "j k scroll · Esc closes", border: theme.focusedBorder, titleStyle: theme.focusedTitle)
    let first = max(0, min(top, count - inside.height))
    frame.scrollThumb(box, first: first, visible: inside.height, count: count, style: theme.accent)
    return (inside.inset(1, 0), first)
  }

  private mutating func paintHelp(_ top: Int) {
    let rows = HelpView.rows(state)
    let (inside, first) = scroll("Keys", top: top, count: rows.count)
    for (place, row) in rows.dropFirst(first).prefix(inside.height).enumerated() {
      switch row {
      case .heading(let text): frame.text(text, in: inside, row: place, style: theme.focusedTitle)
      case .entry(let keys, let text, let isPossible):
        frame.text(keys, in: Rect(x: inside.x, y: inside.y, width: min(inside.width, HelpView.keyColumn - 1), height: inside.height), row: place, style: isPossible ? theme.key : theme.faint)
        frame.text(text, in: inside, row: place, column: HelpView.keyColumn, style: isPossible ? theme.text : theme.faint)
      case .gap: break
      }
    }
  }

  private mutating func paintMessages(_ top: Int) {
    let rows = MessagesView.rows(state)
    let (inside, first) = scroll("Messages", top: top, count: rows.count)
    for (place, row) in rows.dropFirst(first).prefix(inside.height).enumerated() {
      frame.text(row.text, in: inside, row: place, style: style(row.level))
    }
  }

  /// The style of a notice.
  func style(_ level: Notice.Level) -> Style {
    switch level {
    case .info: theme.text
    case .warning: theme.warning
    case .error: theme.bad
    }
  }

  private mutating func paintQuestion(_ question: Confirmation) {
    let title: String
    var text: String
    switch question {
    case .quit:
      title = "Quit?"
      let count = state.queue.unfinished
      text =
        count > 0
        ? "\(count) picture\(count == 1 ? " is" : "s are") not painted yet: the queue goes on at the next start."
        : "An evaluation is under way: asked for again, it goes on from its finished episodes."
    case .evaluate(let plan):
      title = "Evaluate fold \(plan.fold)?"
      let images = plan.episodes * plan.auxiliaryShots
      text = "\(plan.episodes) episodes, \(plan.shots)-shot against \(plan.shots)+\(plan.auxiliaryShots), condition \(plan.options.condition.rawValue), \(plan.options.steps) steps: up to \(images) pictures to paint"
      if let rate = state.queue.secondsPerStep {
        text += ", at most \(WorkQueue.clock(rate * Double(images * plan.options.steps)))"
      }
      text += ". Painted ones are not painted again."
    }
    popup(title, DisplayText.wrapped(text, to: max(10, min(56, state.size.width - 6))) + ["", "y yes   n no"])
  }

  private mutating func paintEntry(_ field: SettingsField, _ text: String, _ complaint: String?) {
    let width = max(10, min(44, state.size.width - 6))
    let hint = complaint ?? "\(field.explanation), \(state.settings.allowed(field))"
    popup(field.title, ["› \(text)▏"] + DisplayText.wrapped(hint, to: width) + ["Enter takes it   Esc leaves it"], accented: 0, complaint: complaint != nil)
  }

  private mutating func popup(_ title: String, _ lines: [String], accented: Int? = nil, complaint: Bool = false) {
    let width = max(DisplayText(title).width + 6, (lines.map { DisplayText($0).width }.max() ?? 0) + 4)
    let box = frame.bounds.centred(width: width, height: lines.count + 2)
    frame.clear(box)
    let inside = frame.box(box, title: title, border: theme.focusedBorder, titleStyle: theme.focusedTitle).inset(1, 0)
    // A box cut at the bottom keeps its last line: it says how to get out.
    let shown = lines.count > inside.height ? Array(lines.prefix(max(0, inside.height - 1))) + lines.suffix(1) : lines
    for (row, line) in shown.prefix(inside.height).enumerated() {
      let style = row == accented ? theme.strong : complaint && row < shown.count - 1 ? theme.bad : theme.text
      frame.text(line, in: inside, row: row, style: row == shown.count - 1 && shown.count > 1 ? theme.key : style)
    }
  }

  /// Notices of the last seconds, above the footer on the right.
  mutating func paintToasts() {
    var bottom = layout.footer.y
    for toast in state.toasts.reversed() {
      let width = max(10, min(64, state.size.width - 6))
      var lines = DisplayText.wrapped(toast.notice.message, to: width).map { ($0, true) }
      if let hint = toast.notice.hint { lines += DisplayText.wrapped("→ " + hint, to: width).map { ($0, false) } }
      lines = Array(lines.prefix(max(1, state.size.height / 2 - 2)))
      let needed = (lines.map { DisplayText($0.0).width }.max() ?? 0) + 4
      let height = lines.count + 2
      guard bottom - height >= layout.header.maxY else { return }
      let box = Rect(x: max(0, frame.size.width - needed), y: bottom - height, width: min(needed, frame.size.width), height: height)
      frame.clear(box)
      let style = style(toast.notice.level)
      let inside = frame.box(box, title: "", border: toast.notice.level == .info ? theme.accent : style, titleStyle: style).inset(1, 0)
      for (row, line) in lines.enumerated() { frame.text(line.0, in: inside, row: row, style: line.1 ? style : theme.text) }
      bottom -= height
    }
  }
}
