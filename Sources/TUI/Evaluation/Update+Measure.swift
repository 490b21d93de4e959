import Pipeline

/// Generating, measuring, and looking at saved evaluations.
extension ExplorerState {
  mutating func generateChosen() -> [Effect] {
    if focus == .table, let table { return generate(table) }
    let chosen = chosen
    if chosen.count > 1 { say(Notice(.info, "supports of \(chosen.count) episodes are queued, where they are not painted")) }
    return chosen.map { .generate($0, plan) }
  }

  mutating func evaluateChosen() -> [Effect] {
    if focus == .table, let table { return evaluate(table) }
    if chosen.count > 1 {
      askToEvaluate()
      return []
    }
    guard let episode = selected, let board = shelf[episode] else { return [] }
    var effects: [Effect] = board.baseline == nil ? [predict(episode, nil)] : []
    if board.isComplete(plan) {
      if prediction(episode, plan) == nil { effects.append(predict(episode, plan)) }
      if effects.isEmpty { say(Notice(.info, "this episode is evaluated with these settings")) }
    } else {
      awaitingSupports[episode, default: []].insert(plan)
      effects.append(.generate(episode, plan))
    }
    return effects
  }

  mutating func askToEvaluate() {
    let count = marked.isEmpty && anchor == nil ? settings.episodes : chosen.count
    dialog = .confirm(.evaluate(EvaluationPlan(
      fold: fold, network: settings.network, shots: shots, auxiliaryShots: settings.supports, options: settings.options, episodes: count)))
  }

  /// Begins an evaluation: of the marked episodes where there are any, else of the fold's first ones.
  mutating func begin(_ plan: EvaluationPlan) -> [Effect] {
    evaluation = RunningEvaluation(plan: plan)
    let effect: Effect = marked.isEmpty && anchor == nil ? .evaluate(plan) : .evaluateMarked(plan, chosen)
    failures[effect] = nil
    return [effect]
  }

  /// Notes what the user thinks of the tile's picture; the same again takes it back.
  ///
  /// Only a rejection changes what is segmented. Figures are kept by the supports that were used: what was measured without the picture, and
  /// with it, comes back with the verdict.
  mutating func judge(_ verdict: Verdict) -> [Effect] {
    guard case .generated(let number) = selectedTile, let episode = selected, let request = board?.plans[plan]?[safe: number] else { return [] }
    let new = verdicts[request] == verdict ? nil : verdict
    verdicts[request] = new
    takeScore(of: episode)
    return [.judge(request, new)]
  }

  // MARK: Saved evaluations

  /// The episodes of the class under the cursor, the worst first.
  mutating func listWorst() {
    guard let report = reports[fold] else { return }
    // The list is of the same evaluation as the table.
    if showsOwn {
      showsOwn = false
      takeScores()
    }
    let table = ClassTable(report, reference: reference, order: classOrder, width: 80)
    guard let index = table.rows[safe: classCursor.index]?.classIndex else { return }
    classFilter = index
    filter = EpisodeFilter()
    order = report.augmented == nil ? .iou : .augmented
    listEpisodes()
    focus(on: .episodes)
  }

  mutating func pickReport() {
    dialog = .picker(Picker("Saved evaluations", savedReports.enumerated().map { index, report in
      Choice(Self.title(of: report), detail(of: report), .report(index))
    } + [Choice("single predictions with these settings", "in the list, in place of an evaluation", .ownFigures)]))
  }

  mutating func pickReference() {
    let others = savedReports.enumerated().filter { $0.element.plan.fold == fold && $0.element != reports[fold] }
    dialog = .picker(Picker("Compare with", [Choice("itself without generated supports", "", .reference(nil))] + others.map { index, report in
      Choice(Self.title(of: report), detail(of: report), .reference(index))
    }))
  }

  /// An evaluation in few words.
  package static func title(of report: EvaluationReport) -> String {
    let plan = report.plan, options = plan.options
    let settings = plan.auxiliaryShots > 0
      ? ", \(options.condition.rawValue), \(options.sampler) \(options.steps), guidance \(SettingsForm.decimal(options.guidance)), seed \(options.seed)" : ""
    return "fold \(plan.fold), \(plan.network.rawValue), \(plan.shots)+\(plan.auxiliaryShots)\(settings)"
  }

  private func detail(of report: EvaluationReport) -> String {
    func percent(_ value: Double) -> String { Self.percent(value) }
    let after = report.augmented.map { " → \(percent($0.miou.value))" } ?? ""
    return "\(word(for: .saved(report))), mIoU \(percent(report.baseline.miou.value))\(after), \(report.episodes.count) episodes"
  }
}
