import Data
import Evaluation
import Testing

/// Results with foreground areas alone; the rest of a 100-pixel image is background.
private func results(_ rows: [(classIndex: Int, before: (Int, Int), after: (Int, Int))]) -> EvaluationReport {
  let item = DatasetItem(id: "q", classes: [1])
  func areas(_ foreground: (Int, Int)) -> Areas {
    Areas(
      backgroundIntersection: 100 - foreground.1, foregroundIntersection: foreground.0,
      backgroundUnion: 100 - foreground.0, foregroundUnion: foreground.1)
  }
  let classes = Set(rows.map(\.classIndex)).sorted().map { ClassInfo(index: $0, name: "c\($0)", promptName: "c", adeIndex: 0) }
  return EvaluationReport(
    dataset: "test", plan: EvaluationPlan(fold: 0), weights: [:],
    results: rows.enumerated().map { index, row in
      EpisodeResult(
        episode: Episode(index: index, fold: 0, classIndex: row.classIndex, query: item, supports: [item]),
        baseline: areas(row.before), augmented: areas(row.after))
    }, classes: classes, comparison: Comparison(.hsnet), seconds: 0)
}

@Suite struct StandardErrorTests {
  @Test func equalUnionsGiveTheTextbookErrorOfAMean() throws {
    // With equal unions the ratio estimator is the plain mean of per-episode IoUs: s / sqrt(n).
    let ious = [10, 20, 60, 50]
    let report = results(ious.map { (1, ($0, 80), ($0, 80)) })
    let values = ious.map { Double($0) / 80 * 100 }, mean = values.reduce(0, +) / 4
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3).squareRoot()
    let score = try #require(report.baseline.classes.first)
    let iou = try #require(score.iou)
    #expect(abs(iou.value - mean) < 1e-9)
    #expect(abs(try #require(iou.error) - deviation / 2) < 1e-9)
    #expect(abs(try #require(report.baseline.miou.error) - deviation / 2) < 1e-9)
  }

  @Test func pairingRemovesWhatBothFindHard() throws {
    // The augmented result is 5 pixels better everywhere: the difference has no error although each figure has a large one.
    let report = results([10, 20, 60, 50].map { (1, ($0, 80), ($0 + 5, 80)) })
    let difference = try #require(report.difference)
    #expect(abs(difference.miou.value - 6.25) < 1e-9)
    #expect(abs(try #require(difference.miou.error)) < 1e-9)
    #expect(try #require(report.baseline.miou.error) > 10)
  }

  @Test func twoEvaluationsOfTheSameEpisodesArePaired() throws {
    // What the first one's generated supports bring is the other's baseline: the difference is the one within it.
    let one = results([(1, (10, 80), (15, 80)), (1, (60, 80), (50, 70)), (2, (20, 40), (22, 44))])
    let other = results([(1, (0, 1), (10, 80)), (1, (0, 1), (60, 80)), (2, (0, 1), (20, 40))])
    #expect(one.difference(from: other) == one.difference)
    #expect(one.difference(from: one)?.miou.value == 0)
    let fewer = results([(1, (10, 80), (15, 80)), (1, (60, 80), (50, 70))])
    #expect(one.difference(from: fewer) == nil && fewer.difference(from: one) == nil)
  }

  @Test func theMeanOverClassesAddsTheirVariances() throws {
    let report = results([(1, (10, 80), (0, 80)), (1, (30, 80), (0, 80)), (2, (40, 50), (0, 50)), (2, (20, 50), (0, 50))])
    let errors = try report.baseline.classes.map { try #require($0.iou?.error) }
    let expected = (errors[0] * errors[0] + errors[1] * errors[1]).squareRoot() / 2
    #expect(abs(try #require(report.baseline.miou.error) - expected) < 1e-9)
  }

  @Test func oneEpisodeHasNoError() throws {
    let report = results([(1, (10, 80), (20, 80))])
    #expect(report.baseline.miou.error == nil)
    #expect(try #require(report.baseline.classes[0].iou).error == nil)
    #expect(report.difference?.miou.value == 12.5)
  }

  @Test func theDeltaMethodAgreesWithResampling() throws {
    // Unequal unions, where the formula is only a first-order one: 4000 bootstrap resamples of 60 episodes must agree to 10 %.
    var state: UInt64 = 5
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    let episodes: [(Int, Int)] = (0..<60).map { _ in
      let union = 10 + random(80)
      return (random(union + 1), union)
    }
    let formula = try #require(results(episodes.map { (1, $0, $0) }).baseline.miou.error)
    var sum = 0.0, squares = 0.0
    for _ in 0..<4000 {
      let drawn = (0..<60).map { _ in episodes[random(60)] }
      let value = 100 * Double(drawn.reduce(0) { $0 + $1.0 }) / Double(drawn.reduce(0) { $0 + $1.1 })
      sum += value
      squares += value * value
    }
    let bootstrap = (squares / 4000 - sum / 4000 * sum / 4000).squareRoot()
    #expect(abs(formula - bootstrap) < 0.1 * bootstrap)
  }
}
