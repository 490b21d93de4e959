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
  static let digits = 8
}

extension EvaluationPlan {
  /// `protocol hsnet, seed 0`, and what else decides which episodes there are.
  func episodeText(seeds: [UInt64]) -> String {
    let drawn = "protocol \(episodeProtocol.rawValue), seed\(seeds.count > 1 ? "s" : "") \(seeds.map { "\($0)" }.joined(separator: ", "))"
    if episodeList != nil { return "a saved list" }
    return drawn + (lists == nil ? "" : ", published lists")
  }

  /// Condition, sampler, steps, guidance and seed of the generated supports, and whatever is not as usual; of a folder its name and what its images
  /// say; nil without any. Settings of `varied` are told by who varies them.
  func imageText(without varied: Set<String>, _ auxiliaries: AuxiliaryFacts?) -> String? {
    guard auxiliaryShots > 0 || varied.contains("aux-shots") else { return nil }
    if let auxiliaryFolder { return "supports from \(Self.shortened(auxiliaryFolder))\(auxiliaries.map { " (\($0.text))" } ?? "")" }
    let order = GenerationOptions.alwaysTold + [.seed], always = Set(order)
    let told = Setting.all.filter { setting in
      setting.applies(to: options) && !varied.contains(setting.id.rawValue) && (always.contains(setting.id) || !setting.isUsual(options))
    }
    // What is always told comes first, in one order.
    let sorted = order.compactMap { id in told.first { $0.id == id } } + told.filter { !always.contains($0.id) }
    let words = sorted.compactMap { setting in setting.text(options).map(setting.words) }
    let own = [options.models?.diffusion].compactMap { $0 } + (options.models?.controlNets ?? [])
    return (words + (own.isEmpty ? [] : ["models \(own.joined(separator: ", "))"])).joined(separator: ", ")
  }

  /// A folder as it was given, without strokes at its end.
  private static func shortened(_ folder: String) -> String {
    var name = folder[...]
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    return String(name)
  }
}

extension EvaluationPlan {
  /// `1+4 shots`, `1 shot`.
  var setting: String { auxiliaryShots > 0 ? "\(shots)+\(auxiliaryShots) shots" : "\(Counted(shots, "shot"))" }
}

extension EvaluationReport {
  /// How its generated supports were made; nil without any.
  var imageText: String? { plan.imageText(without: [], auxiliaries) }

  /// What its figures are of: stands above its table.
  public var caption: String {
    let data = "\(dataset) fold \(plan.fold), \(Counted(episodes.count, "episode")) (\(plan.episodeText(seeds: [plan.seed])))"
    let network = "\(plan.network.rawValue)\(inputSide.map { " at \($0)" } ?? ""), \(plan.setting)"
    return FigureCaption.text([data, network, imageText], weights: weights)
  }
}

extension SweepReport {
  /// What its axes vary, by the names on the command line: a place of the dial is many settings.
  var variedNames: Set<String> {
    let names = Set(axes.map(\.name))
    return names.contains("speed") ? names.union(Generation.Setting.ID.allCases.map(\.rawValue)).subtracting(["seed", "prompt"]) : names
  }

  /// What its figures are of: stands above its table.
  public var caption: String {
    let folds = "fold\(folds.count > 1 ? "s" : "") \(folds.map { "\($0)" }.joined(separator: ", "))"
    let data = "\(dataset) \(folds), \(Counted(plan.episodes, "episode")) each (\(plan.episodeText(seeds: seeds)))"
    let lists = axes.map { "\($0.name) \($0.values.joined(separator: "/"))" }.joined(separator: ", ")
    let images = plan.imageText(without: variedNames, auxiliaries), shots = Counted(plan.shots, "real support")
    return FigureCaption.text([data, "\(shots), \(lists)", images?.isEmpty == true ? nil : images], weights: weights)
  }
}
