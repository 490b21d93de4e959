import Core
import Data
import Evaluation
import Foundation
import Generation
import Models
import Render
import Synchronization
import TestSupport
import Testing

/// Squares of which some cannot be used until they are mended.
private final class FaultySquares: Dataset {
  enum Fault { case image, mask, absent }

  let faults: Mutex<[String: Fault]> = Mutex([:])
  private let base = SquaresDataset()

  var name: String { base.name }
  var folds: Int { base.folds }
  var classes: [ClassInfo] { base.classes }
  var items: [DatasetItem] { base.items }

  func classes(inFold fold: Int) -> [Int] { base.classes(inFold: fold) }

  func image(_ item: DatasetItem) throws -> Image {
    if faults.withLock({ $0[item.id] }) == .image { throw RenderError.unreadable(path: item.id, reason: "it is cut off") }
    return try base.image(item)
  }

  func mask(_ item: DatasetItem) throws -> LabelMask {
    switch faults.withLock({ $0[item.id] }) {
    case .mask: throw CoreError.malformedFile(path: item.id, reason: "it is none")
    case .absent: return LabelMask(width: 96, height: 80, labels: [UInt8](repeating: 0, count: 96 * 80))
    default: return try base.mask(item)
    }
  }
}

/// Copies, but for one image.
private final class FailingGenerator: SupportGenerator {
  let copying = CopyingGenerator()
  let failing: Mutex<(item: String, error: any Error)?> = Mutex(nil)

  func jobs(for request: GenerationRequest) -> Int { copying.jobs(for: request) }

  func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage {
    if let failing = failing.withLock({ $0 }), failing.item == request.source.item { throw failing.error }
    return try copying.generate(request, progress: progress)
  }
}

/// No single bad image ends an evaluation or a sweep.
@Suite struct LeftOutTests {
  private let dataset = FaultySquares()
  private let generator = FailingGenerator()

  private func bench() throws -> TinyModels {
    let bench = try TinyModels(generator: generator, dataset: dataset)
    generator.copying.store.withLock { $0 = bench.store }
    return bench
  }

  private func uses(_ episode: Episode, _ id: String) -> Bool { ([episode.query] + episode.supports).contains { $0.id == id } }

