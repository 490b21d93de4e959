import Foundation
import Pipeline
import Render

extension ExplorerState {
  /// Takes over what an effect brought back.
  mutating func take(_ outcome: Outcome, of effect: Effect) -> [Effect] {
    switch (effect, outcome) {
    case (_, .failed(let notice)): return fail(effect, notice)
    case (.open, .opened(let catalog, let models, let pace)), (.openDataset, .opened(let catalog, let models, let pace)):
      self.catalog = catalog
      queue.expect(secondsPerStep: pace)
      restoreSettings(over: models)
      if !catalog.folds.indices.contains(fold) {
        say(Notice(.warning, "\(catalog.name) has no fold \(fold); opening fold 0"))
        fold = 0
      }
      if usesDemoWeights, !acceptsDemoWeights {
        say(Notice(
          .warning, "demo weights on \(catalog.name): toy networks made for the program's own drawn scenes; neither pictures nor figures say anything",
          hint: "give real weights with --models, or say --demo-weights"))
      }
      return openFold(fold) + [.loadReports, .loadPainted, .loadPresets, .preload(settings.options, settings.network, fold: fold)]
    case (.loadEpisodes(let fold), .episodes(let found)):
      guard fold == self.fold else { return [] }
      episodes = found
      takeScores()
      listEpisodes()
      restorePlace()
      showAwaited()
    case (.loadEpisode(let episode), .episode(let pictures)):
      let shown = (pictures.supports + [pictures.query]).map { Picture(id: newPicture(), image: $0.image, marks: .object($0.mask)) }
      shelf.change(episode) { ($0.supports, $0.query) = (Array(shown.dropLast()), shown.last) }
    case (.makeCondition(let episode, let choice), .condition(let image)):
      guard let image else { return [] }
      let picture = Picture(id: newPicture(), image: image)
      shelf.change(episode) { $0.keep(picture, for: choice) }
    case (.look(let episode, let plan), .plan(let requests, let found)):
      take(found, requests, of: episode, plan)
      return segmentCompleted()
    case (.survey(let episode, let plan, let choice), .survey(let requests, let found, let image)):
      take(found, requests, of: episode, plan)
      if let image {
        let picture = Picture(id: newPicture(), image: image)
        shelf.change(episode) { $0.keep(picture, for: choice) }
      }
      return segmentCompleted()
    // What was stored already is not painted again: it has to be looked up.
    case (.generate(let episode, let plan), .queued):
      guard shelf[episode] != nil else { return [] }
      guard focus == .table || plan != self.plan else { return [.look(episode, plan)] }
      return [.survey(episode, plan, plan.choice(of: (table?.number ?? 0) % shots))]
    case (.loadGenerated(let request), .generated(let found)):
      guard let found else { return [] }
      let picture = Picture(id: newPicture(), image: found.image, marks: outline(for: request))
      (verdicts[request], files[request]) = (found.verdict, found.file)
      for episode in shelf.episodes where shelf[episode]?.plans.values.contains(where: { $0.contains(request) }) == true {
        shelf.change(episode) { $0.generated[request] = picture }
      }
      return segmentCompleted()
    case (.predict(let episode, let plan, let network), .prediction(let image, let mask, let truth, let iou, let rejected)):
      guard network == settings.network else { return [] }
      let use = plan.map { SupportUse(plan: $0, rejected: rejected) }
      take(prediction: PredictionView(
        picture: Picture(id: newPicture(), image: image, marks: .comparison(prediction: mask, truth: truth)), iou: iou),
        of: episode, use)
      if let plan, plan == self.plan { return [.measureDrift(episode, plan, network)] }
    case (.measureDrift(let episode, let plan, let network), .drift(let drift, let rejected)):
      own[network, default: [:]][episode, default: OwnFigures()].drift[SupportUse(plan: plan, rejected: rejected)] = drift
      takeScore(of: episode)
    case (.evaluate, .report(let report)), (.evaluateMarked, .report(let report)):
      evaluation = nil
      shelf.forgetPlans()
      (reports[report.plan.fold], showsOwn) = (report, false)
      savedReports.insert(report, at: 0)
      showsClasses = true
      let text = Self.summary(report)
      say(report.leftOutSummary.map { Notice(.warning, "\(text); \($0)", hint: report.leftOutReasons.first.map { "the first: \($0.reason)" }) } ?? Notice(.info, text))
      return [.loadPainted]
    case (.evaluate, .dropped), (.evaluateMarked, .dropped):
      evaluation = nil
      shelf.forgetPlans()
      say(Notice(.info, "evaluation stopped; the pictures painted so far are kept"))
    case (.loadReports, .reports(let all)):
      savedReports = all
      // Newest first: the first one of a fold stays.
      for report in all where reports[report.plan.fold] == nil { reports[report.plan.fold] = report }
    case (.loadPainted, .painted(let all)):
      painted = Dictionary(grouping: all) { SupportName(item: $0.item, classIndex: $0.classIndex) }
      if !filter.isEmpty { listEpisodes(keeping: selected) }
    case (.judge, .judged(let support)): take(support)
    case (.recall, .recalled(let options, let seed, let own)), (.adopt, .recalled(let options, let seed, let own)):
      let before = settings.options.seed
      settings.options = options
      settings.options.seed = seed ?? before
      focus(on: .settings)
      let rest = seed == nil ? "all but the seed: the picture's own, \(own), comes from one that cannot be told" : "g queues pictures with them"
      say(Notice(.info, "the settings are in the form; \(rest)"))
    case (let effect, .presets(let presets)):
      self.presets = presets
      if case .keepPreset(let preset) = effect { say(Notice(.info, "preset \(preset.name) is kept; P offers it")) }
      if case .forgetPreset(let name) = effect { say(Notice(.info, "preset \(name) is forgotten")) }
    case (.importPicture, .imported(let item, let turn)):
      awaitedItem = item
      let turned = turn == .upright ? "" : "; \(turn.title), as its EXIF data says"
      say(Notice(.info, "imported: \(item.id), as a support and as a query\(turned)"))
      return [.loadEpisodes(fold: fold)]
    case (_, .written(let what)): say(Notice(.info, what))
    case (.paint(let request), .painting(let painting)):
      paintings.store(painting, for: request.key)
      lastPainted[request.tile] = request.key
    default: break
    }
    return []
  }

