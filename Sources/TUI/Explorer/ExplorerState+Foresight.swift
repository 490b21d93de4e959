import Data
import Generation
import Models

/// Predictions that appear by themselves, while nobody waits for anything.
extension ExplorerState {
  /// The next one, one at a time: of the selected episode, of the settings side by side, then of the listed episodes nearest to it whose
  /// generated supports are there. Nil where there is none, and while other work is under way.
  public var foresight: Effect? {
    guard foresees, work.inFlight.allSatisfy(\.isOfDisplay), let episode = selected, let board = images.boards[episode] else { return nil }
    if board.baseline == nil, !board.supports.isEmpty { return possible(.foresee(episode, nil, settings.segmenter)) }
    let plans = [plan] + (screen.focus == .table ? compare.table?.cells.map(\.plan) ?? [] : [])
    for own in plans where own.count > 0 && board.isComplete(own) && prediction(episode, own) == nil {
      if evaluation.incomplete[own]?.contains(episode) == true { continue }
      if let effect = possible(.foresee(episode, own, settings.segmenter)) { return effect }
    }
    return foresightOfList
  }

  /// Whether predictions come that nobody asked for: nothing long is under way, and the network has not failed.
  var foresees: Bool {
    guard browse.catalog != nil, evaluation.running == nil, evaluation.awaiting.isEmpty else { return false }
    guard queue.jobs.unfinished == 0 || (queue.isPaused && queue.jobs.running == nil) else { return false }
    return !work.failures.keys.contains { $0.isForesight(by: settings.segmenter) }
  }

  /// Whether a prediction of the selected episode that is not there comes by itself, as that of the episode before did.
  func expectsPrediction(_ prediction: Effect) -> Bool {
    guard case .predict(let episode, let plan, let segmenter) = prediction else { return false }
    if work.inFlight.contains(.foresee(episode, plan, segmenter)) { return true }
    guard images.hasPredictions, foresees else { return false }
    guard let plan else { return true }
    return plan.count > 0 && images.boards[episode]?.isComplete(plan) == true && evaluation.incomplete[plan]?.contains(episode) != true
  }

  private func possible(_ effect: Effect) -> Effect? { work.lacking([effect]).first }

  /// Of the listed episodes the nearest one with generated supports of the form's condition that has no figure with them.
  private var foresightOfList: Effect? {
    let rows = browse.listed, cursor = browse.cursor.index, figures = evaluation.own[settings.segmenter] ?? [:]
    guard plan.count > 0 else { return nil }
    for distance in 1..<max(2, rows.count) {
      for row in [cursor + distance, cursor - distance] {
        guard let index = rows[safe: row] else { continue }
        let episode = browse.episodes[index]
        guard hasSupports(episode), evaluation.incomplete[plan]?.contains(episode) != true else { continue }
        let isMeasured = figures[episode]?.augmented.keys.contains { $0.plan == plan } == true
        if isMeasured, figures[episode]?.baseline != nil { continue }
        if let effect = possible(.foresee(episode, isMeasured ? nil : plan, settings.segmenter)) { return effect }
      }
    }
    return nil
  }

  /// Whether the store has supports of the form's condition for each of an episode's real ones; the settings may be others.
  private func hasSupports(_ episode: Episode) -> Bool {
    episode.supports.prefix(plan.count).allSatisfy { support in
      browse.generated[Support.Name(item: support.id, classIndex: episode.classIndex)]?
        .contains { $0.condition == plan.options.condition } == true
    }
  }
}

extension Effect {
  /// Whether it only turns images into what the screen shows.
  fileprivate var isOfDisplay: Bool {
    switch self {
    case .render, .encode: true
    default: false
    }
  }

  fileprivate func isForesight(by segmenter: SegmenterChoice) -> Bool {
    if case .foresee(_, _, segmenter) = self { true } else { false }
  }
}
