import Core

/// A text that is scrolled, or a list that is chosen from, in a box over the panels.
enum ScrollingDialog {
  /// Rows of text in sight.
  static func visibleRows(_ size: Size) -> Int { max(1, box(size).height - 2) }

  static func box(_ size: Size) -> Rect {
    Rect(x: 0, y: 0, width: size.width, height: size.height)
      .centred(width: min(96, max(20, size.width - 4)), height: max(3, size.height - 2))
  }

  static func textWidth(_ size: Size) -> Int { max(1, box(size).width - 4) }
}

/// Everything that was said, newest last.
enum MessagesView {
  static func rows(_ messages: [Notice], _ size: Size) -> [(text: String, level: Notice.Level)] {
    let width = ScrollingDialog.textWidth(size)
    if messages.isEmpty { return [("nothing was said yet", .info)] }
    return messages.flatMap { notice in
      let hint = notice.hint.map { "\n→ " + $0 } ?? ""
      return DisplayText.wrapped(notice.message + hint, to: width).map { ($0, notice.level) }
    }
  }
}

/// Runs on a cluster, the one last submitted first.
enum ClusterView {
  static func rows(_ lines: [String], _ size: Size) -> [String] {
    lines.flatMap { DisplayText.wrapped($0, to: ScrollingDialog.textWidth(size)) }
  }
}

extension ScreenRenderer {
  /// Whatever is over the panels.
  mutating func renderDialog() {
    // Nothing below it can be reached, but the list that a filter works on.
    switch state.dialogs.current {
    case .filter, nil: break
    case let dialog?:
      mark(frame.bounds, .outside)
      renderDialogKeys(dialog)
    }
    switch state.dialogs.current {
    case .commands(let list): renderCommands(list)
    case .picker(let picker): renderPicker(picker)
    case .messages(let top): renderScrolled("Messages", MessagesView.rows(state.dialogs.messages, state.screen.size), top)
    case .cluster(let lines, let top): renderScrolled("Cluster", ClusterView.rows(lines, state.screen.size).map { ($0, .info) }, top)
    case .confirm(let question): renderQuestion(question)
    case .entry(let field, let input, let complaint): renderEntry(field, input, complaint)
    case .text(let purpose, let input): renderText(purpose, input)
    case .filter(let input, _): renderFilter(input)
    case nil: break
    }
  }

