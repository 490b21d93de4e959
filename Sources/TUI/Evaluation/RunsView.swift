import Core
import Evaluation
import Foundation

extension ScreenRenderer {
  /// Every saved evaluation in a row; below them the classes of the marked ones beside each other.
  mutating func renderRuns(_ rect: Rect) {
    let runs = state.evaluation.runs, rows = state.runRows, marks = runs.marked.isEmpty ? "" : "\(runs.marked.count) marked · "
    let unfinished = state.evaluation.unfinished.count, begun = unfinished == 0 ? "" : "\(unfinished) unfinished · "
    let inside = panel(.runs, rect, note: "\(marks)\(begun)\(Counted(state.evaluation.saved.count, "run")) · \(runs.order.title)")
    guard inside.height >= 2 else { return }
    let parts = RunsTable.Parts(inside, state), columns = RunsTable.columns(width: inside.width)
    render(columns.map(\.title), columns, in: parts.head, theme.faint)
    let first = runs.cursor.first(visible: parts.list.height, count: rows.count)
    for (place, row) in rows.dropFirst(first).prefix(parts.list.height).enumerated() {
      let line = parts.list.row(place), isCursor = first + place == min(runs.cursor.index, rows.count - 1)
      mark(line, .row(.runs, first + place))
      let isMarked = if case .saved(let run) = row { runs.marked.contains(run) } else { false }
      let isUnfinished = if case .unfinished = row { true } else { false }
      let style = isCursor ? theme.cursor : isMarked ? theme.marked : isUnfinished ? theme.warning : theme.text
      if isCursor { frame.clear(line, style: style) }
      guard let facts = RunsTable.Run(row, state) else {
        frame.text("single predictions with these settings", in: line, column: 2, style: style)
        continue
      }
      if isMarked { frame.text("●", in: line, style: style) }
      render(columns.map { $0.text(facts) }, columns, in: line, style)
    }
    frame.scrollThumb(rect, first: first, visible: parts.list.height, count: rows.count, style: theme.accent)
    if !parts.comparison.isEmpty { renderComparison(in: parts.comparison) }
    if !parts.detail.isEmpty, let run = state.selectedRun, let report = state.evaluation.saved[safe: run] {
      frame.text(state.name(of: .saved(report)), in: parts.detail, row: 1, column: 1, style: theme.strong)
      renderTable(of: report, in: parts.detail.splitTop(2).rest)
    } else if !parts.detail.isEmpty, let unfinished = state.selectedUnfinished {
      frame.text(RunName.of(unfinished.plan), in: parts.detail, row: 1, column: 1, style: theme.strong)
      let why = unfinished.wasCutOff ? "cut off with its program" : "stopped"
      let text = "\(why): \(unfinished.done) of \(Counted(unfinished.of, "episode")) finished; Enter goes on with it, x forgets it"
      frame.text(text, in: parts.detail, row: 2, column: 1, style: theme.faint)
    }
  }

  private mutating func render(_ texts: [String], _ columns: [RunsTable.Column], in line: Rect, _ style: Style) {
    var x = line.x + 2
    for (text, column) in zip(texts, columns) {
      let place = Rect(x: x, y: line.y, width: column.width, height: line.height).clipped(to: line)
      if column.isNumber { frame.textRight(text, in: place, style: style) } else { frame.text(text, in: place, style: style) }
      x += column.width + 1
    }
  }

