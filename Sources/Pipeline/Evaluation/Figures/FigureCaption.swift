import Core
import Generation

/// What a table of figures is of, in one line, so that one that was pasted somewhere proves something: data, network, generated supports, weights.
enum FigureCaption {
  /// `parts` that are there, then the weights by name and the beginnings of their digests, then the program.
  static func text(_ parts: [String?], weights: [String: String]?) -> String {
    let named = (weights ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.prefix(digits))" }
    let all = parts + [named.isEmpty ? nil : "weights \(named.joined(separator: ", "))", "diffss \(ProgramVersion.current)"]
    return PlainText.clean(all.compactMap { $0 }.joined(separator: "; "))
  }

  /// Hexadecimal digits of a digest that tell weights apart.
  private static let digits = 8
}

extension EvaluationPlan {
  /// `protocol hsnet, seed 0`, and what else decides which episodes there are.
  func episodeText(seeds: [UInt64]) -> String {
    let drawn = "protocol \(episodeProtocol.rawValue), seed\(seeds.count > 1 ? "s" : "") \(seeds.map { "\($0)" }.joined(separator: ", "))"
    if episodeList != nil { return "a saved list" }
    return drawn + (lists == nil ? "" : ", published lists")
  }

  /// Condition, sampler, steps, guidance and seed of the generated supports, and whatever is not as usual; nil without any. Settings of `varied`
  /// are told by who varies them.
  func imageText(without varied: Set<String> = []) -> String? {
    guard auxiliaryShots > 0 || varied.contains("aux-shots") else { return nil }
    if auxiliaryFolder != nil { return "supports generated before" }
    let always: Set<Setting.ID> = [.condition, .sampler, .steps, .guidance, .seed]
    let told = Setting.all.filter { setting in
      setting.applies(to: options) && !varied.contains(setting.id.rawValue) && (always.contains(setting.id) || !setting.isUsual(options))
    }
    // What is always told comes first, in one order.
    let order: [Setting.ID] = [.condition, .sampler, .steps, .guidance, .seed]
    let sorted = order.compactMap { id in told.first { $0.id == id } } + told.filter { !always.contains($0.id) }
    let words = sorted.compactMap { setting in setting.text(options).map { Self.word(setting, $0) } }
    let own = [options.models?.diffusion].compactMap { $0 } + (options.models?.controlNets ?? [])
    return (words + (own.isEmpty ? [] : ["models \(own.joined(separator: ", "))"])).joined(separator: ", ")
  }

  private static func word(_ setting: Setting, _ text: String) -> String {
    switch setting.id {
    case .condition, .sampler: text
    case .steps: "\(text) steps"
    case .seed: "seed \(text)"
    default: "\(setting.name) \(text)"
    }
  }
}

extension EvaluationReport {
  /// What its figures are of: stands above its table.
  public var caption: String {
    let shots = plan.auxiliaryShots > 0 ? "\(plan.shots)+\(plan.auxiliaryShots) shots" : "\(plan.shots) shot\(plan.shots == 1 ? "" : "s")"
    let data = "\(dataset) fold \(plan.fold), \(episodes.count) episodes (\(plan.episodeText(seeds: [plan.seed])))"
    let network = "\(plan.network.rawValue)\(inputSide.map { " at \($0)" } ?? ""), \(shots)"
    return FigureCaption.text([data, network, plan.imageText()], weights: weights)
  }
}

extension SweepReport {
  /// What its figures are of: stands above its table.
  public var caption: String {
    let folds = "fold\(folds.count > 1 ? "s" : "") \(folds.map { "\($0)" }.joined(separator: ", "))"
    let data = "\(dataset) \(folds), \(plan.episodes) episodes each (\(plan.episodeText(seeds: seeds)))"
    let lists = axes.map { "\($0.name) \($0.values.joined(separator: "/"))" }.joined(separator: ", ")
    let names = Set(axes.map(\.name))
    let dial: Set<String> =
      names.contains("speed") ? Set(Generation.Setting.ID.allCases.map(\.rawValue)).subtracting(["seed", "prompt"]) : []
    let images = plan.imageText(without: names.union(dial)), shots = "\(plan.shots) real support\(plan.shots == 1 ? "" : "s")"
    return FigureCaption.text([data, "\(shots), \(lists)", images?.isEmpty == true ? nil : images], weights: weights)
  }
}
