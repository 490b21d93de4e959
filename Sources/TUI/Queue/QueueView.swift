import Generation

extension ScreenRenderer {
  /// Progress of the whole queue, then its rows: what runs, what waits, what has ended.
  mutating func renderQueue(_ rect: Rect) {
    let count = state.queueRowCount
    guard rect.height > 1 else { return collapse(.queue, rect, queueNote.isEmpty ? "empty, g fills it" : queueNote) }
    let inside = panel(.queue, rect, note: queueNote)
    guard !inside.isEmpty else { return }
    guard count > 0 else {
      frame.text("empty", in: inside, style: theme.faint)
      frame.text("g generates supports", in: inside, row: 1, style: theme.faint)
      return
    }
    let cursor = min(state.queue.cursor.index, count - 1)
    let first = state.queue.cursor.first(visible: inside.height, count: count)
    for place in 0..<inside.height {
      guard let row = state.queueRow(first + place) else { break }
      let isCursor = state.screen.focus == .queue && first + place == cursor
      mark(inside.row(place), .row(.queue, first + place))
      if isCursor { frame.clear(inside.row(place), style: theme.cursor) }
      switch row {
      case .evaluation(let evaluation): render(evaluation, in: inside.row(place), isCursor)
      case .job(let job): render(job, in: inside.row(place), isCursor)
      case .finished(let count, let isOpen):
        let style = isCursor ? theme.cursor : theme.good
        let evaluated = state.queue.jobs.evaluated, ofThese = evaluated > 0 && evaluated < count ? " (\(evaluated) by E)" : ""
        let used = frame.text("✓ \(count) generated\(ofThese)", in: inside.row(place), style: style)
        frame.textRight(isOpen ? "▾" : "▸", in: inside.row(place), after: used + 1, style: style)
      }
    }
    frame.scrollThumb(rect, first: first, visible: inside.height, count: count, style: theme.accent)
  }

  private var queueNote: String {
    let queue = state.queue.jobs
    let paused = state.queue.isPaused ? "paused · " : ""
    let marks = state.queue.marked.isEmpty ? "" : "\(state.queue.marked.count) marked · "
    guard queue.unfinished > 0 else { return paused + marks + (queue.generated > 0 ? "\(queue.generated) generated" : "") }
    let left = queue.secondsLeft.map { " · \(NumberText.clock($0)) left" } ?? ""
    return "\(paused)\(marks)\(queue.unfinished) to go\(left)"
  }

  private mutating func render(_ job: Job, in line: Rect, _ isCursor: Bool) {
    let mark: String
    var style = theme.text
    var right = ""
    switch job.state {
    case .queued: (mark, style, right) = ("◌", theme.faint, "waits")
    case .running(let step, let count): (mark, style, right) = ("▶", theme.accent, " \(step)/\(count)")
    case .interrupted(let reason): (mark, style, right) = ("◍", theme.accent, line.width >= 60 ? reason : "goes on")
    case .finished: (mark, style, right) = ("✓", theme.good, seconds(job.elapsed))
    case .failed(let reason): (mark, style, right) = ("✗", theme.bad, line.width >= 60 ? reason : "failed")
    case .cancelled: (mark, style, right) = ("–", theme.faint, "cancelled")
    }
    let isMarked = state.queue.marked.contains(job.id)
    if isMarked { style = theme.marked }
    if isCursor { style = theme.cursor }
    // A running one keeps some room for its bar.
    let room = line.width - DisplayText(right).width - 3 - (job.state.isRunning ? min(12, line.width / 6) : 0)
    let used = frame.text("\(isMarked ? "●" : mark) \(state.name(job, width: room))", in: line, style: style)
    let width = frame.textRight(right, in: line, after: used + 1, style: style)
    if case .running(let step, let count) = job.state {
      let room = line.width - used - width - 1
      if room >= 4 {
        frame.bar(
          Double(step) / Double(max(1, count)), in: line, column: used + 1, width: min(30, room), style: style,
          empty: isCursor ? style : theme.faint)
      }
    }
  }

  private func seconds(_ value: Double) -> String { value < 60 ? "\(NumberText.percent(value))s" : NumberText.clock(value) }

  private mutating func render(_ evaluation: RunningEvaluation, in line: Rect, _ isCursor: Bool) {
    let style = isCursor ? theme.cursor : theme.accent
    let fold = line.width >= 40 ? "fold \(evaluation.plan.fold): " : ""
    let used = frame.text("▶ \(fold)\(evaluation.text)", in: line, style: style)
    guard let fraction = evaluation.fraction else { return }
    let room = line.width - used - 1
    if room >= 4 {
      frame.bar(fraction, in: line, column: used + 1, width: min(30, room), style: style, empty: isCursor ? style : theme.faint)
    }
  }
}
