import Cluster
import Core
import Data
import Evaluation
import Foundation
import Generation
import Models
import Pipeline
import TestSupport
import Testing

/// Evaluations that several processes, each with a store of its own, do a part of.
@Suite struct PartsTests {
  private func plan(_ bench: TinyModels, shots: Int, minimum: Double?) -> EvaluationPlan {
    EvaluationPlan(fold: 0, shots: shots, auxiliaryShots: 2, options: bench.options, episodes: 10, minimumAgreement: minimum)
  }

  /// A report without how long it took.
  private func document(_ report: EvaluationReport) throws -> [String: JSONValue] {
    guard case .object(var members) = try JSONDecoder().decode(JSONValue.self, from: CanonicalJSON.data(report)) else { return [:] }
    members["seconds"] = nil
    return members
  }

  private func images(_ store: Store) throws -> Set<String> { Set(try store.imageKeys()) }

  @Test(arguments: [(1, nil), (2, nil), (1, 0.4), (2, 0.4)] as [(Int, Double?)])
  func partsGiveWhatOneProcessGives(shots: Int, minimum: Double?) async throws {
    let alone = try TinyModels(), plan = plan(alone, shots: shots, minimum: minimum)
    let whole = try await alone.workbench.evaluate(plan)

    var parts: [TinyModels] = [], made: [Set<String>] = []
    for number in 1...3 {
      let bench = try TinyModels(), shard = try #require(Shard(number, of: 3))
      #expect(try await bench.workbench.evaluateParts([plan], shard) == 0)
      #expect(try await bench.workbench.evaluations().isEmpty, "a part reports nothing")
      parts.append(bench)
      made.append(try images(bench.store))
    }
    #expect(try made.reduce(Set()) { $0.union($1) } == images(alone.store))
    if shots == 1 { #expect(made.reduce(0) { $0 + $1.count } == (try images(alone.store)).count, "each image by one process") }

    let collecting = try TinyModels(), models = collecting.workbench.models
    for part in parts {
      let files = try images(part.store).sorted().map(part.store.file)
      #expect(try collecting.store.adopt(files, isLinked: true) <= files.count)
      #expect(try collecting.store.adopt(files, isLinked: true) == 0, "none twice")
    }
    for key in try images(alone.store) {
      #expect(try Data(contentsOf: collecting.store.file(key)) == Data(contentsOf: alone.store.file(key)))
    }
    let workbench = Workbench(
      dataset: SquaresDataset(), models: models, store: collecting.store, generator: CollectedImages(models, collecting.store))
    for _ in 0..<2 {
      let report = try await workbench.evaluate(plan, parts: parts.map(\.store.folder))
      #expect(try document(report) == document(whole))
      #expect(try await workbench.evaluations().count == 1, "reported once, however often it is put together")
    }
  }

  @Test func aSweepIsPutTogetherToo() async throws {
    let alone = try TinyModels()
    func sweep() throws -> SweepPlan {
      try SweepPlan(
        EvaluationPlan(fold: 0, auxiliaryShots: 1, options: alone.options, episodes: 4), folds: [0, 1], seeds: [3, 4],
        axes: [.setting(.guidance, ["1", "3"])])
    }
    let whole = try await alone.workbench.sweep(try sweep())
    var parts: [TinyModels] = []
    for number in 1...2 {
      let bench = try TinyModels()
      #expect(try await bench.workbench.evaluateParts(sweep().evaluations, #require(Shard(number, of: 2))) == 0)
      parts.append(bench)
    }
    #expect(
      try parts.map { try images($0.store).count }.reduce(0, +) == images(alone.store).count, "each image by one process, whatever the seed"
    )
    let collecting = try TinyModels(), models = collecting.workbench.models
    for part in parts { try collecting.store.adopt(images(part.store).map(part.store.file), isLinked: false) }
    let workbench = Workbench(
      dataset: SquaresDataset(), models: models, store: collecting.store, generator: CollectedImages(models, collecting.store))
    let together = try await workbench.sweep(try sweep(), parts: parts.map(\.store.folder))
    #expect(together.report == whole.report && together.evaluations.joined().map(\.episodes) == whole.evaluations.joined().map(\.episodes))
  }

  /// Where a part was ended it goes on, and images under way are finished where that is asked for.
  @Test func aPartGoesOnWhereItWasEnded() async throws {
    let bench = try TinyModels(), plan = plan(bench, shots: 1, minimum: nil), stop = StopFlag()
    let whole = try #require(Shard(1, of: 1))
    await #expect(throws: CancellationError.self) {
      try await bench.workbench.evaluateParts([plan], whole, stop: stop) { progress in
        if case .generating(_, _, let step, _) = progress.evaluation, step > 0 { stop.setAfterThis() }
      }
    }
    let before = try images(bench.store)
    #expect((1...Compute.threads).contains(before.count), "the images under way were finished, no other was begun")
    #expect(try await bench.workbench.evaluateParts([plan], whole) == 0)
    #expect(try images(bench.store).isStrictSuperset(of: before))
  }

  @Test func supportsAreDealtOutEvenly() throws {
    let dataset = SquaresDataset(), episodes = Array(try EpisodeSampler(dataset, fold: 0).prefix(200))
    let shares = try (1...3).map { EpisodeShare(try #require(Shard($0, of: 3)), of: episodes) }
    for episode in episodes { #expect(shares.count { $0.contains(episode) } == 1) }
    let supports = shares.map { share in Set(episodes.filter(share.contains).map { "\($0.supports[0].id) \($0.classIndex)" }) }
    #expect(
      supports[0].isDisjoint(with: supports[1]) && supports[1].isDisjoint(with: supports[2]) && supports[0].isDisjoint(with: supports[2]))
    let counts = supports.map(\.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }
}
