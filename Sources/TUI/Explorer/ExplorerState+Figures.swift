import Data
import Evaluation

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
}
