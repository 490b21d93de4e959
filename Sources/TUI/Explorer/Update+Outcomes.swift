import Core
import Data
import Evaluation
import Foundation
import Generation
import Models
import Render

extension ExplorerState {
  /// Takes over what an effect brought back.
  mutating func take(_ outcome: Outcome, of effect: Effect) -> [Effect] {
    switch (effect, outcome) {
    case (_, .failed(let notice)): return fail(effect, notice)

    case (.open, .opened(let catalog, let models, let pace)), (.openDataset, .opened(let catalog, let models, let pace)),
      (.openFolder, .opened(let catalog, let models, let pace)):
      return take(catalog, models, secondsPerStep: pace)
    case (.loadEpisodes(let fold), .episodes(let found)): take(found, ofFold: fold)
    case (.loadStoredSupports, .storedSupports(let all)):
      browse.take(generated: all)
      evaluation.forgetIncomplete()
      if !browse.filter.isEmpty { listEpisodes(keeping: selected) }
    case (.rate, .rated(let support)):
      browse.take(support)
      if !browse.filter.isEmpty { listEpisodes(keeping: selected) }
    case (.listEpisodes, .episodeList(let path)): return copyEvaluation(ofListed: path)
    case (.listImports, .imports(let images)): offer(images)
    case (let effect, .imported(let change, let ownClasses, let turn)): return take(change, of: effect, ownClasses, turn)

    case (.loadEpisode(let episode), .episode(let own)): images.take(own, of: episode)
    case (.makeCondition(let episode, let choice), .condition(let image?)): images.take(condition: image, for: choice, of: episode)
    case (.look(let episode, let plan), .plan(let requests, let found)):
      images.take(found, requests, of: episode, plan)
      if episode == selected { images.note(hasSupports: !found.isEmpty) }
      return segmentCompleted()
    case (.survey(let episode, let plan, let choice), .survey(let requests, let found, let image)):
      images.take(found, requests, of: episode, plan)
      if let image { images.take(condition: image, for: choice, of: episode) }
      return segmentCompleted()
    case (.loadGenerated(let request), .generated(let found?)):
      if evaluation.running != nil { queue.takeEvaluated(request) }
      // The queue tells of every image, whoever asked for it; only those of the episodes looked at are kept.
      guard images.isLacking(request) else { return [] }
      images.take(found, for: request)
      queue.endPreview(of: request)
      evaluation.forgetIncomplete()
      return segmentCompleted()
    case (.render(let request), .rendered(let cells)): images.take(cells, for: request)
    case (.encode(let request), .encoded(let bytes)): images.take(pixels: bytes, for: request.key)

    // What was stored already is not generated again: it has to be looked up.
    case (.generate(let episode, let plan), .queued(let count)):
      if let text = queue.take(asked: count, of: episode, plan) { say(Notice(.info, text), about: .queue) }
      guard images.boards[episode] != nil else { return [] }
      guard screen.focus == .table || plan != self.plan else { return [.look(episode, plan)] }
      return [.survey(episode, plan, plan.choice(of: (compare.table?.number ?? 0) % browse.shots))]

    case (.predict(let episode, let plan, let segmenter), .prediction(let image, let mask, let truth, let iou, let rejected)):
      let prediction = ScreenImage.Marks.comparison(prediction: mask, truth: truth)
      return take(prediction, over: image, iou: iou, of: episode, plan, rejected, by: segmenter, isAsked: true)
    case (.foresee(let episode, let plan, let segmenter), .prediction(let image, let mask, let truth, let iou, let rejected)):
      let prediction = ScreenImage.Marks.comparison(prediction: mask, truth: truth)
      return take(prediction, over: image, iou: iou, of: episode, plan, rejected, by: segmenter, isAsked: false)
    case (.foresee(let episode, let plan?, _), .incomplete): evaluation.note(incomplete: plan, of: episode)
    case (.measureDrift(let episode, let plan, let segmenter), .drift(let drift, let agreements, let rejected)):
      evaluation.note(agreements: agreements, by: segmenter)
      evaluation.note(drift: drift, of: episode, SupportUse(plan: plan, rejected: rejected), by: segmenter)
      takeScore(of: episode)
    case (.evaluate, .report(let report, let date)), (.evaluateMarked, .report(let report, let date)),
      (.resume, .report(let report, let date)):
      return finish(report, date)
    case (.evaluate, .dropped), (.evaluateMarked, .dropped), (.resume, .dropped):
      evaluation.end()
      queue.forgetEvaluated()
      images.forgetPlans()
      say(Notice(.info, "evaluation stopped; the images generated and the episodes finished so far are kept, L goes on with them"))
      return [.loadReports]
    case (.loadReports, .reports(let all, let dates, let unfinished)):
      evaluation.take(saved: all, dates: dates, unfinished: unfinished)
      tellCutOff()
    case (.forget(let gone), .reports(let all, let dates, let unfinished)):
      evaluation.take(saved: all, dates: dates, unfinished: unfinished)
      say(Notice(.info, "forgotten: \(RunName.of(gone.plan)); its images are kept"))
    case (.loadClusterRuns, .clusterRuns(let lines)): dialogs.take(clusterRuns: lines)

    case (.inspectPath, .path(let insight)): return dialogs.take(insight).map { heed($0) } ?? []
    case (.identifyFolder(let path), .identified(let kind)): offer(kind, path)
    case (.rememberFolder(let kind, let path), .written(let what)):
      source.list(kind, root: path)
      say(Notice(.info, what))
    case (.sampleResources, .resources(let sample)): resources.take(sample, at: screen.now)

    case (.recall, .recalled(let options, let seed, let own)), (.adopt, .recalled(let options, let seed, let own)):
      settings.take(options, seed: seed)
      screen.focus(on: .settings)
      let rest =
        seed == nil ? "all but the seed: the image's own, \(own), comes from one that cannot be told" : "g queues images with them"
      say(Notice(.info, "the settings are in the form; \(rest)"), about: .settings)
    case (let effect, .presets(let presets)):
      settings.take(presets)
      if case .keepPreset(let preset) = effect { say(Notice(.info, "preset \(preset.name) is kept; P offers it")) }
      if case .forgetPreset(let name) = effect { say(Notice(.info, "preset \(name) is forgotten")) }
    case (_, .written(let what)): say(Notice(.info, what))
    default: break
    }
    return []
  }