  private mutating func renderScrolled(_ title: String, _ rows: [(text: String, level: Notice.Level)], _ top: Int) {
    let most = ScrollingDialog.box(state.screen.size)
    let box = frame.bounds.centred(width: most.width, height: min(most.height, rows.count + 2))
    frame.clear(box)
    mark(box, .dialog)
    let inside = frame.box(
      box, title: title, note: "j k scroll · Esc closes", border: theme.focusedBorder, titleStyle: theme.focusedTitle)
    let first = max(0, min(top, rows.count - inside.height))
    frame.scrollThumb(box, first: first, visible: inside.height, count: rows.count, style: theme.accent)
    for (place, row) in rows.dropFirst(first).prefix(inside.height).enumerated() {
      frame.text(row.text, in: inside.inset(1, 0), row: place, style: style(row.level))
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

  private mutating func renderQuestion(_ question: Confirmation) {
    let (title, text) = state.words(of: question)
    popup(
      title, DisplayText.wrapped(text, to: max(10, min(56, state.screen.size.width - 6))) + [""],
      answers: [("y yes", .character("y")), ("n no", .character("n"))])
  }

  private mutating func renderEntry(_ field: SettingsField, _ input: LineInput, _ complaint: String?) {
    let width = max(10, min(field.isText ? 72 : 44, state.screen.size.width - 6))
    let hint = complaint ?? "\(field.explanation), \(state.settings.allowed(field))"
    popup(
      field.title, ["› \(input.shown(width: width - 2))"] + DisplayText.wrapped(hint, to: width),
      answers: [("Enter takes it", .enter), ("Esc leaves it", .escape)], accented: 0, complaint: complaint != nil)
  }

  private mutating func renderText(_ purpose: TextPurpose, _ input: LineInput) {
    let width = max(10, min(72, state.screen.size.width - 6))
    var lines = ["› \(input.shown(width: width - 2))"] + DisplayText.wrapped(purpose.hint, to: width), styles: [Int: Style] = [:]
    var answers: [(text: String, key: Key)] = [("Enter goes on", .enter), ("Esc leaves it", .escape)]
    if purpose.path != nil {
      answers.insert(("Tab completes", .tab), at: 0)
      // The box stays as it is from letter to letter.
      lines[0] += String(repeating: " ", count: max(0, width - DisplayText(lines[0]).width))
      let insight = state.dialogs.path.flatMap { $0.text == input.text ? $0 : nil }
      styles = [lines.count: insight?.isGood == true ? theme.good : theme.warning, lines.count + 1: theme.faint]
      let verdict = insight?.verdict ?? (state.dialogs.isTaking ? "being looked at…" : "")
      lines.append(DisplayText(verdict).truncated(to: width).text)
      lines.append(DisplayText(Self.list(insight?.names ?? [], width: width)).truncated(to: width).text)
    }
    popup(purpose.title, lines, answers: answers, accented: 0, styles: styles)
  }

  /// As many names as fit into a line, and how many there are beside them.
  private static func list(_ names: [String], width: Int) -> String {
    var line = ""
    for (place, name) in names.enumerated() {
      let next = line + (place == 0 ? "" : "  ") + DisplayText.middle(of: name, to: 24)
      let rest = place + 1 < names.count ? "  +\(names.count - place - 1)" : ""
      guard DisplayText(next + rest).width <= width else { return line + "  +\(names.count - place)" }
      line = next
    }
    return line
  }

  /// In the footer's place, so that the list stays in sight.
  private mutating func renderFilter(_ input: LineInput) {
    let line = layout.footer
    frame.clear(line)
    mark(line, .dialog)
    let note = state.browse.filter.complaint ?? "\(state.browse.listed.count) of \(state.browse.episodes.count)"
    let room = max(8, line.width - DisplayText(note).width - 3)
    frame.spans([("/", theme.key), (input.shown(width: room), theme.strong)], in: line)
    frame.textRight(note, in: line, style: state.browse.filter.complaint == nil ? theme.faint : theme.bad)
    guard layout.kind == .panels, input.text.isEmpty else { return }
    // What can be typed, until something is.
    let lines = DisplayText.wrapped(EpisodeFilter.syntax, to: max(20, min(72, line.width - 4)))
    let box = Rect(x: 0, y: line.y - lines.count - 2, width: min(line.width, 76), height: lines.count + 2)
    frame.clear(box)
    let inside = frame.box(box, title: "Filter", note: "Enter keeps it · Esc drops it", border: theme.border, titleStyle: theme.title)
      .inset(1, 0)
    for (row, text) in lines.enumerated() { frame.text(text, in: inside, row: row, style: theme.faint) }
  }

  /// Lines in a box, and below them the keys that answer it.
  private mutating func popup(
    _ title: String, _ lines: [String], answers: [(text: String, key: Key)], accented: Int? = nil, complaint: Bool = false,
    styles: [Int: Style] = [:]
  ) {
    let last = answers.map(\.text).joined(separator: "   ")
    let width = max(DisplayText(title).width + 6, ((lines + [last]).map { DisplayText($0).width }.max() ?? 0) + 4)
    // The footer names the keys, too.
    let box = frame.bounds.splitTop(layout.footer.y).top.centred(width: width, height: lines.count + 3)
    frame.clear(box)
    mark(box, .dialog)
    let inside = frame.box(box, title: title, border: theme.focusedBorder, titleStyle: theme.focusedTitle).inset(1, 0)
    // A box cut at the bottom keeps its last line: it says how to get out.
    let (text, bottom) = inside.splitTop(min(lines.count, inside.height - 1))
    for (row, line) in lines.prefix(text.height).enumerated() {
      frame.text(line, in: text, row: row, style: styles[row] ?? (row == accented ? theme.strong : complaint ? theme.bad : theme.text))
    }
    var column = 0
    for answer in answers {
      let width = frame.text(answer.text, in: bottom, column: column, style: theme.key)
      mark(Rect(x: bottom.x + column, y: bottom.y, width: width, height: 1), .key(answer.key))
      column += width + 3
    }
  }

  /// Notices of the last seconds, the newest lowest.
  mutating func renderToasts() {
    var places = ToastPlaces(layout)
    for toast in state.dialogs.toasts.reversed() {
      let place = places.place(about: toast.panel), width = max(10, min(64, place.width - 4, state.screen.size.width - 6))
      var lines = DisplayText.wrapped(toast.notice.message, to: width).map { ($0, true) }
      if let hint = toast.notice.hint { lines += DisplayText.wrapped("→ " + hint, to: width).map { ($0, false) } }
      lines = Array(lines.prefix(max(1, state.screen.size.height / 2 - 2)))
      let needed = (lines.map { DisplayText($0.0).width }.max() ?? 0) + 4
      guard let box = places.box(in: place, width: needed, height: lines.count + 2) else { continue }
      frame.clear(box)
      mark(box, .toasts)
      let style = style(toast.notice.level)
      let inside = frame.box(box, title: "", border: toast.notice.level == .info ? theme.accent : style, titleStyle: style).inset(1, 0)
      for (row, line) in lines.enumerated() { frame.text(line.0, in: inside, row: row, style: line.1 ? style : theme.text) }
    }
  }
}
