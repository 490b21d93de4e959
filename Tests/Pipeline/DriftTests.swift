import Core
import Data
import Evaluation
import Foundation
import TestSupport
import Testing

@Suite struct DriftTests {
  private func bench() throws -> (bench: TinyModels, generator: CopyingGenerator) {
    let generator = CopyingGenerator(), bench = try TinyModels(generator: generator)
    generator.store.withLock { $0 = bench.store }
    return (bench, generator)
  }

  private func plan(_ bench: TinyModels, minimum: Double) -> EvaluationPlan {
    EvaluationPlan(fold: 0, auxiliaryShots: 2, options: bench.options, episodes: 6, minimumAgreement: minimum)
  }

  private func supports(_ report: EvaluationReport) -> Int {
    Set(report.episodes.map { "\($0.episode.supports[0].id)/\($0.episode.classIndex)" }).count
  }

  @Test func atZeroNothingIsDropped() async throws {
    let (bench, generator) = try bench()
    let report = try await bench.workbench.evaluate(plan(bench, minimum: 0)), gate = try #require(report.gate)
    #expect(generator.generated.withLock { $0 } == 2 * supports(report) && gate.all.supports == 2 * supports(report))
    #expect(gate.all.dropped == 0 && gate.all.replaced == 0 && gate.agreements.count == gate.all.supports)
    #expect(report.episodes.allSatisfy { $0.gated == $0.augmented })
    #expect(gate.scores == report.augmented && gate.difference == report.difference && gate.effect.miou.value == 0)
    #expect(gate.agreements.allSatisfy { (0...1).contains($0.agreement) })
    let mean = gate.agreements.reduce(0) { $0 + 100 * $1.agreement } / Double(gate.agreements.count)
    #expect(abs(try #require(gate.all.agreement).value - mean) < 1e-9)
    #expect(gate.classes.allSatisfy { ($0.agreement == nil) == ($0.supports == 0) })
  }

  /// What was not measured is null, in older documents 0; a sweep's mean takes neither for a figure.
  @Test func agreementOfNothingIsNull() throws {
    for text in ["null", #"{"value":0}"#] {
      let document = Data(#"{"agreement":\#(text),"dropped":0,"replaced":0,"supports":0}"#.utf8)
      let drift = try JSONDecoder().decode(GateReport.Drift.self, from: document)
      let text = try CanonicalJSON.text(drift)
      #expect(drift.agreement == nil && text.contains(#""agreement":null"#), "\(text)")
    }
    let measured = Data(#"{"agreement":{"value":0},"dropped":2,"replaced":0,"supports":2}"#.utf8)
    #expect(try JSONDecoder().decode(GateReport.Drift.self, from: measured).agreement == Estimate(value: 0, error: nil))
  }

  /// Agreement is what a prediction with the real support as its only reference comes to.
  @Test func agreementIsThePredictionsIoU() async throws {
    let (bench, generator) = try bench()
    let report = try await bench.workbench.evaluate(plan(bench, minimum: 0))
    for found in try #require(report.gate).agreements.prefix(4) {
      let item = try #require(bench.workbench.dataset.items.first { $0.id == found.item })
      let requests = try await bench.workbench.requests(item: item, classIndex: found.classIndex, options: bench.options, count: 2)
      let image = try generator.generate(requests[found.number]) { _ in true }
      #expect(try await bench.workbench.agreement(of: image, fold: 0) == found.agreement)
    }
  }

  /// Where even further images have drifted the real support stands for them: the same as a support seen three times.
  @Test func whatNothingPassesIsTheRealSupport() async throws {
    let (bench, generator) = try bench()
    let report = try await bench.workbench.evaluate(plan(bench, minimum: 1)), gate = try #require(report.gate)
    #expect(generator.generated.withLock { $0 } == 4 * supports(report), "twice as many as wanted, no more")
    #expect(gate.all.dropped == gate.all.supports && gate.all.replaced == 0 && gate.agreements.count == 2 * gate.all.supports)
    var real = try #require(report.episodes.first).episode
    real = Episode(
      index: real.index, fold: real.fold, classIndex: real.classIndex, query: real.query, supports: Array(repeating: real.supports[0], count: 3))
    #expect(try await bench.workbench.predict(real).areas == report.episodes[0].gated)
  }

  @Test func theDroppedAreReplacedByTheNextThatPasses() async throws {
    let (bench, _) = try bench()
    let all = try #require(try await bench.workbench.evaluate(plan(bench, minimum: 1)).gate).agreements
    let levels = Set(all.map(\.agreement)).sorted()
    let minimum = levels[levels.count / 2]
    let report = try await bench.workbench.evaluate(plan(bench, minimum: minimum)), gate = try #require(report.gate)
    let wanted = gate.agreements.prefix(gate.all.supports), further = gate.agreements.dropFirst(gate.all.supports)
    #expect(wanted.allSatisfy { $0.number < 2 } && further.allSatisfy { (2..<4).contains($0.number) })
    #expect(gate.all.dropped == wanted.count { $0.agreement < minimum })
    #expect(gate.all.replaced == further.count { $0.agreement >= minimum })
    #expect(gate.all.replaced <= gate.all.dropped && gate.all.dropped > 0 && gate.all.dropped < gate.all.supports)
    // A further image is only made where one is missing.
    for extra in further {
      let siblings = wanted.filter { $0.item == extra.item && $0.classIndex == extra.classIndex }
      let passed = further.filter { $0.item == extra.item && $0.classIndex == extra.classIndex && $0.number < extra.number && $0.agreement >= minimum }
      #expect(siblings.count { $0.agreement < minimum } > passed.count)
    }
    #expect(report.table.contains("| replaced |") && report.table.contains("to all 1+2"))
    let rows = report.csvRows.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.allSatisfy { $0.count == EvaluationReport.csvHead.split(separator: ",").count })
    #expect(EvaluationReport.csvHead.contains("replaced,left_out,class_mean,demo_weights,precision,"))
    #expect(rows[2].dropLast(10).suffix(5) == ["\(gate.all.replaced)", "0", "present", "", "float32"])
  }
}