  /// Takes over a network's answer, as far as the present one gave it; one that the user asked for is said.
  private mutating func take(
    _ marks: ScreenImage.Marks, over image: Image, iou: Double, of episode: Episode, _ plan: SupportPlan?,
    _ rejected: Set<GenerationRequest>, by segmenter: SegmenterChoice, isAsked: Bool
  ) -> [Effect] {
    guard segmenter == settings.segmenter else { return [] }
    let use = plan.map { SupportUse(plan: $0, rejected: rejected) }
    images.take(prediction: image, marks, iou: iou, of: episode, use)
    note(iou: iou, of: episode, use, isAsked: isAsked)
    // The store knows of other verdicts than this screen: asked again, it would say the same.
    if let plan, !isAsked, images.boards[episode] != nil, prediction(episode, plan) == nil {
      evaluation.note(incomplete: plan, of: episode)
    }
    guard let plan, isAsked || (plan == self.plan && episode == selected) else { return [] }
    return [.measureDrift(episode, plan, segmenter)]
  }

  /// Says once that an evaluation was cut off with its process, and how to go on with it.
  private mutating func tellCutOff() {
    guard let cutOff = evaluation.newestCutOff() else { return }
    let name = "fold \(cutOff.plan.fold), \(RunName.of(cutOff.plan))"
    say(
      Notice(
        .warning, "an evaluation was cut off, \(cutOff.done) of \(Counted(cutOff.of, "episode")) finished: \(name)",
        hint: "L lists it; Enter there goes on with it, x forgets it"))
  }

  /// An evaluation has its report: other images may be generated now.
  private mutating func finish(_ report: EvaluationReport, _ date: Date?) -> [Effect] {
    evaluation.finish(report, date)
    queue.forgetEvaluated()
    images.forgetPlans()
    let shown = evaluation.shown[report.plan.fold], isShown = shown == report
    if isShown { screen.showClasses() }
    var text = report.summary
    if !isShown, let shown { text = "\(word(for: .saved(report))), \(text); \(word(for: .saved(shown))) stays, L shows the new one" }
    if let leftOut = report.leftOutSummary {
      say(Notice(.warning, "\(text); \(leftOut)", hint: report.leftOutReasons.first.map { "the first: \($0.reason)" }))
    } else {
      say(Notice(.info, text), toldBy: isShown && report.plan.fold == browse.fold ? .classes : nil)
    }
    return [.loadStoredSupports]
  }

  private mutating func fail(_ effect: Effect, _ notice: Notice) -> [Effect] {
    work.fail(effect, notice)
    switch effect {
    case .open, .openDataset, .openFolder: source.fail(notice)
    case .evaluate, .evaluateMarked, .resume:
      evaluation.end()
      queue.forgetEvaluated()
      say(notice)
      return [.loadReports]
    case .generate(let episode, let plan):
      evaluation.forget(episode, plan)
      if let text = queue.take(asked: nil, of: episode, plan) { say(Notice(.info, text), about: .queue) }
    // The tile says it; a notice for each episode passed over would be noise.
    case .loadEpisode, .makeCondition, .look, .survey, .render, .encode, .measureDrift, .inspectPath, .foresee: return []
    default: break
    }
    say(notice)
    return []
  }
}
