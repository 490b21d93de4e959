import Evaluation
import Foundation

extension ScreenRenderer {
  /// Every saved evaluation in a row; below them the classes of the marked ones beside each other.
  mutating func renderRuns(_ rect: Rect) {
    let runs = state.evaluation.runs, rows = state.runRows, marks = runs.marked.isEmpty ? "" : "\(runs.marked.count) marked · "
    let inside = panel(.runs, rect, note: "\(marks)\(rows.count - 1) run\(rows.count == 2 ? "" : "s") · \(runs.order.title)")
    guard inside.height >= 2 else { return }
    let parts = RunsTable.Parts(inside, state), columns = RunsTable.columns(width: inside.width)
    render(columns.map(\.title), columns, in: parts.head, theme.faint)
    let first = runs.cursor.first(visible: parts.list.height, count: rows.count)
    for (place, run) in rows.dropFirst(first).prefix(parts.list.height).enumerated() {
      let line = parts.list.row(place), isCursor = first + place == min(runs.cursor.index, rows.count - 1)
      mark(line, .row(.runs, first + place))
      let isMarked = run.map(runs.marked.contains) == true
      let style = isCursor ? theme.cursor : isMarked ? theme.marked : theme.text
      if isCursor { frame.clear(line, style: style) }
      guard let run, let report = state.evaluation.saved[safe: run] else {
        frame.text("single predictions with these settings", in: line, column: 2, style: style)
        continue
      }
      if isMarked { frame.text("●", in: line, style: style) }
      let facts = RunsTable.Run(report, state, run)
      render(columns.map { $0.text(facts) }, columns, in: line, style)
    }
    frame.scrollThumb(rect, first: first, visible: parts.list.height, count: rows.count, style: theme.accent)
    if !parts.comparison.isEmpty { renderComparison(in: parts.comparison) }
    if !parts.detail.isEmpty, let run = state.selectedRun, let report = state.evaluation.saved[safe: run] {
      frame.text(state.name(of: .saved(report)), in: parts.detail, row: 1, column: 1, style: theme.strong)
      renderTable(of: report, in: parts.detail.splitTop(2).rest)
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

  /// IoU by class of the marked evaluations, with what each brings beside the first marked one.
  private mutating func renderComparison(in rect: Rect) {
    let reports = state.evaluation.runs.marked.compactMap { state.evaluation.saved[safe: $0] }
    guard let first = reports.first else { return }
    let (head, body) = rect.splitTop(1), width = 15, name = min(18, max(6, rect.width / 5))
    let shown = Array(reports.prefix(max(1, (rect.width - name - 1) / width)))
    func right(_ text: String, _ column: Int, _ y: Rect, _ style: Style) {
      frame.textRight(text, in: Rect(x: y.x + name + column * width, y: y.y, width: width, height: y.height).clipped(to: y), style: style)
    }
    frame.text("class", in: head, column: 2, style: theme.faint)
    for (column, report) in shown.enumerated() {
      right("fold \(report.plan.fold) \(state.word(for: .saved(report)))", column, head, theme.strong)
    }
    let table = RunsTable.Comparison(shown, against: first), (rows, foot) = body.splitTop(body.height - (table.note == nil ? 0 : 1))
    if let note = table.note { frame.text(note, in: foot, column: 2, style: theme.faint) }
    for (place, row) in table.rows.prefix(rows.height).enumerated() {
      let line = body.row(place), style = row.isMean ? theme.strong : theme.text
      frame.text(row.name, in: Rect(x: line.x, y: line.y, width: name, height: line.height), column: 2, style: style)
      for (column, cell) in row.cells.enumerated() {
        guard let value = cell.value else {
          right("–", column, line, theme.faint)
          continue
        }
        let change = cell.change.map { " (\(NumberText.signed($0)))" } ?? ""
        let tone = cell.change.map { theme.change(from: 0, to: $0) } ?? style
        right(NumberText.percent(value) + change, column, line, tone)
      }
    }
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
      let wanted = reports.count < 2 ? 0 : (table?.rows.count ?? 0) + 1 + note
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

  /// A saved evaluation with what the table says of it.
  struct Run {
    let report: EvaluationReport
    let name: String
    let date: Date?

    init(_ report: EvaluationReport, _ state: ExplorerState, _ index: Int) {
      (self.report, name) = (report, state.word(for: .saved(report)))
      date = state.evaluation.dates[safe: index] ?? nil
    }
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
    Column(title: "run", width: 7, rank: 11) { $0.name },
    Column(title: "fold", width: 4, isNumber: true, rank: 6) { "\($0.report.plan.fold)" },
    Column(title: "network", width: 7, rank: 8) { $0.report.plan.network.rawValue },
    Column(title: "condition", width: 9, rank: 8) { generated($0) ? $0.report.plan.options.condition.rawValue : "–" },
    Column(title: "shots", width: 5, isNumber: true, rank: 8) {
      let plan = $0.report.plan
      return plan.auxiliaryShots > 0 ? "\(plan.shots)+\(plan.auxiliaryShots)" : "\(plan.shots)"
    },
    Column(title: "steps", width: 5, isNumber: true, rank: 5) { generated($0) ? "\($0.report.plan.options.steps)" : "–" },
    Column(title: "guidance", width: 8, isNumber: true, rank: 2) {
      generated($0) ? SettingsForm.decimal($0.report.plan.options.guidance) : "–"
    },
    Column(title: "seed", width: 6, isNumber: true, rank: 2) { generated($0) ? "\($0.report.plan.options.seed)" : "–" },
    Column(title: "sampler", width: 16, rank: 0) { generated($0) ? $0.report.plan.options.sampler : "–" },
    Column(title: "real", width: 10, isNumber: true, rank: 4) { text($0.report.baseline.miou) },
    Column(title: "mIoU", width: 10, isNumber: true, rank: 10) { text(($0.report.augmented ?? $0.report.baseline).miou) },
    Column(title: "difference", width: 11, isNumber: true, rank: 7) { $0.report.difference.map { text($0.miou, isSigned: true) } ?? "–" },
    Column(title: "episodes", width: 8, isNumber: true, rank: 2) { "\($0.report.episodes.count)" },
    Column(title: "drawn by", width: 8, rank: 1) {
      let plan = $0.report.plan
      return plan.episodeList != nil || plan.lists != nil ? "list" : "seed \(plan.seed)"
    },
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

  private static func generated(_ run: Run) -> Bool { run.report.plan.auxiliaryShots > 0 && run.report.plan.auxiliaryFolder == nil }

  private static func text(_ estimate: Estimate, isSigned: Bool = false) -> String {
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
        + [row("mIoU", isMean: true) { $0.miou.value }]
    }
  }
}
