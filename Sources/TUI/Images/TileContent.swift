import Data
import Foundation

/// What a tile says and shows.
struct TileContent {
  var title: String
  /// The title where there is no room for all its words.
  private var brief: String?
  var image: ScreenImage?
  /// Shown where there is no image.
  var placeholder = ""
  var hasFailed = false
  /// Whether an image is under way, so that the last one may stay.
  var isComing = false
  /// Whether the image waits in the queue.
  var isQueued = false
  /// Part of the rendering done, 0...1.
  var progress: Double?

  init(title: String) { self.title = title }

  /// The title in as many of its words as there is room for.
  func title(width: Int) -> String {
    func fits(_ text: String) -> Bool { DisplayText(text).width <= width }
    if fits(title) { return title }
    let short = brief ?? title.replacingOccurrences(of: "generated ", with: "gen ")
    if fits(short) { return short }
    let worded = Self.uncounted(short).replacingOccurrences(of: "agreement", with: "agrees")
    if fits(worded) { return worded }
    let bare = short.replacingOccurrences(of: "agreement ", with: "").replacingOccurrences(of: "step ", with: "")
    return fits(bare) ? bare : Self.uncounted(bare)
  }

  /// Says more behind the title.
  private mutating func add(_ text: String) {
    title += text
    brief? += text
  }

  /// Without the first count behind a slash: `gen 2` of `gen 2/4`.
  private static func uncounted(_ text: String) -> String {
    guard let slash = text.firstIndex(of: "/") else { return text }
    return String(text[..<slash] + text[text.index(after: slash)...].drop { $0.isASCII && $0.isNumber })
  }

  init(_ tile: Tile, _ state: ExplorerState) {
    guard let episode = state.browse.selected else {
      title = ""
      return
    }
    let board = state.images.boards[episode]
    switch tile {
    case .support:
      title = episode.supports.count == 1 ? "support" : "support \(state.shownSupport + 1)/\(episode.supports.count)"
      if episode.supports[safe: state.shownSupport]?.id == episode.query.id { title += " = query" }
      image = board?.supports[safe: state.shownSupport]
      wait(for: .loadEpisode(episode), state)
    case .query:
      title = "query, truth"
      image = board?.query
      wait(for: .loadEpisode(episode), state)
    case .condition:
      title = "condition: \(state.settings.options.condition.rawValue)"
      brief = "cond. \(state.settings.options.condition.rawValue)"
      if state.settings.options.condition == .none {
        placeholder = "prompt alone"
      } else {
        image = board?.conditions[state.conditionChoice]
        wait(for: .makeCondition(episode, state.conditionChoice), state)
      }
    case .baseline:
      title = "\(episode.supports.count)-shot"
      show(board?.baseline, of: state.predict(episode, nil), state)
    case .augmented:
      title = "\(episode.supports.count) real + \(state.settings.supports) generated"
      brief = "\(episode.supports.count)+\(state.settings.supports)"
      show(state.prediction(episode, state.plan), of: state.predict(episode, state.plan), state)
      if image == nil, state.evaluation.awaiting[episode] != nil { placeholder = "after generating" }
    case .evaluated:
      title = ""
      guard let evaluated = state.queue.evaluated else { return }
      title = state.describe(evaluated.request)
      take(evaluated.preview.image, step: evaluated.step, of: evaluated.steps)
    case .table, .cell, .ab, .side: title = ""
    case .generated(let number):
      title = "generated \(number + 1)" + (state.settings.supports > 1 ? "/\(state.settings.supports)" : "")
      takeGenerated(number, episode, board, state, state.plan)
    }
  }

  /// Says why there is no image yet: its effect is under way, or has failed.
  mutating func wait(for effect: Effect, _ state: ExplorerState) {
    guard image == nil else { return }
    if let notice = state.work.failures[effect] {
      hasFailed = true
      placeholder = [notice.message, notice.hint].compactMap { $0 }.joined(separator: "\n")
    } else {
      isComing = true
      placeholder = "…"
    }
  }

  /// Shows a prediction, or what has become of its effect.
  mutating func show(_ prediction: PredictionView?, of effect: Effect, _ state: ExplorerState) {
    if let prediction {
      add("  \(NumberText.percent(prediction.iou))")
      image = prediction.image
    } else if state.work.inFlight.contains(effect) {
      isComing = true
      placeholder = "segmenting…"
    } else if let notice = state.work.failures[effect] {
      hasFailed = true
      placeholder = notice.message
    } else if state.expectsPrediction(effect) {
      // What is there stays for the moment until this episode's own comes, without the figure.
      isComing = true
      add("  …")
      placeholder = "segmenting…"
    } else {
      placeholder = "e evaluates"
    }
  }

  /// Shows a plan's generated support, or what has become of its job.
  mutating func takeGenerated(
    _ number: Int, _ episode: Episode, _ board: EpisodeBoard?, _ state: ExplorerState, _ plan: SupportPlan
  ) {
    guard let requests = board?.plans[plan] else {
      let isOwn = plan == state.plan
      wait(for: isOwn ? .look(episode, plan) : .survey(episode, plan, plan.choice(of: number % state.browse.shots)), state)
      // Until it is known the episode is taken for one like the last, so that scrolling changes nothing here.
      if isOwn, isComing, !state.images.hasSupports { placeholder = "g generates" }
      return
    }
    guard let request = requests[safe: number] else { return }
    switch state.images.ratings[request] {
    case .kept: title += "  kept"
    case .starred: title += "  ★"
    case .rejected: title += "  rejected"
    case nil: break
    }
    image = board?.generated[request]
    if image != nil, let agreement = state.agreement(of: request) { title += String(format: "  agreement %.2f", agreement) }
    guard image == nil else { return }
    placeholder = "g generates"
    if let evaluated = state.queue.evaluated, evaluated.request == request {
      return take(evaluated.preview.image, step: evaluated.step, of: evaluated.steps)
    }
    guard let job = state.queue.jobs.job(for: request) else { return }
    switch job.state {
    case .queued: (isQueued, placeholder) = (true, "waits")
    case .interrupted: (isQueued, placeholder) = (true, "interrupted; goes on")
    case .running(let step, let count):
      title += "  step \(step)/\(count)"
      progress = Double(step) / Double(max(1, count))
      placeholder = step == 0 ? "preparing…" : "generating…"
      if let preview = state.queue.previews[request] { image = preview.image }
    case .finished:
      isComing = true
      placeholder = "…"
    case .failed(let reason):
      hasFailed = true
      placeholder = reason
    case .cancelled: placeholder = "cancelled; g generates it"
    }
  }

  /// Shows how far an evaluation is with an image.
  private mutating func take(_ preview: ScreenImage, step: Int, of steps: Int) {
    title += "  step \(step)/\(steps)"
    (progress, image) = (Double(step) / Double(max(1, steps)), preview)
  }
}
