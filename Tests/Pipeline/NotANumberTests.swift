import Evaluation
import Foundation
import Generation
import Models
import Pipeline
import TestSupport
import Testing

/// What damaged weights come to in the queue and in evaluations: a reason that names the layer, and nothing stored.
@Suite struct NotANumberTests {
  private static let layer = "UNet, mid_block.attentions.0.transformer_blocks.0.ff.net.2: its weights hold NaN or infinity"

  /// Models whose UNet has a NaN in a layer of its middle.
  private func damagedDiffusion() throws -> TinyModels {
    let bench = try TinyModels(), model = bench.folder.url.appendingPathComponent("models/tiny-sd15")
    try FileManager.default.removeItem(at: model)
    try FileManager.default.copyItem(at: TinyModels.diffusion, to: model)
    let file = model.appendingPathComponent("unet/diffusion_pytorch_model.safetensors")
    try DamagedWeights.write(file, to: file, key: "mid_block.attentions.0.transformer_blocks.0.ff.net.2.weight") { $0[5] = .nan }
    return bench
  }

  @Test func aJobFailsWithTheLayerAndNothingIsStored() async throws {
    let bench = try damagedDiffusion(), item = bench.workbench.dataset.items[1]
    let requests = try await bench.workbench.requests(item: item, classIndex: 2, options: bench.options, count: 1)
    bench.workbench.enqueue(requests)
    try await bench.workbench.idle()
    guard case .failed(let reason) = try #require(bench.workbench.jobs.first).state else {
      Issue.record("the job is \(bench.workbench.jobs)")
      return
    }
    #expect(reason.contains(Self.layer))
    #expect(try await bench.workbench.generated(requests[0]) == nil)
    #expect(try await bench.workbench.storedSupports().isEmpty)
  }

  @Test func supportsThatCannotBeGeneratedAreTheReasonOfAnEvaluation() async throws {
    let bench = try damagedDiffusion()
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 1, options: bench.options, episodes: 3)
    await #expect { try await bench.workbench.evaluate(plan) } throws: { error in
      guard case EvaluationError.nothingEvaluated(3, _, let reason, let hint) = error else { return false }
      return reason.contains(Self.layer) && hint?.contains("damaged") == true
    }
    #expect(try await bench.workbench.evaluations().isEmpty)
    #expect(try await bench.workbench.storedSupports().isEmpty)
  }

  @Test(arguments: [Precision.float32, .bfloat16]) func aSegmentationNetworkNamesItsLayerInEveryEpisode(precision: Precision) async throws {
    guard precision <= .fastest else { return }
    let bench = try TinyModels(), file = bench.folder.url.appendingPathComponent("models/dcama/fold0.safetensors")
    let weights = Golden.fixture("networks/dcama_r101.weights.safetensors"), layer = "feature_extractor.layer3.1.conv1"
    try DamagedWeights.write(weights, to: file, key: "\(layer).weight") { $0[0] = .infinity }
    let plan = EvaluationPlan(
      fold: 0, auxiliaryShots: 0, options: GenerationOptions(DiffusionSettings { $0.precision = precision }), episodes: 3)
    await #expect { try await bench.workbench.evaluate(plan) } throws: { error in
      guard case EvaluationError.nothingEvaluated(3, _, let reason, _) = error else { return false }
      return reason.contains("DCAMA, \(layer): its weights hold NaN or infinity")
    }
    #expect(try await bench.workbench.evaluations().isEmpty)
    // Asked again, with its features at hand, it says the same.
    let episode = try #require(try await bench.workbench.episodes(fold: 0, count: 1).first)
    for _ in 0..<2 {
      await #expect(throws: ModelError.notFiniteLayer(network: "DCAMA", layer: layer, cause: .weights(precision))) {
        try await bench.workbench.predict(episode, by: SegmenterChoice(.dcama, precision: precision))
      }
    }
  }
}
