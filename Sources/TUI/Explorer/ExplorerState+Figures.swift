import Data
import Evaluation
import Generation

/// Which figures are shown, and of what.
extension ExplorerState {
  /// What the episode list, its order and its filter show, and what the classes' table is of where it is an evaluation: the one shown of the
  /// fold, unless single predictions are asked for or there is none.
  public var run: FigureRun {
    if !evaluation.showsOwn, let report = evaluation.shown[browse.fold] { return .saved(report) }
    return .own(settings.network, plan)
  }

  /// The supports of a plan that a prediction would use now.
  public func use(_ plan: SupportPlan, _ episode: Episode) -> SupportUse { images.use(plan, episode) }

  /// The present network's answer with a plan's supports, as far as they are not rejected.
  public func prediction(_ episode: Episode, _ plan: SupportPlan) -> PredictionView? {
    images.boards[episode]?.augmented[use(plan, episode)]
  }

  /// The figures of an episode with the settings of the form.
  public func ownScore(_ episode: Episode) -> EpisodeScore {
    guard let figures = evaluation.own[settings.segmenter]?[episode] else { return EpisodeScore() }
    let use = use(plan, episode)
    return EpisodeScore(baseline: figures.baseline, augmented: figures.augmented[use], drift: figures.drift[use])
  }

  // MARK: Generated supports

  /// How far a generated support agrees with its mask, as the present network found; nil where it was not measured.
  public func agreement(of request: GenerationRequest) -> Double? { evaluation.agreements[settings.segmenter]?[request] }

  /// The selected episode's generated support with the least agreement, of those that are measured and not rejected.
  var worstSupport: (number: Int, request: GenerationRequest)? {
    var worst: (number: Int, request: GenerationRequest, agreement: Double)?
    for (number, request) in (board?.plans[plan] ?? []).enumerated() where images.ratings[request] != .rejected {
      guard let found = agreement(of: request), found < worst?.agreement ?? .infinity else { continue }
      worst = (number, request, found)
    }
    return worst.map { ($0.number, $0.request) }
  }

  /// Tiles in their order, generated supports by agreement where that is asked for: the worst first, what was not measured last.
  func sorted(_ tiles: [Tile]) -> [Tile] {
    guard images.ordersByAgreement, let requests = board?.plans[plan] else { return tiles }
    func key(_ tile: Tile) -> Double {
      guard case .generated(let number) = tile else { return tile == .evaluated ? 3 : -1 }
      return requests[safe: number].flatMap { agreement(of: $0) } ?? 2
    }
    return tiles.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }.map(\.element)
  }

  // MARK: Names

  /// The number of a saved evaluation among those of its fold, the oldest is 1.
  private func number(of report: EvaluationReport) -> Int? {
    let own = evaluation.saved.filter { $0.plan.fold == report.plan.fold }
    return own.firstIndex(of: report).map { own.count - $0 }
  }

  /// A run in a word: `run 2`, `these settings`.
  public func word(for run: FigureRun) -> String {
    switch run {
    case .saved(let report): number(of: report).map { "run \($0)" } ?? "this run"
    case .own: "these settings"
    }
  }

  /// A run by all that tells it from others, the most telling first.
  public func name(of run: FigureRun) -> String {
    switch run {
    case .saved(let report): "\(word(for: run)): \(RunName.of(report.plan))"
    case .own(let network, let plan):
      "\(word(for: run)): \(RunName.of(plan.options, network: network, shots: browse.shots, supports: plan.count))"
    }
  }

  /// The shown evaluation where the form would make another one, as far as their names tell; nil where it would not.
  var otherRun: FigureRun? {
    guard case .saved(let report) = run else { return nil }
    let plan = report.plan, name = RunName.of(plan.options, network: plan.network, shots: plan.shots, supports: plan.auxiliaryShots)
    let own = RunName.of(settings.options, network: settings.network, shots: browse.shots, supports: settings.supports)
    return plan.auxiliaryFolder == nil && name == own ? nil : run
  }
}