  /// IoU by class of the marked evaluations, with what each brings beside the first marked one; below it the episodes in which they differ.
  private mutating func renderComparison(in rect: Rect) {
    let reports = state.evaluation.runs.marked.compactMap { state.evaluation.saved[safe: $0] }
    guard let first = reports.first else { return }
    let columns = ComparisonColumns(reports.count, width: rect.width), shown = Array(reports.prefix(columns.count))
    let table = RunsTable.Comparison(shown, against: first), foot = columns.bar > 0 || table.note != nil ? 1 : 0
    let body = rect.splitTop(rect.height - foot).top
    var end = 1 + table.rows.count
    frame.text("class", in: body, column: 2, style: theme.faint)
    for (column, report) in shown.enumerated() {
      let text = "fold \(report.plan.fold) \(state.word(for: .saved(report)))"
      frame.textRight(text, in: columns.figure(column, in: body.row(0)), style: theme.strong)
    }
    for (place, row) in table.rows.enumerated() { render(row, columns, in: body.row(1 + place)) }
    let rest = body.splitTop(table.rows.count + 2).rest
    if !table.episodes.isEmpty, rest.height >= 3 {
      frame.text("episodes that differ most", in: rest, column: 2, style: theme.faint)
      for (place, row) in table.episodes.prefix(rest.height - 1).enumerated() { render(row, columns, in: rest.row(1 + place)) }
      end += 2 + min(table.episodes.count, rest.height - 1)
    }
    let last = rect.row(min(end + (end < body.height ? 1 : 0), rect.height - 1))
    if let note = table.note {
      frame.text(note, in: last, column: 2, style: theme.faint)
    } else if columns.bar > 0 {
      let name = state.word(for: .saved(first))
      frame.spans(
        [
          ("█", theme.bar), (" \(name)  ", theme.faint), ("▓", theme.good), (" above it  ", theme.faint), ("░", theme.bad),
          (" below it", theme.faint),
        ],
        in: last, column: 2)
    }
  }

  private mutating func render(_ row: RunsTable.Comparison.Row, _ columns: ComparisonColumns, in line: Rect) {
    guard line.height > 0 else { return }
    let style = row.isMean ? theme.strong : theme.text
    frame.text(row.name, in: Rect(x: line.x, y: line.y, width: columns.name, height: 1), column: 2, style: style)
    for (column, cell) in row.cells.enumerated() {
      let figure = columns.figure(column, in: line)
      guard let value = cell.value else {
        frame.textRight("–", in: figure, style: theme.faint)
        continue
      }
      let change = cell.change.map { " (\(NumberText.signed($0)))" } ?? "",
        tone = cell.change.map { theme.change(from: 0, to: $0) } ?? style
      frame.textRight(NumberText.percent(value) + change, in: figure, style: tone)
      if columns.bar > 0 {
        renderBar(from: value - (cell.change ?? 0), to: value, in: Rect(x: figure.maxX + 1, y: line.y, width: columns.bar, height: 1))
      }
    }
  }
}

/// The columns of evaluations beside each other: a name, then for each its figure and, where there is room, a bar.
private struct ComparisonColumns {
  private static let figure = 15, leastBar = 10, mostBar = 80

  /// Evaluations that there is room for.
  let count: Int
  let name: Int
  /// Cells of a bar, 0 where there is no room.
  let bar: Int
  private let width: Int

  init(_ wanted: Int, width: Int) {
    name = min(24, max(6, width / 5))
    count = min(wanted, max(1, (width - name - 1) / Self.figure))
    let room = (width - name - 1) / count - Self.figure - 2
    bar = room >= Self.leastBar ? min(Self.mostBar, room) : 0
    self.width = Self.figure + (bar > 0 ? bar + 2 : 0)
  }

  func figure(_ column: Int, in line: Rect) -> Rect {
    Rect(x: line.x + name + column * width, y: line.y, width: Self.figure, height: line.height).clipped(to: line)
  }
}

/// Columns and rows of the table of runs.
enum RunsTable {
  /// How the table shares its panel.
  struct Parts {
    let head: Rect
    let list: Rect
    let comparison: Rect
    /// The evaluation under the cursor by class, while less than two are compared.
    let detail: Rect

    init(_ inside: Rect, _ state: ExplorerState) {
      let rest: Rect
      (head, rest) = inside.splitTop(1)
      let reports = state.evaluation.runs.marked.compactMap { state.evaluation.saved[safe: $0] }
      let table = reports.first.map { Comparison(reports, against: $0) }, note = table?.note == nil ? 0 : 1
      let wanted = reports.count < 2 ? 0 : (table?.rows.count ?? 0) + 1 + max(1, note)
      // As many rows for every evaluation, so that the list stays while the cursor goes through it.
      let most = state.evaluation.saved.map { $0.baseline.classes.count }.max() ?? 0, rows = state.runRows.count
      let own = min(most + 5, max(rest.height - rows, rest.height / 2)), isCompared = reports.count >= 2
      let below = isCompared ? min(wanted, max(0, rest.height * 2 / 3)) : own >= 6 ? own : 0
      // Below a short list, not far from it at the end of the panel.
      let (upper, lower) = rest.splitTop(min(rest.height - below, rows + (isCompared ? 1 : 0)))
      list = upper
      comparison = isCompared ? lower : lower.splitTop(0).top
      detail = isCompared || below == 0 ? lower.splitTop(0).top : lower.splitTop(below).top
    }
  }

