import Foundation
import Pipeline

/// What figures on the screen are of: every one belongs to one of these, and says which.
package enum FigureRun: Hashable, Sendable {
  /// A finished evaluation.
  case saved(EvaluationReport)
  /// Episodes segmented one by one with the settings of the form.
  case own(SegmentationNetwork, SupportPlan)
}

/// The supports of a plan that a prediction used: what the user rejects is left out.
package struct SupportUse: Hashable, Sendable {
  package let plan: SupportPlan
  package let rejected: Set<GenerationRequest>

  package init(plan: SupportPlan, rejected: Set<GenerationRequest> = []) {
    self.plan = plan
    self.rejected = rejected
  }
}

/// What single predictions of an episode by one network have shown.
package struct OwnFigures: Sendable {
  /// Percent.
  package var baseline: Double?
  package var augmented: [SupportUse: Double] = [:]
  package var drift: [SupportUse: Double] = [:]
}

extension ExplorerState {
  /// What the episode list, its order and its filter show, and what the classes' table is of where it is an evaluation: the one shown of the
  /// fold, unless single predictions are asked for or there is none.
  package var run: FigureRun {
    if !showsOwn, let report = reports[fold] { return .saved(report) }
    return .own(settings.network, plan)
  }

  /// The supports of a plan that a prediction would use now.
  package func use(_ plan: SupportPlan, _ episode: Episode) -> SupportUse {
    SupportUse(plan: plan, rejected: Set((shelf[episode]?.plans[plan] ?? []).filter { verdicts[$0] == .rejected }))
  }

  /// The present network's answer with a plan's supports, as far as they are not rejected.
  package func prediction(_ episode: Episode, _ plan: SupportPlan) -> PredictionView? { shelf[episode]?.augmented[use(plan, episode)] }

  /// The figures of an episode with the settings of the form.
  package func ownScore(_ episode: Episode) -> EpisodeScore {
    guard let figures = own[settings.network]?[episode] else { return EpisodeScore() }
    let use = use(plan, episode)
    return EpisodeScore(baseline: figures.baseline, augmented: figures.augmented[use], drift: figures.drift[use])
  }

  /// Fills the list's figures from the run that is shown, and from nothing else.
  mutating func takeScores() {
    switch run {
    case .saved(let report):
      scores = Dictionary(
        report.episodes.map { ($0.episode, EpisodeScore(baseline: $0.baseline.iou, augmented: $0.augmented?.iou)) }, uniquingKeysWith: { first, _ in first })
    case .own(let network, _):
      scores = [:]
      for episode in (own[network] ?? [:]).keys { takeScore(of: episode) }
    }
  }

  /// The same for one episode, after something was found out or judged.
  mutating func takeScore(of episode: Episode) {
    guard case .own = run else { return }
    let score = ownScore(episode)
    scores[episode] = score == EpisodeScore() ? nil : score
  }

  /// Another run is shown: figures, and what is listed by them.
  mutating func followRun() {
    takeScores()
    if order != .drawn || filter.asked.contains(.figures) { listEpisodes(keeping: selected) }
  }

  // MARK: Names

  /// The number of a saved evaluation among those of its fold, the oldest is 1.
  private func number(of report: EvaluationReport) -> Int? {
    let own = savedReports.filter { $0.plan.fold == report.plan.fold }
    return own.firstIndex(of: report).map { own.count - $0 }
  }

  /// A run in a word: `run 2`, `these settings`.
  package func word(for run: FigureRun) -> String {
    switch run {
    case .saved(let report): number(of: report).map { "run \($0)" } ?? "this run"
    case .own: "these settings"
    }
  }

  /// A run by all that tells it from others, the most telling first.
  package func name(of run: FigureRun) -> String {
    switch run {
    case .saved(let report): "\(word(for: run)): \(RunName.of(report.plan))"
    case .own(let network, let plan): "\(word(for: run)): \(RunName.of(plan.options, network: network, shots: shots, supports: plan.count))"
    }
  }
}

/// Names of runs by their settings.
enum RunName {
  /// `mask, dcama, ddim 20, 1+4, seed 0`, then what is not usual.
  static func of(_ plan: EvaluationPlan) -> String {
    var parts = parts(plan.options, network: plan.network, shots: plan.shots, supports: plan.auxiliaryShots)
    if let folder = plan.auxiliaryFolder { parts = [plan.network.rawValue, "\(plan.shots)+\(plan.auxiliaryShots)", "supports from \(tail(folder))"] }
    if plan.auxiliaryShots == 0 || plan.auxiliaryFolder != nil || plan.seed != plan.options.seed { parts.append("episodes by seed \(plan.seed)") }
    if plan.episodeProtocol != .hsnet { parts.append("protocol \(plan.episodeProtocol.rawValue)") }
    if let list = plan.episodeList { parts.append("episodes of \(tail(list))") } else if let lists = plan.lists { parts.append("lists \(tail(lists))") }
    if let minimum = plan.minimumAgreement { parts.append("agreement \(minimum.short)") }
    if let side = plan.inputSide { parts.append("side \(side)") }
    if let comparison = plan.comparison { parts.append(comparison.title) }
    if plan.classMean == .all { parts.append("mean over all classes") }
    return parts.joined(separator: ", ")
  }

  static func of(_ options: GenerationOptions, network: SegmentationNetwork, shots: Int, supports: Int) -> String {
    parts(options, network: network, shots: shots, supports: supports).joined(separator: ", ")
  }

  private static func parts(_ options: GenerationOptions, network: SegmentationNetwork, shots: Int, supports: Int) -> [String] {
    guard supports > 0 else { return [network.rawValue, "\(shots)-shot"] }
    return [options.condition.rawValue, network.rawValue, "\(options.sampler) \(options.steps)", "\(shots)+\(supports)", "seed \(options.seed)"]
      + details(options)
  }

  /// What else decides the pictures, where it is not usual; the guidance scale always, as models have their own.
  static func details(_ options: GenerationOptions) -> [String] {
    let told: Set<Setting.ID> = [.condition, .sampler, .steps, .seed, .prompt, .negativePrompt], always: Set<Setting.ID> = [.guidance, .resolution]
    var parts: [String] = []
    for setting in Setting.all where !told.contains(setting.id) && setting.applies(to: options) {
      guard let text = setting.text(options), always.contains(setting.id) || !setting.isUsual(options) else { continue }
      parts.append(setting.kind == .flag ? setting.name : "\(setting.name) \(text)")
    }
    if let models = options.models {
      parts += [models.diffusion].compactMap { $0 } + models.controlNets + [models.autoencoder].compactMap { $0 }
      parts += (models.loras ?? []).map { "\($0.id) \($0.scale.short)" }
    }
    if let prompt = options.prompt { parts.append("prompt “\(prompt.prefix(40))”") }
    if let negative = options.negativePrompt { parts.append("negative “\(negative.prefix(40))”") }
    return parts
  }

  private static func tail(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
}
