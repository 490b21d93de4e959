import Data
import Evaluation
import Foundation
import Generation

/// Generating, measuring and judging what is chosen.
extension ExplorerState {
  mutating func generateChosen() -> [Effect] {
    if screen.focus == .table, let table = compare.table { return generate(table) }
    let chosen = browse.chosen
    if browse.hasMarks { queue.ask(for: chosen, plan) }
    return chosen.map { .generate($0, plan) }
  }

  mutating func evaluateChosen() -> [Effect] {
    if screen.focus == .table, let table = compare.table { return evaluate(table) }
    if browse.chosen.count > 1 {
      askToEvaluate()
      return []
    }
    guard let episode = selected, let board = images.boards[episode] else { return [] }
    var effects: [Effect] = board.baseline == nil ? [predict(episode, nil)] : []
    if board.isComplete(plan) {
      if prediction(episode, plan) == nil { effects.append(predict(episode, plan)) }
      if effects.isEmpty { say(Notice(.info, "this episode is evaluated with these settings"), about: .images) }
    } else {
      evaluation.wait(episode, for: plan)
      effects.append(.generate(episode, plan))
    }
    return effects
  }

  mutating func askToEvaluate() {
    let count = browse.hasMarks ? browse.chosen.count : settings.episodes
    dialogs.open(
      .confirm(
        .evaluate(
          EvaluationPlan(
            fold: browse.fold, network: settings.network, shots: browse.shots, auxiliaryShots: settings.supports, options: settings.options,
            episodes: count))))
  }

  /// Begins an evaluation: of the marked episodes where there are any, else of the fold's first ones.
  mutating func begin(_ plan: EvaluationPlan) -> [Effect] {
    evaluation.begin(plan)
    return keepSession() + begin(browse.hasMarks ? .evaluateMarked(plan, browse.chosen) : .evaluate(plan))
  }

  /// Goes on with an evaluation that has no report.
  mutating func resume(_ unfinished: UnfinishedEvaluation) -> [Effect] {
    evaluation.resume(unfinished)
    return keepSession() + begin(.resume(unfinished))
  }

  /// Notes what the user thinks of the tile's image; the same again takes it back.
  ///
  /// Only a rejection changes what is segmented. Figures are kept by the supports that were used: what was measured without the image, and
  /// with it, comes back with the verdict.
  mutating func rate(_ rating: Rating) -> [Effect] {
    guard case .generated(let number) = selectedTile, let episode = selected, let request = board?.plans[plan]?[safe: number] else {
      return []
    }
    let new = images.rate(request, rating)
    takeScore(of: episode)
    return [.rate(request, new)]
  }

  /// Rejects the generated support that agrees least with its mask.
  mutating func rejectWorst() -> [Effect] {
    guard let episode = selected, let (number, request) = worstSupport else { return [] }
    let agreement = agreement(of: request).map { String(format: ", agreement %.2f", $0) } ?? ""
    say(Notice(.info, "rejected: generated \(number + 1)\(agreement); u takes it back"))
    let new = images.rate(request, .rejected)
    takeScore(of: episode)
    return [.rate(request, new)]
  }

  /// Takes the last verdict back.
  mutating func undoVerdict() -> [Effect] {
    guard let (request, rating) = images.undoVerdict() else { return [] }
    if let episode = selected { takeScore(of: episode) }
    say(Notice(.info, "taken back: \(describe(request)) is \(rating?.rawValue ?? "not judged")"))
    return [.rate(request, rating)]
  }

  /// The present network's prediction for an episode.
  func predict(_ episode: Episode, _ plan: SupportPlan?) -> Effect { .predict(episode, plan, settings.segmenter) }

  /// Starts segmenting the episodes that waited for supports which are now generated.
  mutating func segmentCompleted() -> [Effect] {
    var effects: [Effect] = []
    for (episode, plans) in evaluation.awaiting {
      guard let board = images.boards[episode] else {
        evaluation.forget(episode)
        continue
      }
      for plan in plans where board.isComplete(plan) {
        evaluation.forget(episode, plan)
        effects.append(predict(episode, plan))
      }
    }
    return effects
  }

  /// Notes the present network's answer, and says what it means for the form's settings where it was asked for.
  mutating func note(iou: Double, of episode: Episode, _ use: SupportUse?, isAsked: Bool) {
    let figures = evaluation.note(iou: iou, of: episode, use, by: settings.segmenter)
    takeScore(of: episode)
    // Other plans' figures belong to their own cells.
    guard isAsked, use?.plan == plan, let baseline = figures.baseline else { return }
    let name = browse.catalog?.className(episode.classIndex) ?? "", shots = episode.supports.count
    let gain = NumberText.change(from: baseline, to: iou)
    say(
      Notice(
        .info,
        "\(name): IoU \(NumberText.percent(baseline)) \(shots)-shot, \(NumberText.percent(iou)) with \(shots)+\(plan.count) (\(gain))"),
      toldBy: episode == selected ? .images : nil)
  }
}
