import Core
import Foundation
import Generation
import Render

/// Figures for a report: a document of `diffss evaluate --out`, a sweep's `sweep.json`, or an evaluation of the store.
public struct ReportDocument: Hashable, Sendable {
  public enum Figures: Hashable, Sendable {
    /// One report, or those of several folds and seeds of one setting.
    case evaluations([EvaluationReport])
    case sweep(SweepReport)
  }

  /// Where it comes from, in a word.
  public let name: String
  public let figures: Figures
  /// Of an evaluation of the store its number in the explorer, which counts those of a fold from the oldest on, then those of older ones of the same
  /// plan with the same figures; nil for documents.
  let runs: [Int]?

  public init(name: String, _ figures: Figures, runs: [Int]? = nil) {
    self.name = name
    self.figures = figures
    self.runs = runs
  }

  /// Reads a document, whoever wrote it.
  ///
  /// Throws `CoreError.unreadableFile`, and `.malformedFile` for what is no such document or holds figures that cannot be.
  public init(_ file: URL) throws {
    let data: Data
    do { data = Data(try FileBytes.read(file)) } catch { throw CoreError.unreadableFile(path: file.path, reason: error.reason) }
    guard let figures = Self.figures(data) else {
      throw CoreError.malformedFile(
        path: file.path, reason: "it is neither a document of `diffss evaluate --out` nor a sweep's sweep.json")
    }
    guard figures.isSound else { throw CoreError.malformedFile(path: file.path, reason: "its figures do not belong together, or are no percentages") }
    self.init(name: file.lastPathComponent, figures)
  }

  /// The evaluations of a data set in a store, newest first and no two alike. Throws `GenerationError.storeUnusable`.
  public static func stored(_ store: Store, dataset: String) throws -> [ReportDocument] {
    struct Content: Hashable {
      let plan: EvaluationPlan
      let weights: [String: String]
      let episodes: [EpisodeResult]
    }
    var newest: [(report: EvaluationReport, content: Content)] = [], runs: [Content: [Int]] = [:]
    let all = try store.evaluations(dataset: dataset)
    var left = Dictionary(grouping: all, by: \.plan.fold).mapValues(\.count)
    for report in all {
      let content = Content(plan: report.plan, weights: report.weights, episodes: report.episodes)
      if runs[content] == nil { newest.append((report, content)) }
      runs[content, default: []].append(left[report.plan.fold] ?? 0)
      left[report.plan.fold, default: 0] -= 1
    }
    return newest.map { ReportDocument(name: "the store", .evaluations([$0.report]), runs: runs[$0.content]) }
  }

  /// Names of the data sets that its figures are of.
  var datasets: [String] {
    switch figures {
    case .evaluations(let reports): reports.map(\.dataset)
    case .sweep(let sweep): [sweep.dataset]
    }
  }

  private static func figures(_ data: Data) -> Figures? {
    let decoder = JSONDecoder()
    if let report = try? decoder.decode(EvaluationReport.self, from: data) { return .evaluations([report]) }
    if let sweep = try? decoder.decode(SweepReport.self, from: data) { return .sweep(sweep) }
    return (try? decoder.decode(EvaluationSummary.self, from: data)).map { .evaluations($0.reports) }
  }
}
