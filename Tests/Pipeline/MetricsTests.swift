import Core
import Data
import Evaluation
import Foundation
import Render
import TestSupport
import Testing

private struct MetricsFile: Decodable {
  struct HSNet: Decodable {
    let miou_percent: Double
    let fb_iou_percent: Double
    let per_class_iou: [String: Double]?
    let per_episode: [HSNetAreas]?
  }
  struct HSNetAreas: Decodable {
    let inter_bg: Int, inter_fg: Int, union_bg: Int, union_fg: Int
  }
  struct BAM: Decodable {
    let miou: Double
    let fb_iou: Double
    let per_class_iou: [Double]?
  }
  struct Case: Decodable {
    let class_ids: [Int]
    let hsnet: HSNet
    let bam: BAM
    let hsnet_without_ignore: HSNet?
  }
  let main: Case, missing_class: Case, degenerate: Case
}

private func metrics() throws -> MetricsFile {
  try JSONDecoder().decode(MetricsFile.self, from: Data(contentsOf: Golden.url("metrics/metrics.json")))
}

private func masks(_ path: String) throws -> [LabelMask] {
  let array = try NumPyArray(Golden.url(path)), size = array.shape[1] * array.shape[2]
  return (0..<array.shape[0]).map {
    LabelMask(width: array.shape[2], height: array.shape[1], labels: Array(array.bytes[($0 * size)..<(($0 + 1) * size)]))
  }
}

@Suite struct MetricsTests {
  @Test(.enabled(if: Golden.isAvailable), arguments: ["main", "missing_class", "degenerate"])
  func areasAndIoUsAreThePublishedOnes(name: String) throws {
    let file = try metrics()
    let expected = name == "main" ? file.main : name == "degenerate" ? file.degenerate : file.missing_class
    try check(name, expected.hsnet, bam: expected.bam, ids: expected.class_ids, countIgnore: false)
    if let other = expected.hsnet_without_ignore { try check(name, other, bam: nil, ids: expected.class_ids, countIgnore: true) }
  }

  private func check(_ name: String, _ expected: MetricsFile.HSNet, bam: MetricsFile.BAM?, ids: [Int], countIgnore: Bool) throws {
    let predictions = try masks("metrics/\(name)_pred.npy"), truths = try masks("metrics/\(name)_target.npy")
    let classes = try NumPyArray(Golden.url("metrics/\(name)_class.npy")).integers
    var results: [EpisodeResult] = []
    for (index, position) in classes.enumerated() {
      let areas = Areas(prediction: predictions[index], truth: countIgnore ? truths[index].ignoringNothing : truths[index])
      if let published = expected.per_episode?[index] {
        #expect(
          areas
            == Areas(
              backgroundIntersection: published.inter_bg, foregroundIntersection: published.inter_fg,
              backgroundUnion: published.union_bg, foregroundUnion: published.union_fg))
      }
      results.append(result(index, position, areas))
    }
    let report = try saved(results, ids: ids, .hsnet)
    #expect(abs(report.baseline.miou.value - expected.miou_percent) < 2e-5)
    #expect(abs(report.baseline.fbIoU.value - expected.fb_iou_percent) < 2e-5)
    for (position, id) in ids.enumerated() {
      if let published = expected.per_class_iou?["\(id)"] { #expect(abs(iou(report, position) - published) < 2e-7) }
    }
    guard let bam else { return }
    let other = try saved(results, ids: ids, .bam)
    #expect(abs(other.baseline.miou.value - 100 * bam.miou) < 1e-7)
    #expect(abs(other.baseline.fbIoU.value - 100 * bam.fb_iou) < 1e-7)
    for (position, published) in (bam.per_class_iou ?? []).enumerated() { #expect(abs(iou(other, position) - published) < 1e-9) }
  }

  private func result(_ index: Int, _ position: Int, _ areas: Areas) -> EpisodeResult {
    let item = DatasetItem(id: "q\(index)", classes: [position + 1])
    return EpisodeResult(
      episode: Episode(index: index, fold: 0, classIndex: position + 1, query: item, supports: [item]), baseline: areas, augmented: nil)
  }

  /// The report as it is saved and read again, its mean over all classes as in the published code.
  private func saved(_ results: [EpisodeResult], ids: [Int], _ convention: IoUConvention) throws -> EvaluationReport {
    var plan = EvaluationPlan(fold: 0)
    plan.classMean = .all
    let report = EvaluationReport(
      dataset: "coco", plan: plan, weights: [:], results: results,
      classes: ids.indices.map { ClassInfo(index: $0 + 1, name: "\(ids[$0])", promptName: "", adeIndex: 0) },
      comparison: Comparison(convention), seconds: 1)
    return try JSONDecoder().decode(EvaluationReport.self, from: CanonicalJSON.data(report))
  }

  /// Of the class at a position, 0...1; 0 without an episode.
  private func iou(_ report: EvaluationReport, _ position: Int) -> Double { (report.baseline.classes[position].iou?.value ?? 0) / 100 }

  @Test(.enabled(if: Golden.isAvailable)) func aThousandEpisodesAreAddedUpExactly() throws {
    struct File: Decodable {
      struct Entry: Decodable {
        let class_ids: [Int], columns: [String]
        let hsnet: MetricsFile.HSNet
        let bam: MetricsFile.BAM
      }
      let accumulate_1000: Entry
    }
    let entry = try JSONDecoder().decode(File.self, from: Data(contentsOf: Golden.url("metrics/metrics.json"))).accumulate_1000
    let array = try NumPyArray(Golden.url("metrics/accumulate_1000.npy")), rows = array.integers, width = array.shape[1]
    func column(_ name: String) throws -> Int { try #require(entry.columns.firstIndex(of: name)) }
    let columns = try ["class", "inter_bg", "inter_fg", "union_bg", "union_fg"].map(column)
    let results = (0..<array.shape[0]).map { row in
      let value = columns.map { rows[row * width + $0] }
      return result(
        row, value[0],
        Areas(backgroundIntersection: value[1], foregroundIntersection: value[2], backgroundUnion: value[3], foregroundUnion: value[4]))
    }
    let hsnet = try saved(results, ids: entry.class_ids, .hsnet), bam = try saved(results, ids: entry.class_ids, .bam)
    #expect(abs(hsnet.baseline.miou.value - entry.hsnet.miou_percent) < 1e-3)
    #expect(abs(hsnet.baseline.fbIoU.value - entry.hsnet.fb_iou_percent) < 1e-3)
    #expect(abs(bam.baseline.miou.value - 100 * entry.bam.miou) < 1e-7)
    #expect(abs(bam.baseline.fbIoU.value - 100 * entry.bam.fb_iou) < 1e-7)
    // What progress lines show while it grows is the same.
    var meter = IoUMeter(classes: Array(1...entry.class_ids.count))
    for result in results { meter.add(result.baseline, classIndex: result.episode.classIndex) }
    #expect(100 * meter.miou() == hsnet.baseline.miou.value && 100 * meter.fbIoU(.bam) == bam.baseline.fbIoU.value)
  }
}
