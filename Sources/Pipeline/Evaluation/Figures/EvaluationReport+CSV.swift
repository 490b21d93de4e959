import Foundation
import Generation

extension EvaluationReport {
  /// The columns of `csvRows`.
  public static let csvHead = [
    "dataset", "network", "fold", "seed", "class", "episodes", "iou_baseline", "se_baseline", "iou_augmented", "se_augmented", "difference",
    "se_difference", "better", "worse", "p", "iou_gated", "se_gated", "difference_gated", "se_difference_gated", "agreement",
    "se_agreement", "dropped", "replaced", "left_out", "class_mean", "demo_weights", "precision", "shots", "aux_shots", "condition",
    "sampler", "steps", "guidance", "generation_seed", "aux", "protocol", "weights",
  ].joined(separator: ",")

  /// A row a class, then `mIoU` and `FB-IoU`; percent with all their digits, empty where there is nothing, as for a class without an episode.
  public var csvRows: [String] {
    func cells(_ estimates: [Estimate?]) -> [String] {
      estimates.flatMap { estimate in [estimate.map { "\($0.value)" } ?? "", estimate?.error.map { "\($0)" } ?? ""] }
    }
    func row(
      _ name: String, _ count: Int, _ figures: (Scores) -> Estimate?, _ test: SignTest?, _ drift: GateReport.Drift?, _ leftOut: Int?
    ) -> String {
      var row = [dataset, plan.network.rawValue, "\(plan.fold)", "\(plan.seed)", Self.quoted(name), "\(count)"]
      row += cells([baseline, augmented, difference].map { $0.flatMap(figures) })
      row += test.map { ["\($0.better)", "\($0.worse)", "\($0.p)"] } ?? ["", "", ""]
      row += cells([gate?.scores, gate?.difference].map { $0.flatMap(figures) } + [drift?.agreement])
      row += drift.map { ["\($0.dropped)", "\($0.replaced)"] } ?? ["", ""]
      row += [leftOut.map { "\($0)" } ?? "", (classMean ?? .all).rawValue, Self.quoted(demoWeights?.joined(separator: " ") ?? "")]
      row += [plan.precision.rawValue, "\(plan.shots)", "\(plan.auxiliaryShots)"]
      row += GenerationOptions.alwaysTold.map { Self.quoted(generated?[$0.rawValue] ?? "") }
      row += [plan.auxiliaryShots == 0 || plan.auxiliaryFolder != nil ? "" : "\(plan.options.seed)"]
      row += [Self.quoted(plan.auxiliaryFolder ?? ""), plan.episodeProtocol.rawValue, Self.quoted(Self.named(weights))]
      return row.joined(separator: ",")
    }
    return baseline.classes.enumerated().map { position, score in
      row(
        score.name, score.episodes, { $0.classes[position].iou }, score.episodes > 0 ? signTests?.classes[position] : nil, gate?.classes[position],
        leftOut(of: score.classIndex))
    } + [
      row("mIoU", episodes.count, \.miou, signTests?.all, gate?.all, leftOut?.count ?? 0),
      row("FB-IoU", episodes.count, \.fbIoU, nil, nil, nil),
    ]
  }

  /// How its generated supports were made, by the names of the options; nil without any, and where nobody says.
  var generated: [String: String]? {
    if plan.auxiliaryShots == 0 { return nil }
    return plan.auxiliaryFolder == nil ? plan.options.told : auxiliaries?.settings
  }

  /// Weights by name, with the whole of their digests.
  static func named(_ weights: [String: String]) -> String {
    weights.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ")
  }

  private func leftOut(of classIndex: Int) -> Int { (leftOut ?? []).count { $0.episode.classIndex == classIndex } }

  /// RFC 4180: in quotes where a comma, a quote or a line end is in it.
  static func quoted(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
