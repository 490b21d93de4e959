import Core
import Data
import Foundation

/// The explorer in plain lines: for screen readers, logs and terminals that can do nothing else.
public enum PlainView {
  /// What the cursor is on, in one line; what a dialog asks, in a few.
  public static func lines(_ state: ExplorerState) -> [String] {
    let lines = state.dialogs.current.map { dialog($0, state) } ?? [title(state) + ": " + row(state)]
    return lines.map(PlainText.clean)
  }

  /// Everything in the focused panel.
  public static func page(_ state: ExplorerState) -> [String] {
    guard state.dialogs.current == nil else { return lines(state) }
    let all: [String] =
      switch state.screen.focus {
      case .episodes: state.browse.listed.indices.map { episode(at: $0, state) }
      case .images where state.images.isZoomed:
        [tile(TileContent(state.selectedTile, state))] + TileFacts(state.selectedTile, state).facts.map { "\($0.name): \($0.value)" }
      case .images: state.tiles.map { tile(TileContent($0, state)) } + [figures(state)]
      case .settings: state.settings.fields.map { setting($0, state) }
      case .queue: state.queueRowCount == 0 ? ["empty"] : (0..<state.queueRowCount).compactMap { state.queueRow($0).map { job($0, state) } }
      case .classes: classes(state)
      case .table: table(state)
      case .ab: [ab(state)]
      case .runs: state.runRows.map { run($0, state) }
      }
    return ([title(state) + run(state)] + all.map { "  " + $0 }).map(PlainText.clean)
  }

  private static func title(_ state: ExplorerState) -> String {
    guard state.source.failure == nil else { return state.source.failure?.message ?? "" }
    guard state.browse.catalog != nil else { return "opening \(state.source.name)" }
    return "\(state.screen.focus.title), fold \(state.browse.fold)" + (state.usesDemoWeights ? ", demo weights" : "")
  }

  /// What the figures of the focused panel are of.
  private static func run(_ state: ExplorerState) -> String {
    switch state.screen.focus {
    case .episodes:
      if state.evaluation.scores.isEmpty { return "" }
      return ", " + state.name(of: state.run) + (state.otherRun == nil ? "" : "; the settings are others now")
    case .classes:
      guard let report = state.evaluation.shown[state.browse.fold] else { return "" }
      let reference = state.evaluation.reference.map { " against \(state.name(of: .saved($0)))" } ?? ""
      return ", " + state.name(of: .saved(report)) + reference
    case .images, .settings, .queue, .table, .ab, .runs: return ""
    }
  }

  private static func row(_ state: ExplorerState) -> String {
    switch state.screen.focus {
    case .episodes: state.browse.listed.isEmpty ? "no episode" : episode(at: state.browse.cursor.index, state)
    case .images: tile(TileContent(state.selectedTile, state))
    case .settings: setting(state.settings.field, state)
    case .queue: state.selectedQueueRow.map { job($0, state) } ?? "empty"
    case .classes: classes(state)[safe: state.evaluation.cursor.index] ?? "no evaluation of this fold yet"
    case .table: state.compare.table.flatMap { table(state)[safe: $0.row * $0.columnTitles.count + $0.column] } ?? ""
    case .ab: ab(state)
    case .runs: run(state.selectedRow, state)
    }
  }

  /// An evaluation, or single predictions in its place.
  private static func run(_ row: RunRow, _ state: ExplorerState) -> String {
    if case .unfinished(let unfinished) = row {
      let count = "\(unfinished.done) of \(Counted(unfinished.of, "episode"))"
      return "fold \(unfinished.plan.fold), \(RunName.of(unfinished.plan)): unfinished, \(count)"
    }
    guard case .saved(let index) = row, let report = state.evaluation.saved[safe: index] else {
      return "single predictions with these settings"
    }
    let mark = state.evaluation.runs.marked.contains(index) ? ", marked" : ""
    return "fold \(report.plan.fold), \(state.name(of: .saved(report))): \(report.detail)\(mark)"
  }

  private static func episode(at row: Int, _ state: ExplorerState) -> String {
    guard let index = state.browse.listed[safe: row] else { return "" }
    let episode = state.browse.episodes[index], score = state.evaluation.scores[episode]
    var parts = [
      "\(row + 1) of \(state.browse.listed.count)", state.browse.catalog?.className(episode.classIndex) ?? "", "query \(episode.query.id)",
      "support \(episode.supports.map(\.id).joined(separator: " "))",
    ]
    if let iou = score?.baseline { parts.append("IoU \(NumberText.percent(iou))") }
    if let iou = score?.augmented { parts.append("with generated \(NumberText.percent(iou))") }
    if let drift = score?.drift { parts.append(String(format: "drift %.2f", drift)) }
    if score != nil { parts.append("by \(state.word(for: state.run))") }
    if state.browse.marked.contains(episode) { parts.append("marked") }
    return parts.joined(separator: ", ")
  }

  private static func tile(_ content: TileContent) -> String {
    let word = content.image != nil && content.progress == nil ? "there" : content.placeholder
    return content.title.isEmpty ? word : "\(content.title): \(word)"
  }

