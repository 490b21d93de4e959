import Foundation
import Generation

/// One setting of an evaluation, in words.
struct ReportFact: Hashable, Sendable {
  let name: String
  let value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension ReportFact {
  /// In which facts, the weights among them, a report differs from the `others` of a table; nothing where there are none.
  static func differences(of report: EvaluationReport, from others: [EvaluationReport]) -> String {
    func named(_ report: EvaluationReport) -> [ReportFact] {
      report.facts + report.weights.sorted { $0.key < $1.key }.map { ReportFact($0.key, String($0.value.prefix(FigureCaption.digits))) }
    }
    let all = others.map { Set(named($0)) }
    return named(report).filter { fact in !all.allSatisfy { $0.contains(fact) } }.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
  }
}

extension EvaluationReport {
  /// Everything that decides its figures, but the weights' bytes.
  var facts: [ReportFact] {
    plan.facts(dataset: dataset) + (auxiliaries?.facts ?? [])
      + [
        inputSide.map { ReportFact("input square", "\($0)") }, comparison.map { ReportFact("comparison", $0.title) },
        classMean.map { ReportFact("mean over classes", $0.rawValue) }, demoWeights.map { ReportFact("demo weights", $0.joined(separator: ", ")) },
        missingAuxiliaries.map { ReportFact("generated supports missing", "\($0)") },
        leftOut.map { ReportFact("episodes left out", "\($0.count)") },
      ].compactMap { $0 }
  }
}

extension EvaluationPlan {
  /// What is evaluated on a data set; the settings of generated supports only where there are some.
  func facts(dataset: String) -> [ReportFact] {
    var facts = [
      ReportFact("data set", dataset), ReportFact("network", network.rawValue), ReportFact("fold", "\(fold)"),
      ReportFact("real supports", "\(shots)"), ReportFact("generated supports", "\(auxiliaryShots)"),
    ]
    if auxiliaryShots > 0, auxiliaryFolder == nil {
      facts += options.facts
    } else {
      if auxiliaryShots > 0, let auxiliaryFolder { facts.append(ReportFact("generated supports from", auxiliaryFolder)) }
      if precision != .float32 { facts.append(ReportFact(Setting[.precision].name, precision.rawValue)) }
    }
    if let minimumAgreement { facts.append(ReportFact("least agreement", "\(minimumAgreement)")) }
    facts += [
      ReportFact("episodes", "\(episodes)"), ReportFact("protocol", episodeProtocol.rawValue), ReportFact("seed of the episodes", "\(seed)"),
    ]
    if let workers { facts.append(ReportFact("loader workers", "\(workers)")) }
    if let lists { facts.append(ReportFact("lists", Self.place(lists))) }
    if let episodeList { facts.append(ReportFact("episode list", Self.place(episodeList))) }
    return facts
  }

  /// The end of a path: the explorer's own lists are in the data folder, and a page that is sent to somebody does not tell where that is.
  private static func place(_ path: String) -> String {
    URL(fileURLWithPath: path).pathComponents.filter { $0 != "/" }.suffix(2).joined(separator: "/")
  }
}

extension GenerationOptions {
  fileprivate var facts: [ReportFact] {
    var facts = Setting.all.filter { $0.applies(to: self) }.compactMap { setting in
      (setting.text(self) ?? setting.absence).map { ReportFact(setting.name, $0) }
    }
    if let models {
      let named = [models.diffusion].compactMap { $0 } + models.controlNets
      if !named.isEmpty { facts.append(ReportFact("models", named.joined(separator: ", "))) }
      if let autoencoder = models.autoencoder { facts.append(ReportFact("autoencoder", autoencoder)) }
      if let loras = models.loras { facts.append(ReportFact("LoRA", loras.map { "\($0.id) x \($0.scale.short)" }.joined(separator: ", "))) }
    }
    return facts
  }
}
