import Models
import TestSupport
import Testing

@Suite struct BAMTests {
  @Test(.enabled(if: Golden.isAvailable), arguments: ["shot1_161", "shot5_97"]) func golden(name: String) throws {
    let golden = try GoldenCase("bam_r50_w8.\(name)")
    let network = try BAM(GoldenCase.weights("bam_r50_w8"))
    let result = try network.segment(query: golden.query(network), supports: golden.supports(network)) { name, map in
      switch name {
      case "out.meta_out": golden.expect(map.nchw(), output: "meta_out", tolerance: 1e-3)
      case "out.base_out": golden.expect(map.nchw(), output: "base_out", tolerance: 2e-3)
      default: golden.expect(map.nchw(), name)
      }
    }
    golden.expect(result.logits.nchw(), output: "final_out", tolerance: 2e-4)
    try golden.expect(mask: result.mask, output: "pred_mask", scores: "final_out")
    golden.expectAllCompared(except: ["mid.q_layer1", "mid.kshot_rw_in_sorted", "mid.kshot_rw_out", "mid.proto_per_shot"])
  }

  @Test func refusals() throws {
    let network = try BAM(TinyWeights.bam(seed: 25))
    #expect(throws: ModelError.self) { try network.features(of: Tensor(zeros: [1, 96, 96, 3])) }
    let features = try network.features(of: Tensor(zeros: [1, 33, 33, 3]))
    let full = Tensor([Float](repeating: 1, count: 33 * 33), shape: [1, 33, 33, 1])
    let padding = Tensor([Float](repeating: 255, count: 33 * 33), shape: [1, 33, 33, 1])
    let support = SupportExample(features: features, mask: full)
    #expect(throws: ModelError.self) { try network.segment(query: features, supports: [support, support]) }
    #expect(throws: ModelError.self) {
      try network.segment(query: features, supports: [SupportExample(features: features, mask: padding)])
    }
  }
}
