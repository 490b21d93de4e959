import Evaluation

extension ExplorerState {
  /// Takes over what an effect brought back.
  mutating func take(_ outcome: Outcome, of effect: Effect) -> [Effect] {
    switch (effect, outcome) {
    case (_, .failed(let notice)): fail(effect, notice)

    case (.open, .opened(let catalog, let models, let pace)), (.openDataset, .opened(let catalog, let models, let pace)):
      return take(catalog, models, secondsPerStep: pace)
    case (.loadEpisodes(let fold), .episodes(let found)): take(found, ofFold: fold)
    case (.loadStoredSupports, .storedSupports(let all)):
      browse.take(generated: all)
      if !browse.filter.isEmpty { listEpisodes(keeping: selected) }
    case (.rate, .rated(let support)):
      browse.take(support)
      if !browse.filter.isEmpty { listEpisodes(keeping: selected) }
    case (.importImage, .imported(let item, let turn)):
      browse.wait(for: item)
      let turned = turn == .upright ? "" : "; \(turn.title), as its EXIF data says"
      say(Notice(.info, "imported: \(item.id), as a support and as a query\(turned)"))
      return [.loadEpisodes(fold: browse.fold)]

    case (.loadEpisode(let episode), .episode(let own)): images.take(own, of: episode)
    case (.makeCondition(let episode, let choice), .condition(let image?)): images.take(condition: image, for: choice, of: episode)
    case (.look(let episode, let plan), .plan(let requests, let found)):
      images.take(found, requests, of: episode, plan)
      return segmentCompleted()
    case (.survey(let episode, let plan, let choice), .survey(let requests, let found, let image)):
      images.take(found, requests, of: episode, plan)
      if let image { images.take(condition: image, for: choice, of: episode) }
      return segmentCompleted()
    case (.loadGenerated(let request), .generated(let found?)):
      images.take(found, for: request)
      return segmentCompleted()
    case (.render(let request), .rendered(let cells)): images.take(cells, for: request)
    case (.encode(let request), .encoded(let bytes)): images.take(pixels: bytes, for: request.key)

    // What was stored already is not generated again: it has to be looked up.
    case (.generate(let episode, let plan), .queued):
      guard images.boards[episode] != nil else { return [] }
      guard screen.focus == .table || plan != self.plan else { return [.look(episode, plan)] }
      return [.survey(episode, plan, plan.choice(of: (compare.table?.number ?? 0) % browse.shots))]

    case (.predict(let episode, let plan, let segmenter), .prediction(let image, let mask, let truth, let iou, let rejected)):
      guard segmenter == settings.segmenter else { return [] }
      let use = plan.map { SupportUse(plan: $0, rejected: rejected) }
      images.take(prediction: image, .comparison(prediction: mask, truth: truth), iou: iou, of: episode, use)
      note(iou: iou, of: episode, use)
      if let plan, plan == self.plan { return [.measureDrift(episode, plan, segmenter)] }
    case (.measureDrift(let episode, let plan, let segmenter), .drift(let drift, let rejected)):
      evaluation.note(drift: drift, of: episode, SupportUse(plan: plan, rejected: rejected), by: segmenter)
      takeScore(of: episode)
    case (.evaluate, .report(let report)), (.evaluateMarked, .report(let report)): return finish(report)
    case (.evaluate, .dropped), (.evaluateMarked, .dropped):
      evaluation.end()
      images.forgetPlans()
      say(Notice(.info, "evaluation stopped; the images generated so far are kept"))
    case (.loadReports, .reports(let all)): evaluation.take(saved: all)

    case (.recall, .recalled(let options, let seed, let own)), (.adopt, .recalled(let options, let seed, let own)):
      settings.take(options, seed: seed)
      screen.focus(on: .settings)
      let rest =
        seed == nil ? "all but the seed: the image's own, \(own), comes from one that cannot be told" : "g queues images with them"
      say(Notice(.info, "the settings are in the form; \(rest)"))
    case (let effect, .presets(let presets)):
      settings.take(presets)
      if case .keepPreset(let preset) = effect { say(Notice(.info, "preset \(preset.name) is kept; P offers it")) }
      if case .forgetPreset(let name) = effect { say(Notice(.info, "preset \(name) is forgotten")) }
    case (_, .written(let what)): say(Notice(.info, what))
    default: break
    }
    return []
  }

  /// An evaluation has its report: other images may be generated now.
  private mutating func finish(_ report: EvaluationReport) -> [Effect] {
    evaluation.finish(report)
    images.forgetPlans()
    screen.showClasses()
    let text = report.summary
    if let leftOut = report.leftOutSummary {
      say(Notice(.warning, "\(text); \(leftOut)", hint: report.leftOutReasons.first.map { "the first: \($0.reason)" }))
    } else {
      say(Notice(.info, text))
    }
    return [.loadStoredSupports]
  }

  private mutating func fail(_ effect: Effect, _ notice: Notice) {
    work.fail(effect, notice)
    switch effect {
    case .open, .openDataset: source.fail(notice)
    case .evaluate, .evaluateMarked: evaluation.end()
    case .generate(let episode, let plan): evaluation.forget(episode, plan)
    // The tile says it; a notice for each episode passed over would be noise.
    case .loadEpisode, .makeCondition, .look, .survey, .render, .encode, .measureDrift: return
    default: break
    }
    say(notice)
  }
}