  /// An evaluation with what the table says of it.
  struct Run {
    let plan: EvaluationPlan
    /// Nil for an unfinished one.
    let report: EvaluationReport?
    let name: String
    let date: Date?
    /// How many episodes: of an unfinished one those that are finished too.
    let episodes: String

    /// Nil for single predictions.
    init?(_ row: RunRow, _ state: ExplorerState) {
      switch row {
      case .own: return nil
      case .unfinished(let unfinished):
        (plan, report, name, date) = (unfinished.plan, nil, "–", unfinished.date)
        episodes = "\(unfinished.done)/\(unfinished.of)"
      case .saved(let index):
        guard let report = state.evaluation.saved[safe: index] else { return nil }
        (plan, self.report, name) = (report.plan, report, state.word(for: .saved(report)))
        (date, episodes) = (state.evaluation.dates[safe: index] ?? nil, "\(report.episodes.count)")
      }
    }

    /// Whose supports: the condition that made them, or that they are of a folder.
    var supports: String {
      if plan.auxiliaryShots == 0 { return "–" }
      return plan.auxiliaryFolder == nil ? plan.options.condition.rawValue : "folder"
    }

    /// Whose episodes: drawn, or of a list; `own` says that images which the user imported are among them, `marked` that the list is of marks.
    var source: String {
      guard let list = plan.episodeList else { return plan.lists == nil ? "seed \(plan.seed)" : "lists" }
      if report?.episodes.contains(where: { ([$0.episode.query] + $0.episode.supports).contains(where: \.isOwn) }) == true { return "own" }
      return RunName.isOfMarks(list) ? "marked" : "list"
    }

    /// mIoU with the generated supports where there are any.
    var miou: String { report.map { RunsTable.text(($0.augmented ?? $0.baseline).miou) } ?? "unfinished" }
  }

  struct Column: Sendable {
    let title: String
    let width: Int
    var isNumber = false
    /// Columns of lower rank go first where there is no room.
    let rank: Int
    let text: @Sendable (Run) -> String
  }

  private static let all = [
    Column(title: "run", width: 7, rank: 12) { $0.name },
    Column(title: "fold", width: 4, isNumber: true, rank: 7) { "\($0.plan.fold)" },
    Column(title: "network", width: 7, rank: 9) { $0.plan.network.rawValue },
    Column(title: "condition", width: 9, rank: 9) { $0.supports },
    Column(title: "shots", width: 5, isNumber: true, rank: 9) {
      $0.plan.auxiliaryShots > 0 ? "\($0.plan.shots)+\($0.plan.auxiliaryShots)" : "\($0.plan.shots)"
    },
    Column(title: "steps", width: 5, isNumber: true, rank: 6) { generated($0) ? "\($0.plan.options.steps)" : "–" },
    Column(title: "guidance", width: 8, isNumber: true, rank: 2) { generated($0) ? SettingsForm.decimal($0.plan.options.guidance) : "–" },
    Column(title: "seed", width: 6, isNumber: true, rank: 2) { generated($0) ? "\($0.plan.options.seed)" : "–" },
    Column(title: "sampler", width: 16, rank: 0) { generated($0) ? $0.plan.options.sampler : "–" },
    Column(title: "real", width: 10, isNumber: true, rank: 5) { $0.report.map { text($0.baseline.miou) } ?? "–" },
    Column(title: "mIoU", width: 10, isNumber: true, rank: 11) { $0.miou },
    Column(title: "difference", width: 11, isNumber: true, rank: 8) { $0.report?.difference.map { text($0.miou, isSigned: true) } ?? "–" },
    Column(title: "episodes", width: 9, isNumber: true, rank: 3) { $0.episodes },
    Column(title: "of", width: 8, rank: 4) { $0.source },
    Column(title: "date", width: 16, rank: 3) { $0.date.map(text) ?? "" },
  ]

