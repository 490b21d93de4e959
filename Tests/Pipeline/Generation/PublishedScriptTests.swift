import Core
import Data
import Foundation
import Generation
import Models
import Render
import TestSupport
import Testing

@Suite struct PublishedScriptTests {
  private struct Chains: Decodable {
    struct Chain: Decodable {
      let start: UInt64
      let values: [UInt64]
    }
    let next_seed_first_64: [UInt64]
    let chains: [Chain]
  }

  @Test(.enabled(if: Golden.isAvailable)) func seedsFollowTheRecordedChains() throws {
    let golden = try JSONDecoder().decode(Chains.self, from: Data(contentsOf: Golden.url("episodes/pregenerate_seed_chain.json")))
    #expect((0..<64).map { PublishedScript.seed(after: $0) } == golden.next_seed_first_64)
    #expect(!golden.chains.isEmpty)
    for chain in golden.chains {
      let dataset = ListedDataset((1..<chain.values.count).map { ("item\($0)", 1) })
      let terms = try PublishedScript(dataset: dataset).terms(for: dataset.supports, base: chain.start)
      #expect(terms.map(\.terms.seed) == Array(chain.values.dropFirst()))
    }
  }

  @Test func labelsAboveTwentyAreLeftOutAndTakeNoSeed() throws {
    let dataset = ListedDataset([("a", 20), ("b", 21), ("c", 80), ("d", 1)])
    let terms = try PublishedScript(dataset: dataset).terms(for: dataset.supports, base: 321)
    #expect(terms.map(\.support.item.id) == ["a", "d"])
    #expect(terms.map(\.terms.seed) == [36105, 46315])
    #expect(terms.allSatisfy { $0.terms.info == nil })
  }

  @Test func everyClassOfFSSIsATaxi() async throws {
    let dataset = ListedDataset(name: "fss", [("ashtray/1", 25), ("zucchini/1", 200)]), bench = try RunBench(dataset)
    var run = SupportRun(supports: dataset.supports, options: bench.options, shots: 2, isAsPublished: true)
    try await bench.generate(run)
    let taxis = bench.generator.generated.withLock { $0 }
    #expect(taxis.map(\.source.classIndex) == [25, 25, 200, 200])
    #expect(taxis.allSatisfy { $0.prompt == "a real shot photo of taxi,, best quality, extremely detailed" && $0.adeIndex == 83 })
    let control = bench.out.appendingPathComponent("ashtray/1_25_control.png"), generated = try Data(contentsOf: control)

    // The colour matters to the mask condition alone; without the slips the class is its own.
    run.options.condition = .none
    try await bench.generate(run)
    #expect(bench.generator.generated.withLock { $0.last?.adeIndex } == nil)
    run = SupportRun(supports: dataset.supports, options: bench.options, shots: 2)
    try await bench.generate(run)
    let own = try #require(bench.generator.generated.withLock { $0.last })
    #expect(own.adeIndex == nil && own.noiseRow == nil && own.prompt.contains("thing 200"))
    #expect(try Data(contentsOf: control) != generated)
  }

  @Test(.enabled(if: Golden.isAvailable)) func theTaxisConditionIsThePublishedOne() async throws {
    let dataset = try Datasets.open(DatasetSource(.fss, root: Golden.data("fss-mini"), readsMasksAsPublished: true)), bench = try RunBench(dataset)
    let supports = try dataset.supports(inFold: 0).filter { ["african_elephant/5", "eiffel_tower/3"].contains($0.item.id) }
    var run = SupportRun(supports: supports, options: bench.options, shots: 1, isAsPublished: true)
    run.options.conditionSettings.resolution = 256
    try await bench.generate(run)
    for support in supports {
      let golden = "conditions/fss_\(support.item.id.replacingOccurrences(of: "/", with: "_"))/r256/seg_control_published.png"
      let control = try Image(pngOrJpeg: bench.out.appendingPathComponent("\(support.item.id)_\(support.classIndex)_control.png"))
      #expect(try control == Image(pngOrJpeg: Golden.url(golden)))
    }
  }

  @Test func imagesOfASupportShareASeedAndTakeItsRows() async throws {
    let dataset = ListedDataset([("a", 1), ("b", 30), ("c", 2)]), bench = try RunBench(dataset)
    var run = SupportRun(supports: dataset.supports, options: bench.options, shots: 3, isAsPublished: true)
    run.options.seed = 321
    try await bench.generate(run)
    let requests = bench.generator.generated.withLock { $0 }
    #expect(requests.map(\.seed) == [36105, 36105, 36105, 46315, 46315, 46315])
    #expect(requests.map(\.noiseRow) == (0..<6).map { NoiseRow(row: $0 % 3, rows: 3) })
    #expect(requests.map(\.source.item) == ["a", "a", "a", "c", "c", "c"])
    for request in requests { #expect(try JSONDecoder().decode(GenerationRequest.self, from: CanonicalJSON.data(request)) == request) }
  }
}
