import Core
import Evaluation
import Render

extension ScreenRenderer {
  /// IoU of each class of the fold: one support, with the generated ones added, the difference and its standard error, a bar.
  mutating func renderClasses(_ rect: Rect) {
    let report = state.evaluation.shown[state.browse.fold]
    guard rect.height > 1 else { return collapse(.classes, rect, line(report, width: rect.width - 18)) }
    let order = state.evaluation.order == .label ? "" : " · \(state.evaluation.order.title)"
    // Compared with another one, the shown one is named below.
    let shown = report.map { state.name(of: .saved($0)) } ?? "", isCompared = state.evaluation.reference != nil
    let count = report.map { "\(Counted($0.episodes.count, "episode"))\(presence($0))\(order)" } ?? ""
    let isRoomy = DisplayText(shown).width + DisplayText(count).width + 8 <= rect.width
    let word = report.map { state.word(for: .saved($0)) } ?? ""
    let note = !isCompared || report == nil ? count : "\(isRoomy ? shown : word) · \(count)"
    let head = "IoU by class, fold \(state.browse.fold)"
    let title = state.evaluation.reference.map { "Against \($0.title)" } ?? report.map { self.title(head, of: .saved($0), in: rect) } ?? head
    let inside = panel(.classes, rect, title: title, note: note)
    guard !inside.isEmpty else { return }
    guard let report else { return renderNoReport(inside) }
    let table = ClassTable(report, reference: state.evaluation.reference, order: state.evaluation.order, width: inside.width)
    let classCount = table.rows.count - 1, parts = ClassTable.Parts(inside, count: classCount, hasBars: table.bar > 0), classes = parts.classes
    if !parts.head.isEmpty { renderHead(table, report, in: parts.head) }
    let first = state.evaluation.cursor.first(visible: classes, count: classCount)
    for (place, row) in table.rows.dropLast().dropFirst(first).prefix(classes).enumerated() {
      let isCursor = state.screen.focus == .classes && first + place == state.evaluation.cursor.index
      mark(parts.row(place), .row(.classes, first + place))
      render(row, table, in: parts.row(place), isCursor ? theme.cursor : theme.text)
    }
    if let mean = table.rows.last, parts.list.height > 1 {
      render(mean, table, in: parts.row(min(classes, classCount - first)), theme.strong)
    }
    if !parts.legend.isEmpty { renderLegend(table, in: parts.legend) }
    frame.scrollThumb(rect, first: first, visible: classes, count: classCount, style: theme.accent)
  }

  /// The classes of an evaluation with their mean and what the bars mean, as many as there is room for, without a cursor.
  mutating func renderTable(of report: EvaluationReport, in rect: Rect) {
    let table = ClassTable(report, order: state.evaluation.order, width: rect.width), rows = table.rows
    let parts = ClassTable.Parts(rect, count: rows.count - 1, hasBars: table.bar > 0)
    if !parts.head.isEmpty { renderHead(table, report, in: parts.head) }
    for (place, row) in (rows.dropLast().prefix(parts.classes) + rows.suffix(1)).enumerated() {
      render(row, table, in: parts.row(place), row.classIndex == nil ? theme.strong : theme.text)
    }
    if !parts.legend.isEmpty { renderLegend(table, in: parts.legend) }
  }

  /// All classes in a line: the mean, and of which run.
  private func line(_ report: EvaluationReport?, width: Int) -> String {
    if let running = state.evaluation.running { return running.text }
    guard let report else { return "no evaluation of this fold yet · E makes one" }
    var mean = "mIoU \(report.plan.shots)-shot \(NumberText.percent(report.baseline.miou.value))"
    if let augmented = report.augmented, let difference = report.difference {
      let error = difference.miou.error.map { " ±\(NumberText.percent($0))" } ?? ""
      mean += "  \(report.plan.shots)+\(report.plan.auxiliaryShots) \(NumberText.percent(augmented.miou.value))"
      mean += "  \(NumberText.signed(difference.miou.value))\(error)"
    }
    let long = "\(mean) · \(state.name(of: .saved(report)))"
    return DisplayText(long).width <= width ? long : "\(mean) · \(state.word(for: .saved(report)))"
  }

  /// How many of the classes have an episode, where not all of them have.
  private func presence(_ report: EvaluationReport) -> String {
    let classes = report.baseline.classes, present = classes.count { $0.episodes > 0 }
    return present == classes.count ? "" : " of \(present) of \(classes.count) classes"
  }

