import Foundation
import Pipeline

/// A row of a comparison of conditions.
enum TableAspect: Hashable, CaseIterable {
  case control, generated, prediction
}

/// What a tile says and shows.
struct TileContent {
  var title: String
  var picture: Picture?
  /// Shown where there is no picture.
  var placeholder = ""
  var hasFailed = false
  /// Whether a picture is under way, so that the last one may stay.
  var isComing = false
  /// Part of the painting done, 0...1.
  var progress: Double?

  init(_ tile: Tile, _ state: ExplorerState) {
    guard let episode = state.selected else {
      title = ""
      return
    }
    let board = state.shelf[episode]
    switch tile {
    case .support:
      title = episode.supports.count == 1 ? "support" : "support \(state.shownSupport + 1)/\(episode.supports.count)"
      picture = board?.supports[safe: state.shownSupport]
      wait(for: .loadEpisode(episode), state)
    case .query:
      title = "query, truth"
      picture = board?.query
      wait(for: .loadEpisode(episode), state)
    case .condition:
      title = "cond. \(state.settings.options.condition.rawValue)"
      if state.settings.options.condition == .none {
        placeholder = "the prompt alone steers"
      } else {
        picture = board?.conditions[state.conditionChoice]
        wait(for: .makeCondition(episode, state.conditionChoice), state)
      }
    case .baseline:
      title = "\(episode.supports.count)-shot"
      show(board?.baseline, of: state.predict(episode, nil), state)
    case .augmented:
      title = "\(episode.supports.count)+\(state.settings.supports)"
      show(state.prediction(episode, state.plan), of: state.predict(episode, state.plan), state)
      if picture == nil, state.awaitingSupports[episode] != nil { placeholder = "after painting" }
    case .table, .duel: title = ""
    case .generated(let number):
      title = "generated \(number + 1)"
      takeGenerated(number, episode, board, state, state.plan)
    }
  }

  /// What a cell of a table shows: its control image, its first generated support, its prediction.
  init(_ aspect: TableAspect, _ cell: TableCell, _ state: ExplorerState) {
    title = ""
    guard let episode = state.selected else { return }
    let board = state.shelf[episode]
    switch aspect {
    case .control:
      let choice = cell.plan.choice(of: (state.table?.number ?? 0) % state.shots)
      if choice.type == .none { placeholder = "the prompt alone steers" } else {
        picture = board?.conditions[choice]
        wait(for: .survey(episode, cell.plan, choice), state)
      }
    case .generated: takeGenerated(state.table?.number ?? 0, episode, board, state, cell.plan)
    case .prediction:
      show(state.prediction(episode, cell.plan), of: state.predict(episode, cell.plan), state)
      if picture == nil, state.awaitingSupports[episode]?.contains(cell.plan) == true { placeholder = "after painting" }
    }
    // The table names its columns itself.
    title = title.trimmingCharacters(in: .whitespaces)
  }

  private mutating func wait(for effect: Effect, _ state: ExplorerState) {
    guard picture == nil else { return }
    if let notice = state.failures[effect] {
      hasFailed = true
      placeholder = [notice.message, notice.hint].compactMap { $0 }.joined(separator: "\n")
    } else {
      isComing = true
      placeholder = "…"
    }
  }

  private mutating func show(_ prediction: PredictionView?, of effect: Effect, _ state: ExplorerState) {
    if let prediction {
      title += "  \(ExplorerState.percent(prediction.iou))"
      picture = prediction.picture
    } else if state.inFlight.contains(effect) {
      isComing = true
      placeholder = "segmenting…"
    } else if let notice = state.failures[effect] {
      hasFailed = true
      placeholder = notice.message
    } else {
      placeholder = "e evaluates"
    }
  }

  private mutating func takeGenerated(
    _ number: Int, _ episode: Episode, _ board: EpisodeBoard?, _ state: ExplorerState, _ plan: SupportPlan
  ) {
    guard let requests = board?.plans[plan] else {
      return wait(for: plan == state.plan ? .look(episode, plan) : .survey(episode, plan, plan.choice(of: number % state.shots)), state)
    }
    guard let request = requests[safe: number] else { return }
    switch state.verdicts[request] {
    case .kept: title += "  kept"
    case .starred: title += "  ★"
    case .rejected: title += "  rejected"
    case nil: break
    }
    picture = board?.generated[request]
    guard picture == nil else { return }
    placeholder = "g paints it"
    guard let job = state.queue.job(for: request) else { return }
    switch job.state {
    case .queued: placeholder = "waits"
    case .interrupted: placeholder = "interrupted; goes on"
    case .running(let step, let count):
      title += "  \(step)/\(count)"
      progress = Double(step) / Double(max(1, count))
      placeholder = step == 0 ? "preparing…" : "painting…"
      if let preview = state.preview, preview.request == request { picture = preview.picture }
    case .finished:
      isComing = true
      placeholder = "…"
    case .failed(let reason):
      hasFailed = true
      placeholder = reason
    case .cancelled: placeholder = "cancelled; g paints it"
    }
  }
}
