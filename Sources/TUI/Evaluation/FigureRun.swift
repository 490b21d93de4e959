import Core
import Data
import Evaluation
import Foundation
import Generation
import Models

/// What figures on the screen are of: every one belongs to one of these, and says which.
public enum FigureRun: Hashable, Sendable {
  /// A finished evaluation.
  case saved(EvaluationReport)
  /// Episodes segmented one by one with the settings of the form.
  case own(SegmentationNetwork, SupportPlan)

  /// Generated supports an episode.
  var supports: Int {
    switch self {
    case .saved(let report): report.augmented == nil ? 0 : report.plan.auxiliaryShots
    case .own(_, let plan): plan.count
    }
  }
}

/// What single predictions of an episode by one network have shown.
public struct OwnFigures: Sendable {
  /// Percent.
  public var baseline: Double?
  public var augmented: [SupportUse: Double] = [:]
  public var drift: [SupportUse: Double] = [:]
}

/// Names of runs by their settings.
enum RunName {
  /// `mask, dcama, ddim 20, 1+4, seed 0`, then what is not usual.
  static func of(_ plan: EvaluationPlan) -> String {
    var parts = parts(plan.options, network: plan.network, shots: plan.shots, supports: plan.auxiliaryShots)
    if let folder = plan.auxiliaryFolder { parts = [plan.network.rawValue, "\(plan.shots)+\(plan.auxiliaryShots)", "supports from \(tail(folder))"] }
    if plan.auxiliaryShots == 0 || plan.auxiliaryFolder != nil || plan.seed != plan.options.seed { parts.append("episodes by seed \(plan.seed)") }
    if plan.episodeProtocol != .hsnet { parts.append("protocol \(plan.episodeProtocol.rawValue)") }
    if let list = plan.episodeList { parts.append(episodes(of: list, count: plan.episodes)) } else if let lists = plan.lists { parts.append("lists \(tail(lists))") }
    if plan.auxiliaryShots == 0 || plan.auxiliaryFolder != nil, plan.precision != .float32 { parts.append(plan.precision.rawValue) }
    if let minimum = plan.minimumAgreement { parts.append("agreement \(minimum.short)") }
    if let side = plan.inputSide { parts.append("side \(side)") }
    if let comparison = plan.comparison { parts.append(comparison.title) }
    if plan.classMean == .all { parts.append("mean over all classes") }
    return parts.joined(separator: ", ")
  }

  /// Of some options, without the settings that vary.
  static func of(
    _ options: GenerationOptions, network: SegmentationNetwork, shots: Int, supports: Int, varying: Set<Setting.ID> = []
  ) -> String {
    parts(options, network: network, shots: shots, supports: supports, varying: varying).joined(separator: ", ")
  }

  private static func parts(
    _ options: GenerationOptions, network: SegmentationNetwork, shots: Int, supports: Int, varying: Set<Setting.ID> = []
  ) -> [String] {
    guard supports > 0 else { return [network.rawValue, "\(shots)-shot"] }
    func own(_ id: Setting.ID, _ text: String) -> String? { varying.contains(id) ? nil : text }
    let sampler = [own(.sampler, "\(options.sampler)"), own(.steps, "\(options.steps)")].compactMap { $0 }.joined(separator: " ")
    let parts = [own(.condition, options.condition.rawValue), network.rawValue, sampler.isEmpty ? nil : sampler, "\(shots)+\(supports)"]
    return parts.compactMap { $0 } + [own(.seed, "seed \(options.seed)")].compactMap { $0 } + details(options, varying: varying)
  }

  /// What else decides the images, where it is not usual; the guidance scale always, as models have their own.
  static func details(_ options: GenerationOptions, varying: Set<Setting.ID> = []) -> [String] {
    let told: Set<Setting.ID> = [.condition, .sampler, .steps, .seed, .prompt, .negativePrompt], always: Set<Setting.ID> = [.guidance, .resolution]
    var parts: [String] = []
    for setting in Setting.all where !told.contains(setting.id) && !varying.contains(setting.id) && setting.applies(to: options) {
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

  /// A list that was made of marks is named by a digest of its own.
  private static func episodes(of list: String, count: Int) -> String {
    isOfMarks(list) ? "\(Counted(count, "marked episode")) \(DisplayText.middle(of: base(list), to: 9))" : "episodes of \(tail(list))"
  }

  /// Whether a list of episodes was made of marks.
  static func isOfMarks(_ list: String) -> Bool { base(list).count == 64 && base(list).allSatisfy(\.isHexDigit) }

  private static func base(_ list: String) -> String { URL(fileURLWithPath: list).deletingPathExtension().lastPathComponent }

  private static func tail(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
}