  /// Those that there is room for.
  static func columns(width: Int) -> [Column] {
    var columns = all
    func used() -> Int { columns.reduce(2) { $0 + $1.width + 1 } }
    while used() > width + 1, columns.count > 1, let least = columns.indices.min(by: { columns[$0].rank < columns[$1].rank }) {
      columns.remove(at: least)
    }
    return columns
  }

  private static func generated(_ run: Run) -> Bool { run.plan.auxiliaryShots > 0 && run.plan.auxiliaryFolder == nil }

  fileprivate static func text(_ estimate: Estimate, isSigned: Bool = false) -> String {
    let value = isSigned ? NumberText.signed(estimate.value) : NumberText.percent(estimate.value)
    return value + (estimate.error.map { " ±\(NumberText.percent($0))" } ?? "")
  }

  /// `2026-11-29 23:04` by the clock on the wall.
  private static func text(_ date: Date) -> String {
    let parts = Calendar(identifier: .gregorian).dateComponents([.year, .month, .day, .hour, .minute], from: date)
    return String(
      format: "%04d-%02d-%02d %02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0, parts.minute ?? 0)
  }

  /// Classes of some evaluations beside each other, their mean last.
  struct Comparison {
    struct Cell {
      /// Percent; nil where the class was not measured.
      let value: Double?
      /// What it is above the first evaluation's; nil where that is of other episodes.
      let change: Double?
    }

    struct Row {
      let name: String
      let cells: [Cell]
      var isMean = false
    }

    let rows: [Row]
    /// The episodes that they share, with the largest differences first; none where they share none.
    let episodes: [Row]
    /// Why some have no difference; nil where all have one.
    let note: String?

    init(_ reports: [EvaluationReport], against first: EvaluationReport) {
      let unlike = reports.map { $0.unlike(first) }
      note = Set(unlike.compactMap { $0 }).sorted().first.map { "no difference where there are \($0) than in the first" }
      func end(_ report: EvaluationReport) -> Scores { report.augmented ?? report.baseline }
      func row(_ name: String, isMean: Bool = false, _ value: (Scores) -> Double?) -> Row {
        let base = value(end(first))
        let cells = reports.enumerated().map { index, report in
          let own = value(end(report))
          return Cell(value: own, change: index == 0 || unlike[index] != nil ? nil : own.flatMap { own in base.map { own - $0 } })
        }
        return Row(name: name, cells: cells, isMean: isMean)
      }
      var names: [(index: Int, name: String)] = []
      for score in reports.flatMap({ end($0).classes }) where !names.contains(where: { $0.index == score.classIndex }) {
        names.append((score.classIndex, score.name))
      }
      rows =
        names.map { index, name in row(name) { $0.classes.first { $0.classIndex == index }?.iou?.value } }
        + [row("mIoU", isMean: true) { $0.miou.value }, row("FB-IoU") { $0.fbIoU.value }]
      episodes = Self.episodes(reports, first, unlike, Dictionary(names.map { ($0.index, $0.name) }) { name, _ in name })
    }

    private static func episodes(
      _ reports: [EvaluationReport], _ first: EvaluationReport, _ unlike: [String?], _ names: [Int: String]
    ) -> [Row] {
      guard unlike.dropFirst().contains(nil) else { return [] }
      let rows = first.episodes.indices.map { index in
        let own = first.episodes[index], base = (own.augmented ?? own.baseline).iou
        let cells = reports.enumerated().map { place, report in
          let other = unlike[place] == nil ? report.episodes[safe: index] : nil, value = other.map { ($0.augmented ?? $0.baseline).iou }
          return Cell(value: value, change: place == 0 ? nil : value.map { $0 - base })
        }
        let most = cells.compactMap { $0.change.map(abs) }.max() ?? 0
        return (row: Row(name: "\(own.episode.index + 1) \(names[own.episode.classIndex] ?? "")", cells: cells), most: most, index: index)
      }
      return rows.sorted { ($1.most, $0.index) < ($0.most, $1.index) }.map(\.row)
    }
  }
}