  private static func figures(_ state: ExplorerState) -> String {
    guard let episode = state.browse.selected else { return "IoU not measured" }
    let own = state.ownScore(episode), isOwn = own != EpisodeScore(), score = isOwn ? own : state.evaluation.scores[episode] ?? EpisodeScore()
    guard let before = score.baseline else { return "IoU not measured" }
    let run = state.name(of: isOwn ? .own(state.settings.network, state.plan) : state.run)
    guard let after = score.augmented else { return "IoU \(NumberText.percent(before)), \(run)" }
    let change = NumberText.change(from: before, to: after)
    return "IoU \(NumberText.percent(before)), with generated \(NumberText.percent(after)), \(change), \(run)"
  }

  private static func setting(_ field: SettingsField, _ state: ExplorerState) -> String {
    "\(field.title) \(state.settings.shown(field)) (\(field.explanation); \(state.settings.allowed(field)))"
  }

  private static func job(_ row: QueueRow, _ state: ExplorerState) -> String {
    switch row {
    case .evaluation(let evaluation): return "evaluation of fold \(evaluation.plan.fold): \(evaluation.text)"
    case .job(let job):
      let word: String =
        switch job.state {
        case .queued: "waits"
        case .running(let step, let count): "step \(step) of \(count)"
        case .interrupted(let reason): "interrupted, \(reason)"
        case .finished: "generated in \(NumberText.percent(job.elapsed)) s"
        case .failed(let reason): "failed, \(reason)"
        case .cancelled(let reason): "cancelled \(reason)"
        }
      return "\(state.describe(job)): \(word)"
    case .finished(let count, let isOpen): return "\(count) generated" + (isOpen ? ", listed below" : "; enter lists them")
    }
  }

  private static func classes(_ state: ExplorerState) -> [String] {
    guard let report = state.evaluation.shown[state.browse.fold] else { return [] }
    return ClassTable(report, reference: state.evaluation.reference, order: state.evaluation.order, width: 80).rows.map { row in
      let name = row.classIndex == nil ? row.name : "\(row.name), \(Counted(row.episodes, "episode"))"
      guard let before = row.before else { return "\(name): not measured" }
      guard let after = row.after else { return "\(name): IoU \(NumberText.percent(before))" }
      let error = row.error.map { " plus or minus \(NumberText.percent($0))" } ?? ""
      return "\(name): \(NumberText.percent(before)), \(NumberText.percent(after)), \(NumberText.signed(after - before))\(error)"
    } + report.remarks
  }

  private static func table(_ state: ExplorerState) -> [String] {
    guard let table = state.compare.table else { return [] }
    return table.rowTitles.indices.flatMap { row in
      table.columnTitles.indices.compactMap { column -> String? in
        guard let cell = table.cell(row: row, column: column) else { return nil }
        let aspect: TableAspect = table.kind == .conditions ? TableAspect.allCases[safe: row] ?? .generated : .generated
        let iou = state.browse.selected.flatMap { state.prediction($0, cell.plan) }.map { ", IoU \(NumberText.percent($0.iou))" } ?? ""
        return "\(table.rowTitles[row]) \(table.columnTitles[column]): \(tile(TileContent(aspect, cell, state)))\(iou)"
      }
    }
  }

  private static func ab(_ state: ExplorerState) -> String {
    guard let ab = state.compare.ab else { return "" }
    return ["A \(ab.a.title)", "B \(ab.b.title)", ab.verdict].compactMap { $0 }.joined(separator: ", ")
  }

  private static func dialog(_ dialog: Dialog, _ state: ExplorerState) -> [String] {
    switch dialog {
    case .commands(let list):
      list.actions.map { action in
        "\(action.label): \(action.title). \(action.detail)" + (action.obstacle(state).map { " Not now: \($0)." } ?? "")
      } + ["type a name or a key to run it, or esc"]
    case .picker(let picker):
      [picker.title] + [picker.hint].compactMap { $0 } + picker.listed.enumerated().map { index, choice in
        "\(index == picker.cursor.index ? "> " : "  ")\(choice.title)\(choice.detail.isEmpty ? "" : ": \(choice.detail)")"
      } + ["type to narrow, an empty line takes the marked one, esc leaves"]
    case .messages: state.dialogs.messages.map { $0.message + ($0.hint.map { " (\($0))" } ?? "") } + ["esc leaves"]
    case .cluster(let lines, _): lines + ["esc leaves"]
    case .confirm(let question):
      ["\(state.words(of: question).title) \(state.words(of: question).text) y or n"]
    case .entry(let field, let input, let complaint):
      ["\(field.title), now \(input.text.isEmpty ? "empty" : input.text): \(complaint ?? state.settings.allowed(field)). Type a value, or esc"]
    case .text(let purpose, let input):
      ["\(purpose.title): \(purpose.hint). Type it; an empty line takes \(input.text)"]
        + (state.dialogs.path.flatMap { $0.text == input.text && !$0.verdict.isEmpty ? $0.verdict : nil }.map { [$0] } ?? [])
    case .filter: ["Filter: \(EpisodeFilter.syntax). Type it, or esc"]
    }
  }
}