  /// Takes over what is known of a painted support.
  private mutating func take(_ support: PaintedSupport) {
    let name = SupportName(item: support.item, classIndex: support.classIndex)
    painted[name, default: []].removeAll { $0.key == support.key }
    painted[name, default: []].append(support)
    if !filter.isEmpty { listEpisodes(keeping: selected) }
  }

  private mutating func fail(_ effect: Effect, _ notice: Notice) -> [Effect] {
    failures[effect] = notice
    switch effect {
    case .open, .openDataset: openFailure = notice
    case .evaluate, .evaluateMarked: evaluation = nil
    case .generate(let episode, let plan): forget(episode, plan)
    // The tile says it; a notice for each episode passed over would be noise.
    case .loadEpisode, .makeCondition, .look, .survey, .paint, .measureDrift: return []
    default: break
    }
    say(notice)
    return []
  }

  /// Starts segmenting the episodes that waited for supports which are now painted.
  mutating func segmentCompleted() -> [Effect] {
    var effects: [Effect] = []
    for (episode, plans) in awaitingSupports {
      guard let board = shelf[episode] else {
        awaitingSupports[episode] = nil
        continue
      }
      for plan in plans where board.isComplete(plan) {
        forget(episode, plan)
        effects.append(predict(episode, plan))
      }
    }
    return effects
  }

  /// The episode waits no longer for a plan's supports.
  mutating func forget(_ episode: Episode, _ plan: SupportPlan) {
    awaitingSupports[episode]?.remove(plan)
    if awaitingSupports[episode]?.isEmpty == true { awaitingSupports[episode] = nil }
  }

  private mutating func take(
    _ found: [GenerationRequest: FoundSupport], _ requests: [GenerationRequest], of episode: Episode, _ plan: SupportPlan
  ) {
    let known = shelf[episode]?.generated ?? [:]
    var pictures: [GenerationRequest: Picture] = [:]
    for (request, support) in found {
      (verdicts[request], files[request]) = (support.verdict, support.file)
      if known[request] == nil { pictures[request] = Picture(id: newPicture(), image: support.image, marks: outline(for: request)) }
    }
    shelf.change(episode) { board in
      board.plans[plan] = requests
      board.generated.merge(pictures) { old, _ in old }
    }
  }

  private mutating func take(prediction: PredictionView, of episode: Episode, _ use: SupportUse?) {
    shelf.change(episode) { board in
      if let use { board.augmented[use] = prediction } else { board.baseline = prediction }
    }
    var figures = own[settings.network]?[episode] ?? OwnFigures()
    if let use { figures.augmented[use] = prediction.iou } else { figures.baseline = prediction.iou }
    own[settings.network, default: [:]][episode] = figures
    takeScore(of: episode)
    // Other plans' figures belong to their own cells.
    if let plan = use?.plan, plan == self.plan {
      let name = catalog?.className(episode.classIndex) ?? ""
      if let baseline = figures.baseline {
        let gain = Self.signed(prediction.iou - baseline)
        say(Notice(.info, "\(name): IoU \(Self.percent(baseline)) \(episode.supports.count)-shot, \(Self.percent(prediction.iou)) with \(episode.supports.count)+\(plan.count) (\(gain))"))
      }
    }
  }

  /// The present network's prediction for an episode.
  func predict(_ episode: Episode, _ plan: SupportPlan?) -> Effect { .predict(episode, plan, settings.network) }

  /// Another network segments: what the one before said is put away.
  mutating func forgetPredictions() {
    for episode in shelf.episodes { shelf.change(episode) { ($0.baseline, $0.augmented) = (nil, [:]) } }
  }

  /// One line: mIoU without and with generated supports, and the difference with its error.
  package static func summary(_ report: EvaluationReport) -> String {
    var text = "fold \(report.plan.fold): mIoU \(percent(report.baseline.miou.value)) \(report.plan.shots)-shot"
    if let augmented = report.augmented, let difference = report.difference?.miou {
      text += ", \(percent(augmented.miou.value)) with \(report.plan.shots)+\(report.plan.auxiliaryShots) (\(signed(difference.value))"
      if let error = difference.error { text += " ± \(percent(error))" }
      text += ")"
    }
    return text
  }

  /// One decimal.
  package static func percent(_ value: Double) -> String { String(format: "%.1f", value) }

  /// One decimal with its sign.
  package static func signed(_ value: Double) -> String { String(format: "%+.1f", value) }
}
