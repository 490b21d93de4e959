import Core
import Data
import Foundation
import Generation
import Render

extension Evaluator {
  /// Segments a few queries of evaluations again, `limit` at most: of each the ones that the generated supports help most and those they harm most,
  /// without any the best and the worst. Generates nothing; what is not at hand is told in the answer.
  ///
  /// Throws `CancellationError` when `stop` is set.
  public func predictions(of reports: [EvaluationReport], limit: Int, stop: StopFlag = StopFlag()) throws -> PredictionGallery {
    let own = Array(reports.enumerated().prefix(max(1, limit / 2)))
    guard limit > 0, !own.isEmpty else { return .empty }
    var rows: [PredictionGallery.Row] = [], remarks: [PredictionGallery.Remark] = []
    for (number, report) in own {
      do {
        let gallery = try predictions(of: report, number: number, limit: max(1, limit / own.count), stop)
        rows += gallery.rows
        remarks += gallery.remarks
      } catch is CancellationError { throw CancellationError() } catch {
        remarks.append(PredictionGallery.Remark(evaluation: number, text: "its queries cannot be shown: \(error)"))
      }
    }
    if reports.count > own.count {
      let text = "Evaluations whose queries are left out: \(reports.count - own.count)."
      remarks.append(PredictionGallery.Remark(evaluation: nil, text: text))
    }
    return PredictionGallery(rows: rows, remarks: remarks)
  }

  private func predictions(of report: EvaluationReport, number: Int, limit: Int, _ stop: StopFlag) throws -> PredictionGallery {
    let dataset = supports.dataset, plan = report.plan
    func nothing(_ why: String) -> PredictionGallery {
      PredictionGallery(rows: [], remarks: [PredictionGallery.Remark(evaluation: number, text: why)])
    }
    guard report.dataset == dataset.name else {
      return nothing("its queries are in the data set \(report.dataset), which is not at hand.")
    }
    let (segmenter, model) = try self.segmenter(plan)
    guard try report.weights[model.id] == models.digest(of: model.id) else {
      return nothing("its weights are others now: its queries are not shown.")
    }
    let comparison = report.comparison ?? Comparison(plan.network.convention)
    let rows = try Self.chosen(report.episodes, limit).map { result -> PredictionGallery.Row in
      if stop.isSet { throw CancellationError() }
      let episode = result.episode, real = segmenter.realSupports(episode), query = try dataset.image(episode.query)
      func shown(_ added: [MaskedImage]) throws -> PredictionGallery.Shown {
        PredictionGallery.Shown(try segmenter.predict(episode, supports: real + added, comparison), over: query, plan.network.fit)
      }
      var remarks: [String] = []
      let wanted = episode.generatedSupports(plan.auxiliaryShots), found = try? stored(wanted, plan),
        generated = wanted.isEmpty ? nil : found
      if generated == nil, !wanted.isEmpty {
        remarks.append("Its generated supports are not at hand: the prediction with them is not shown.")
      }
      let name = dataset.classInfo(episode.classIndex)?.name ?? "class \(episode.classIndex)"
      let difference = result.augmented.map { String(format: ", %+.1f", $0.iou - result.baseline.iou) } ?? ""
      let support = episode.supports.first ?? episode.query
      return PredictionGallery.Row(
        evaluation: number, title: "episode \(episode.index &+ 1): \(name), query \(episode.query.id)\(difference)",
        support: try dataset.image(support).rgb.small.outlined(bothSides: dataset.mask(support, of: episode.classIndex)),
        query: query.rgb.small.outlined(bothSides: try dataset.mask(episode.query, of: episode.classIndex)), baseline: try shown([]),
        augmented: try generated.map(shown), names: ("\(plan.shots)-shot", "\(plan.shots)+\(plan.auxiliaryShots)"), remarks: remarks)
    }
    return PredictionGallery(rows: rows, remarks: [])
  }

  /// The images of generated supports where they were left: the plan's folder, else the store. Throws where one is missing.
  private func stored(_ wanted: [GeneratedSupport], _ plan: EvaluationPlan) throws -> [MaskedImage] {
    if plan.auxiliaryFolder != nil {
      let folder = try source(wanted, plan)
      return try wanted.map(folder.image)
    }
    return try wanted.map { support in
      let all = try requests.requests(item: support.item, classIndex: support.classIndex, options: plan.options, count: support.number + 1)
      let request = all[support.number], key = try request.key(weights: models.weights(request.models)), file = store.file(key)
      guard FileManager.default.fileExists(atPath: file.path) else {
        throw CoreError.unreadableFile(path: file.path, reason: "it is not in the store")
      }
      return .generated(.generated(key: key), from: support.item, of: supports.dataset) { try Image(pngOrJpeg: file) }
    }
  }

  /// From both ends of what the generated supports change, else of the IoU, in this order.
  private static func chosen(_ results: [EpisodeResult], _ limit: Int) -> [EpisodeResult] {
    func figure(_ result: EpisodeResult) -> Double { result.augmented.map { $0.iou - result.baseline.iou } ?? result.baseline.iou }
    let ordered = results.sorted { (figure($1), $0.episode.index) < (figure($0), $1.episode.index) }
    return ordered.count <= limit ? ordered : Array(ordered.prefix((limit + 1) / 2) + ordered.suffix(limit / 2))
  }
}