  /// What the bars mean.
  private mutating func renderLegend(_ table: ClassTable, in line: Rect) {
    let lost = table.isOfOne ? " lost with generated supports" : " lost"
    frame.spans(
      [
        ("█", theme.bar), (" \(table.beforeTitle)  ", theme.faint), ("▓", theme.good), (" gained  ", theme.faint), ("░", theme.bad),
        (lost, theme.faint),
      ], in: line)
  }

  private mutating func renderNoReport(_ inside: Rect) {
    if let evaluation = state.evaluation.running, evaluation.plan.fold == state.browse.fold {
      frame.text("\(spinner) \(evaluation.text)", in: inside, style: theme.accent)
      if case .evaluating(_, _, let baseline?, let augmented)? = evaluation.progress {
        var text = "mIoU so far: \(NumberText.percent(baseline)) \(evaluation.plan.shots)-shot"
        if let augmented { text += ", \(NumberText.percent(augmented)) with \(evaluation.plan.shots)+\(evaluation.plan.auxiliaryShots)" }
        frame.text(text, in: inside, row: 1)
        frame.text(RunName.of(evaluation.plan), in: inside, row: 2, style: theme.faint)
      }
      return
    }
    let text = "no evaluation of this fold yet: E measures IoU over \(Counted(state.settings.episodes, "episode"))"
    for (row, line) in DisplayText.wrapped(text, to: inside.width).enumerated() {
      frame.text(line, in: inside, row: row, style: theme.faint)
    }
  }

  private mutating func renderHead(_ table: ClassTable, _ report: EvaluationReport, in line: Rect) {
    let augmented = table.afterTitle
    func right(_ text: String, _ end: Int) {
      frame.textRight(text, in: Rect(x: line.x, y: line.y, width: end, height: 1), style: theme.faint)
    }
    frame.text("class", in: line, column: 1, style: theme.faint)
    if table.count > 0 { right("n", table.name + table.count + 1) }
    right(table.beforeTitle, table.figures + 8)
    right(augmented, table.figures + 15)
    if table.difference > 0 { right("difference", table.figures + 15 + table.difference) }
  }

  /// A row of the table; its bar stands in a second line where `place` has one.
  private mutating func render(_ row: ClassTable.Row, _ table: ClassTable, in place: Rect, _ style: Style) {
    let isCursor = style == theme.cursor, line = place.row(0)
    if isCursor { frame.clear(line, style: style) }
    let name = Rect(x: line.x + 1, y: line.y, width: table.name, height: line.height)
    frame.text(DisplayText.middle(of: row.name, to: table.name), in: name, style: style)
    func right(_ text: String, _ end: Int, _ style: Style) {
      frame.textRight(text, in: Rect(x: line.x, y: line.y, width: min(end, line.width), height: line.height), style: style)
    }
    if table.count > 0 { right("\(row.episodes)", table.name + table.count + 1, isCursor ? style : theme.faint) }
    guard let before = row.before else { return right("–", table.figures + 8, style) }
    right(NumberText.percent(before), table.figures + 8, style)
    guard let after = row.after else { return }
    let tone = isCursor ? style : theme.change(from: before, to: after)
    right(NumberText.percent(after), table.figures + 15, tone)
    if table.difference > 0 {
      let error = row.error.map { " ±\(NumberText.percent($0))" } ?? ""
      right(NumberText.signed(after - before) + error, table.figures + 15 + table.difference, tone)
    }
    let bar = table.bar > 0 ? Rect(x: line.maxX - table.bar, y: line.y, width: table.bar, height: line.height) : place.row(1).inset(1, 0)
    renderBar(from: before, to: after, in: bar)
  }

  /// What two figures in percent have in common in one glyph, what the second has more or less in another.
  mutating func renderBar(from first: Double, to second: Double, in line: Rect) {
    func cells(_ value: Double) -> Int { Int((min(100, max(0, value)) / 100 * Double(line.width)).rounded()) }
    let (before, after) = (cells(first), cells(second))
    guard line.height > 0 else { return }
    for index in 0..<max(0, line.width) {
      let cell: Cell
      if index < min(before, after) {
        cell = Cell("█", style: theme.bar)
      } else if index < after {
        cell = Cell("▓", style: theme.good)
      } else if index < before {
        cell = Cell("░", style: theme.bad)
      } else {
        cell = Cell("·", style: theme.border)
      }
      frame.put(cell, x: line.x + index, y: line.y)
    }
  }
}

/// The class table's rows and widths.
struct ClassTable {
  /// How the table shares its panel: titles, classes with the mean behind them, what the bars mean.
  struct Parts {
    let head: Rect
    let list: Rect
    let legend: Rect
    /// Lines of a class: a second one for its bar, where there is none beside the figures and all classes have room for it.
    let lines: Int

