import Core
import Data
import Evaluation
import Foundation
import TestSupport
import Testing

/// Classes of a fold that no episode was drawn of.
@Suite struct ClassMeanTests {
  /// Three classes, of which the second has no episode: IoU 25 and 75 before, 50 and 75 after.
  private func report(_ mean: ClassMean? = nil, demoWeights: [String]? = nil) -> EvaluationReport {
    func areas(_ hits: Int) -> Areas {
      Areas(backgroundIntersection: 800, foregroundIntersection: hits, backgroundUnion: 1000, foregroundUnion: 100)
    }
    let rows = [(1, 20, 45), (1, 30, 55), (3, 70, 70), (3, 80, 80)]
    let results = rows.enumerated().map { index, row in
      let item = DatasetItem(id: "q\(index)", classes: [row.0])
      return EpisodeResult(
        episode: Episode(index: index, fold: 0, classIndex: row.0, query: item, supports: [item]), baseline: areas(row.1), augmented: areas(row.2))
    }
    var plan = EvaluationPlan(fold: 0)
    plan.classMean = mean
    return EvaluationReport(
      dataset: "test", plan: plan, weights: [:], results: results,
      classes: ["cat", "dog", "cow"].enumerated().map { ClassInfo(index: $0 + 1, name: $1, promptName: $1, adeIndex: 0) },
      comparison: Comparison(.hsnet), demoWeights: demoWeights, seconds: 1)
  }

  @Test func theMeanIsOverTheClassesThatHaveEpisodes() {
    let report = report()
    #expect(abs(report.baseline.miou.value - 50) < 1e-9 && abs((report.augmented?.miou.value ?? 0) - 62.5) < 1e-9)
    #expect(abs((report.difference?.miou.value ?? 0) - 12.5) < 1e-9)
    #expect(report.baseline.classes.map(\.episodes) == [2, 0, 2] && report.baseline.classes[1].iou == nil)
  }

  @Test func thePublishedMeanCountsTheOthersAsNothing() {
    let report = report(.all)
    #expect(abs(report.baseline.miou.value - 100.0 / 3) < 1e-9 && abs((report.difference?.miou.value ?? 0) - 25.0 / 3) < 1e-9)
    #expect(report.baseline.classes[1].iou == nil)
    // The constant 0 brings no error: that of the mean over two, scaled.
    let present = self.report().baseline.miou.error ?? 0
    #expect(abs((report.baseline.miou.error ?? 0) - present * 2 / 3) < 1e-9)
  }

  /// HSNet's AverageMeter and BAM's loop, as recorded in `golden/metrics` (`missing_class`).
  @Test(.enabled(if: Golden.isAvailable)) func bothMeansOfTheGoldensMissingClass() throws {
    struct File: Decodable {
      struct Case: Decodable {
        struct HSNet: Decodable { let miou_percent: Double }
        struct BAM: Decodable { let miou: Double, per_class_iou: [Double] }
        let class_ids: [Int], hsnet: HSNet, bam: BAM
      }
      let missing_class: Case
    }
    let golden = try JSONDecoder().decode(File.self, from: Data(contentsOf: Golden.url("metrics/metrics.json"))).missing_class
    let classes = try NumPyArray(Golden.url("metrics/missing_class_class.npy")).integers
    let predictions = try NumPyArray(Golden.url("metrics/missing_class_pred.npy")), truths = try NumPyArray(Golden.url("metrics/missing_class_target.npy"))
    let size = predictions.shape[1] * predictions.shape[2]
    var meter = IoUMeter(classes: Array(golden.class_ids.indices))
    let results = classes.enumerated().map { index, position in
      var areas = Areas(backgroundIntersection: 0, foregroundIntersection: 0, backgroundUnion: 0, foregroundUnion: 0)
      for pixel in index * size..<(index + 1) * size where truths.bytes[pixel] != 255 {
        let (predicted, real) = (predictions.bytes[pixel] != 0, truths.bytes[pixel] == 1)
        areas.foregroundIntersection += predicted && real ? 1 : 0
        areas.foregroundUnion += predicted || real ? 1 : 0
        areas.backgroundIntersection += !predicted && !real ? 1 : 0
        areas.backgroundUnion += !predicted || !real ? 1 : 0
      }
      meter.add(areas, classIndex: position)
      return (classIndex: position, areas: areas)
    }
    let infos = golden.class_ids.indices.map { ClassInfo(index: $0, name: "c\($0)", promptName: "", adeIndex: 0) }
    let present = Set(classes), missing = golden.class_ids.indices.filter { !present.contains($0) }
    #expect(!missing.isEmpty)
    for (convention, miou) in [(IoUConvention.hsnet, golden.hsnet.miou_percent), (.bam, 100 * golden.bam.miou)] {
      let all = Scores.of(results, classes: infos, convention, mean: .all)
      #expect(abs(all.miou.value - miou) < 2e-5)
      let own = Scores.of(results, classes: infos, convention, mean: .present)
      #expect(abs(own.miou.value - miou * Double(infos.count) / Double(present.count)) < 1e-4)
      #expect(missing.allSatisfy { own.classes[$0].iou == nil && own.classes[$0].episodes == 0 })
      #expect(abs(100 * meter.miou(convention, over: .present) - own.miou.value) < 1e-9 && abs(100 * meter.miou(convention) - all.miou.value) < 1e-9)
    }
  }

