import Core
import Models
import TestSupport
import Testing

/// The published networks with bfloat16 products: no result is far from the published float32 one, with every set that multiplies them.
@Suite(
  .enabled(if: Golden.isAvailable && Precision.fastest == .bfloat16, "needs the golden files and a processor that multiplies bfloat16"),
  .everyBFloat16Set)
struct SegmentingBFloat16Tests {
  @Test func bam() throws { try check("bam_r50_w8", "shot1_161", "final_out") { try BAM($0, precision: .bfloat16) } }
  @Test func hdmnet() throws { try check("hdmnet_r50_w8", "shot1_129", "final_out") { try HDMNet($0, precision: .bfloat16) } }
  @Test func hsnet() throws { try check("hsnet_r50_w8", "shot1_257", "logits") { try HSNet($0, precision: .bfloat16) } }
  @Test func dcama() throws { try check("dcama_r50_w8", "shot1_160", "logits") { try DCAMA($0, precision: .bfloat16) } }

  private func check(_ weights: String, _ name: String, _ output: String, _ make: (Checkpoint) throws -> some FewShotSegmenter) throws {
    let golden = try GoldenCase("\(weights).\(name)"), network = try make(GoldenCase.weights(weights))
    let result = try network.segment(query: golden.query(network), supports: golden.supports(network))
    let logits = result.logits.nchw(), expected = try golden.file.tensor("out.\(output)")
    let error = relativeError(logits, expected.reshaped(logits.shape))
    // Random weights pass the rounding of every layer on, and logits of both classes are close: 2 to 6 per cent.
    #expect(error < 0.1 && error > 0, "\(error)")
  }
}