  @Test(arguments: [("square-0", 0), ("square-4", 2)])
  func aBadImageCostsItsEpisodes(id: String, auxiliaries: Int) async throws {
    let bench = try bench()
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: auxiliaries, options: bench.options, episodes: 12)
    let clean = try await bench.workbench.evaluate(plan)
    #expect(try clean.leftOut == nil && !String(decoding: CanonicalJSON.data(clean), as: UTF8.self).contains("leftOut"))
    #expect(try JSONDecoder().decode(EvaluationReport.self, from: CanonicalJSON.data(clean)) == clean)
    for (fault, says) in [(FaultySquares.Fault.image, "cut off"), (.mask, "it is none"), (.absent, "the mask of \(id) is empty")] {
      dataset.faults.withLock { $0 = [id: fault] }
      let reports = try await bench.workbench.evaluations().count
      let report = try await bench.workbench.evaluate(plan)
      #expect(report.episodes == clean.episodes.filter { !uses($0.episode, id) })
      #expect(report.leftOut?.map(\.episode) == clean.episodes.map(\.episode).filter { uses($0, id) })
      #expect(report.leftOut?.allSatisfy { $0.reason.contains(says) } == true, "\(report.leftOut?.first?.reason ?? "")")
      #expect(report.table.contains("\(report.leftOut?.count ?? 0) of 12 episodes left out") && report.table.contains(says))
      #expect(report.csvRows[2].contains(",\(report.leftOut?.count ?? 0),present,,float32,"))
      #expect(try JSONDecoder().decode(EvaluationReport.self, from: CanonicalJSON.data(report)) == report)
      // Asked again it tries them again, and nothing is kept a second time.
      #expect(try await bench.workbench.evaluate(plan).leftOut == report.leftOut)
      #expect(try await bench.workbench.evaluations().count == reports + 1)
    }
    // Mended, only they are left to do: the finished ones are believed.
    let folder = bench.store.folder.appendingPathComponent("evaluations")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.split(separator: "\n").count { $0.contains("\"position\"") } == 12 - clean.episodes.count { uses($0.episode, id) })
    }
    dataset.faults.withLock { $0 = [:] }
    let mended = try await bench.workbench.evaluate(plan)
    #expect(mended.episodes == clean.episodes && mended.leftOut == nil)
  }

  @Test(arguments: [nil, 0.5] as [Double?]) func aSupportThatCannotBeGeneratedCostsItsEpisodes(minimum: Double?) async throws {
    let bench = try bench()
    generator.failing.withLock { $0 = ("square-4", ModelError.notFinite(what: "latents")) }
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 2, options: bench.options, episodes: 12, minimumAgreement: minimum)
    let report = try await bench.workbench.evaluate(plan)
    let leftOut = try #require(report.leftOut)
    #expect(leftOut.allSatisfy { $0.episode.supports[0].id == "square-4" && $0.reason.contains("NaN") })
    #expect(report.episodes.count + leftOut.count == 12 && report.episodes.allSatisfy { $0.episode.supports[0].id != "square-4" })
    #expect((report.gate == nil) == (minimum == nil))
  }

  /// What every episode needs is no matter of one image.
  @Test func aFullDiskEndsIt() async throws {
    let bench = try bench(), error = CoreError.cannotWrite(path: "/store", reason: "no space left")
    generator.failing.withLock { $0 = ("square-4", error) }
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 1, options: bench.options, episodes: 12)
    await #expect(throws: error) { try await bench.workbench.evaluate(plan) }
  }

  @Test func nothingEvaluatedIsAnErrorWithItsReason() async throws {
    let bench = try bench()
    dataset.faults.withLock { faults in for item in dataset.items { faults[item.id] = .image } }
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 0, episodes: 5)
    await #expect {
      try await bench.workbench.evaluate(plan)
    } throws: { error in
      guard case EvaluationError.nothingEvaluated(5, _, let reason, _) = error else { return false }
      return reason.contains("cut off")
    }
    #expect(try await bench.workbench.evaluations().isEmpty)
  }

  @Test func aSweepGoesOn() async throws {
    let bench = try bench()
    dataset.faults.withLock { $0 = ["square-0": .image] }
    let plan = SweepPlan(
      EvaluationPlan(fold: 0, options: bench.options, episodes: 8), folds: [0, 1], seeds: [0], axes: [.auxiliaryShots([0, 1])])
    let (report, evaluations) = try await bench.workbench.sweep(plan)
    let expected = evaluations[0].reduce(0) { $0 + ($1.leftOut?.count ?? 0) }
    #expect(expected > 0 && report.settings.map(\.leftOut) == [expected, expected])
    #expect(report.table.contains("episodes left out") && report.csv.split(separator: "\n")[1].contains(",\(expected),present,,"))
    #expect(try JSONDecoder().decode(SweepReport.self, from: CanonicalJSON.data(report)) == report)
  }

  /// A fold of which nothing can be evaluated is left out of a sweep with a sentence; the others' figures are those they have alone.
  @Test func aFoldWithNothingIsLeftOutOfASweep() async throws {
    let bench = try bench()
    dataset.faults.withLock { faults in
      for item in dataset.items where !Set(item.classes).isDisjoint(with: dataset.classes(inFold: 1)) { faults[item.id] = .image }
    }
    func plan(_ folds: [Int]) throws -> SweepPlan {
      try SweepPlan(EvaluationPlan(fold: 0, auxiliaryShots: 0, options: bench.options, episodes: 4), folds: folds, seeds: [0], axes: [.setting(.steps, [])])
    }
    let (report, evaluations) = try await bench.workbench.sweep(try plan([0, 1]))
    #expect(evaluations.map { $0.map(\.plan.fold) } == [[0]] && report.leftOut?.count == 1)
    #expect(report.leftOut?[0].hasPrefix("fold 1, seed 0 left out: ") == true && report.table.contains("fold 1, seed 0 left out: "))
    #expect(try await bench.workbench.sweep(try plan([0])).report.settings.map(\.baseline) == report.settings.map(\.baseline))
    await #expect(throws: EvaluationError.self) { try await bench.workbench.sweep(try plan([1])) }
  }

  /// An episode whose query is its own support, as BAM's order draws where a class has one image, measures nothing.
  @Test func anOwnSupportIsLeftOut() async throws {
    let bench = try bench(), folder = try TemporaryFolder(), file = folder.file("episodes.json"), items = dataset.items
    let own = Episode(index: 0, fold: 0, classIndex: 1, query: items[0], supports: [items[0]])
    let good = Episode(index: 1, fold: 0, classIndex: 1, query: items[0], supports: [items[4]])
    try EpisodeList(dataset, fold: 0, draw: EpisodeDraw(.bam), episodes: [own, good]).write(to: file)
    let report = try await bench.workbench.evaluate(EvaluationPlan(fold: 0, auxiliaryShots: 0, episodes: 2, episodeList: file.path))
    #expect(report.leftOut?.map(\.episode) == [own] && report.episodes.map(\.episode) == [good])
    #expect(report.leftOut?[0].reason.contains("its own support") == true)
  }

  /// The page of a report says it too, and hostile text in it stays text.
  @Test func thePageNamesThem() throws {
    let items = dataset.items
    let episode = Episode(index: 0, fold: 0, classIndex: 1, query: items[0], supports: [])
    let areas = Areas(backgroundIntersection: 1, foregroundIntersection: 1, backgroundUnion: 2, foregroundUnion: 2)
    let report = EvaluationReport(
      dataset: "squares", plan: EvaluationPlan(fold: 0, auxiliaryShots: 0), weights: [:], results: [EpisodeResult(episode: episode, baseline: areas, augmented: nil)],
      classes: dataset.classes, comparison: Comparison(.hsnet), leftOut: [LeftOutEpisode(episode: episode, reason: "<b>it</b>")], seconds: 1)
    let html = try HTMLReport(documents: [ReportDocument(name: "x", .evaluations([report]))], gallery: .empty).html
    #expect(html.contains("1 of 2 episodes left out") && html.contains("&lt;b&gt;it") && !html.contains("<b>it"))
    #expect(EvaluationSummary([report, report]).table.contains("1 of 2 episodes left out"))
  }
}