    /// `hasBars` says whether there are bars beside the figures.
    init(_ inside: Rect, count: Int, hasBars: Bool = true) {
      let rest: Rect
      (head, rest) = inside.splitTop(inside.height >= 4 ? 1 : 0)
      // The classes, their mean and the legend.
      lines = !hasBars && rest.height > 2 * (count + 1) ? 2 : 1
      (list, legend) = rest.splitTop((hasBars || lines > 1) && rest.height > lines * (count + 1) ? rest.height - 1 : rest.height)
    }

    /// Classes in sight.
    var classes: Int { max(1, list.height / lines - 1) }

    /// The lines of a class, or of the mean, by its place in the list.
    func row(_ place: Int) -> Rect {
      let top = place * lines
      return Rect(x: list.x, y: list.y + top, width: list.width, height: max(0, min(lines, list.height - top)))
    }
  }

  struct Row {
    /// Nil for the mean.
    let classIndex: Int?
    let name: String
    let episodes: Int
    /// Percent; nil without an episode.
    let before: Double?
    let after: Double?
    /// Standard error of the difference; nil where it is not known.
    let error: Double?
  }

  /// The fold's classes, then the mean.
  let rows: [Row]
  /// Whether it is of one evaluation, not of one against another.
  let isOfOne: Bool
  let beforeTitle: String
  let afterTitle: String
  /// Columns of the names, and of the numbers of episodes, 0 when there is no room.
  let name: Int
  let count: Int
  /// Where the figures begin.
  var figures: Int { name + count }
  /// Columns of the difference with its error, 0 when there is no room.
  let difference: Int
  /// Columns of the bars, 0 when there is no room.
  let bar: Int

  /// Of one evaluation with one support against the generated ones too, or of what two evaluations come to in the end.
  ///
  /// Of two evaluations of the same episodes the differences are paired and have errors.
  init(_ report: EvaluationReport, reference: EvaluationReport? = nil, order: ClassOrder = .label, width: Int) {
    let end = report.augmented ?? report.baseline
    isOfOne = reference == nil
    func row(_ index: Int?, _ name: String, _ episodes: Int, _ before: Double?, _ after: Double?, _ error: Double?) -> Row {
      Row(classIndex: index, name: name, episodes: episodes, before: before, after: after, error: error)
    }
    var rows: [Row]
    if let reference {
      let other = reference.augmented ?? reference.baseline, paired = report.difference(from: reference)
      rows = end.classes.compactMap { score in
        guard let before = other.classes.first(where: { $0.classIndex == score.classIndex }) else { return nil }
        let error = paired?.classes.first { $0.classIndex == score.classIndex }?.iou?.error
        return row(score.classIndex, score.name, score.episodes, before.iou?.value, score.iou?.value, error)
      }
      rows = order.sorted(rows) + [row(nil, "mIoU", report.episodes.count, other.miou.value, end.miou.value, paired?.miou.error)]
      (beforeTitle, afterTitle) = ("other", "shown")
    } else {
      rows = report.baseline.classes.enumerated().map { index, score in
        row(
          score.classIndex, score.name, score.episodes, score.iou?.value, report.augmented?.classes[safe: index]?.iou?.value,
          report.difference?.classes[safe: index]?.iou?.error)
      }
      rows = order.sorted(rows)
        + [row(nil, Self.meanName(report), report.episodes.count, report.baseline.miou.value, report.augmented?.miou.value, report.difference?.miou.error)]
      (beforeTitle, afterTitle) = ("\(report.plan.shots)-shot", "\(report.plan.shots)+\(report.plan.auxiliaryShots)")
    }
    self.rows = rows
    name = min(max(10, rows.map { DisplayText($0.name).width }.max() ?? 0), max(6, width / 4))
    difference = width >= name + 15 + 13 ? 13 : 0
    count = difference > 0 && width >= name + 15 + 13 + 5 ? 5 : 0
    let room = width - name - count - 15 - difference - 2
    // Of fewer cells a bar tells less than the figures beside it.
    bar = room >= 10 ? room : 0
  }

  /// What the mean is over, where that is not all there is.
  private static func meanName(_ report: EvaluationReport) -> String {
    let classes = report.baseline.classes, present = classes.count { $0.episodes > 0 }
    if present == classes.count { return "mIoU" }
    return report.classMean == .present ? "mIoU of \(present)" : "mIoU of \(classes.count)"
  }
}