  @Test func theTableHasADashAndSaysWhatTheMeanIs() throws {
    let table = report().table, row = try #require(table.split(separator: "\n").first { $0.hasPrefix("| dog") })
    #expect(row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } == ["dog", "0", "–", "–", "–", "–", "–"])
    #expect(table.hasSuffix("mIoU is the mean over the 2 of 3 classes that have episodes."))
    #expect(report(.all).table.hasSuffix("mIoU is the mean over all 3 classes; the 1 without episodes count 0, as in the published code."))
  }

  @Test func rowsOfValuesHaveEmptyCells() throws {
    let rows = report().csvRows.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    let head = EvaluationReport.csvHead.split(separator: ",").map(String.init)
    #expect(rows.allSatisfy { $0.count == head.count })
    func cell(_ name: String, _ row: Int) throws -> String { rows[row][try #require(head.firstIndex(of: name))] }
    for name in ["iou_baseline", "iou_augmented", "difference", "better", "worse", "p"] { #expect(try cell(name, 1) == "", "\(name)") }
    #expect(try cell("episodes", 1) == "0" && cell("iou_baseline", 0) == "25.0" && cell("class_mean", 3) == "present")
  }

  @Test func theDocumentHoldsNullAndOldOnesAreRead() throws {
    let report = report(), text = String(decoding: try CanonicalJSON.data(report), as: UTF8.self)
    #expect(text.contains(#""episodes":0,"iou":null"#))
    #expect(try JSONDecoder().decode(EvaluationReport.self, from: Data(text.utf8)) == report)
    // As programs wrote it that knew one mean, in which a class without an episode was 0.
    let old = String(decoding: try CanonicalJSON.data(self.report(.all)), as: UTF8.self)
      .replacing(#""iou":null"#, with: #""iou":{"value":0}"#).replacing(#""classMean":"all","#, with: "")
    let read = try JSONDecoder().decode(EvaluationReport.self, from: Data(old.utf8))
    #expect(read.baseline.classes[1].iou == nil && read.classMean == nil && read.baseline.miou.value < 34)
    #expect(read.table.hasSuffix("mIoU is the mean over all 3 classes; the 1 without episodes count 0, as in the published code."))
    // What decides an evaluation is named as before where nobody asks for another mean.
    #expect(!String(decoding: try CanonicalJSON.data(EvaluationPlan(fold: 0)), as: UTF8.self).contains("classMean"))
  }

  @Test func thePageAndTheSummarySayIt() throws {
    let html = try HTMLReport(documents: [ReportDocument(name: "a", .evaluations([report()]))], gallery: .empty).html
    #expect(html.contains("<th scope=\"row\">dog</th><td>0</td><td>–</td><td>–</td><td>–</td><td>–</td><td>–</td>"))
    #expect(html.contains("mIoU is the mean over the 2 of 3 classes that have episodes."))
    let summary = EvaluationSummary([report(), report()])
    #expect(abs(summary.passes[0].baseline.value - 50) < 1e-9)
  }

  @Test func demoWeightsAreSaidWithEveryFigure() throws {
    let report = report(demoWeights: ["hsnet/fold0.safetensors"]), line = "Demo weights (hsnet/fold0.safetensors): toy networks"
    #expect(report.table.contains(line) && EvaluationSummary([report, report]).table.components(separatedBy: line).count == 4)
    #expect(report.csvRows.allSatisfy { $0.contains(",present,hsnet/fold0.safetensors,float32,") })
    #expect(try HTMLReport(documents: [ReportDocument(name: "a", .evaluations([report]))], gallery: .empty).html.contains(line))
    #expect(String(decoding: try CanonicalJSON.data(report), as: UTF8.self).contains(#""demoWeights":["hsnet/fold0.safetensors"]"#))
    #expect(!String(decoding: try CanonicalJSON.data(self.report()), as: UTF8.self).contains("demoWeights"))
  }
}
