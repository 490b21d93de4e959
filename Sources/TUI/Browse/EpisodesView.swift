import Data

extension ScreenRenderer {
  /// The episode list: number, class, query, and the IoU with one support and with the generated ones where known.
  mutating func renderEpisodes(_ rect: Rect) {
    let count = state.browse.listed.count
    let shots = state.browse.episodes.first?.supports.count ?? 1
    let marks = state.browse.marked.isEmpty && state.browse.range == nil ? "" : "\(state.browse.chosen.count) marked · "
    let order = state.browse.order == .drawn ? "" : " · \(state.browse.order.word)"
    // Where nothing is measured no run has to be named.
    let title = state.evaluation.scores.isEmpty ? nil : self.title(Panel.episodes.title, of: state.run, in: rect)
    let note = count == 0 ? "" : "\(marks)\(state.browse.cursor.index + 1)/\(count) · \(shots)-shot\(order)"
    let inside = panel(.episodes, rect, title: title, note: note)
    guard !inside.isEmpty else { return }
    guard count > 0 else { return renderNoEpisodes(inside) }
    let hasHead = EpisodeColumns.hasHead(inside)
    let columns = EpisodeColumns(width: inside.width, count: state.browse.episodes.count)
    if hasHead { render(columns.head(state.run, shots: shots), columns, in: inside, row: 0, style: theme.faint) }
    let (_, list) = inside.splitTop(hasHead ? 1 : 0)
    let first = state.browse.cursor.first(visible: list.height, count: count)
    for row in 0..<min(list.height, count - first) {
      let episode = state.browse.episodes[state.browse.listed[first + row]]
      mark(list.row(row), .row(.episodes, first + row))
      let isCursor = first + row == state.browse.cursor.index
      let isMarked = state.browse.marked.contains(episode) || state.browse.range?.contains(first + row) == true
      let style = isCursor ? cursorStyle(.episodes) : isMarked ? theme.marked : theme.text
      if isCursor { frame.clear(list.row(row), style: style) }
      render(columns.row(episode, state, isMarked: isMarked), columns, in: list, row: row, style: style)
      if !isCursor, let score = state.evaluation.scores[episode], let before = score.baseline, let after = score.augmented {
        let tone = theme.change(from: before, to: after), width = columns.hasDifference ? 11 : 5
        frame.restyle(Rect(x: list.maxX - width, y: list.y + row, width: width, height: 1)) { $0 = tone }
      }
    }
    frame.scrollThumb(rect, first: first, visible: list.height, count: count, style: theme.accent)
  }

  private mutating func renderNoEpisodes(_ inside: Rect) {
    let notice = state.source.failure ?? state.work.failures[.loadEpisodes(fold: state.browse.fold)]
    if notice == nil, !state.browse.episodes.isEmpty {
      let filter = state.browse.filter
      let text = filter.isEmpty ? "no episode of this class; Esc shows all" : "no episode fits \"\(filter.text)\"; Esc drops the filter"
      for (row, line) in DisplayText.wrapped(text, to: inside.width).enumerated() {
        frame.text(line, in: inside, row: row, style: theme.faint)
      }
      return
    }
    guard let notice else {
      let what = state.browse.catalog == nil ? "opening the data set" : "drawing episodes"
      frame.text("\(spinner) \(what)", in: inside, style: theme.faint)
      return
    }
    var row = 0
    for line in DisplayText.wrapped(notice.message, to: inside.width) {
      frame.text(line, in: inside, row: row, style: theme.bad)
      row += 1
    }
    for line in DisplayText.wrapped(notice.hint ?? "r tries again", to: inside.width) {
      frame.text(line, in: inside, row: row, style: theme.text)
      row += 1
    }
  }

  private mutating func render(_ texts: EpisodeColumns.Texts, _ columns: EpisodeColumns, in rect: Rect, row: Int, style: Style) {
    let line = rect.row(row)
    var rest = line.splitLeft(1).rest
    func take(_ width: Int) -> Rect {
      let (left, more) = rest.splitLeft(width)
      rest = more.splitLeft(1).rest
      return left
    }
    frame.text(texts.mark, in: line, style: style)
    frame.textRight(texts.number, in: take(columns.number), style: style)
    frame.text(DisplayText.middle(of: texts.name, to: columns.name), in: take(columns.name), style: style)
    if columns.query > 0 { frame.text(DisplayText.middle(of: texts.query, to: columns.query), in: take(columns.query), style: style) }
    if columns.hasScores {
      // A title may take the column before it.
      let before = take(5)
      frame.textRight(texts.before, in: Rect(x: before.x - 1, y: before.y, width: 6, height: 1), style: style)
      frame.textRight(texts.after, in: take(5), style: style)
      if columns.hasDifference { frame.textRight(texts.difference, in: take(5), style: style) }
    }
  }
}

/// Widths of the episode list's columns.
struct EpisodeColumns {
  struct Texts {
    var mark = " "
    var number: String
    var name: String
    var query: String
    var before: String
    var after: String
    var difference = ""
  }

  /// Whether titles are over the list.
  static func hasHead(_ inside: Rect) -> Bool { inside.height >= 4 }

  let number: Int
  let name: Int
  let query: Int
  let hasScores: Bool
  /// Whether what generated supports bring is beside what it is made of.
  let hasDifference: Bool

  init(width: Int, count: Int) {
    number = max(2, "\(count)".count)
    hasScores = width >= number + 21
    hasDifference = width >= number + 29
    let rest = width - 1 - number - 1 - (hasDifference ? 18 : hasScores ? 12 : 0)
    query = rest >= 18 ? min(24, rest - 11) : 0
    name = max(0, rest - (query > 0 ? query + 1 : 0))
  }

  /// What the figures are of, in the run's own numbers.
  func head(_ run: FigureRun, shots: Int) -> Texts {
    let supports = run.supports
    var shots = shots
    if case .saved(let report) = run { shots = report.plan.shots }
    return Texts(
      number: "#", name: "class", query: "query", before: shots < 10 ? "\(shots)-shot" : "\(shots)",
      after: supports == 0 ? "" : "\(shots)+\(supports)", difference: supports == 0 ? "" : "diff")
  }

  func row(_ episode: Episode, _ state: ExplorerState, isMarked: Bool) -> Texts {
    let score = state.evaluation.scores[episode]
    return Texts(
      mark: isMarked ? "●" : state.evaluation.awaiting[episode] != nil ? "…" : " ", number: "\(episode.index + 1)",
      name: state.browse.catalog?.className(episode.classIndex) ?? "", query: episode.query.id,
      before: score?.baseline.map(NumberText.percent) ?? "·", after: score?.augmented.map(NumberText.percent) ?? "·",
      difference: score?.change ?? "")
  }
}
