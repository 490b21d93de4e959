import Foundation
import Models
import TestSupport
import Testing

@Suite struct DCAMATests {
  private static func network() throws -> DCAMA {
    try DCAMA(Checkpoint(safetensors: Golden.url("fss/dcama_r50_w8.weights.safetensors")))
  }

  /// `golden/fss/README.md`: intermediates to 2e-4 of their largest magnitude, logits to 5e-4, masks equal where the margin allows.
  @Test(.enabled(if: Golden.isAvailable), arguments: ["shot1_160", "shot5_96"]) func golden(name: String) throws {
    let golden = try Checkpoint(safetensors: Golden.url("fss/dcama_r50_w8.\(name).safetensors"))
    let network = try Self.network()
    let query = try network.features(of: golden.tensor("query_img").nhwc())
    let images = try golden.tensor("support_imgs"), masks = try golden.tensor("support_masks")
    let (shots, side) = (images.shape[1], images.shape[3])
    let (flatImages, flatMasks) = (images.reshaped([shots, 3, side, side]), masks.reshaped([shots, side, side, 1]))
    let supports = try (0..<shots).map { shot in
      SupportExample(
        features: try network.features(of: flatImages.slice(shot..<shot + 1).nhwc()), mask: flatMasks.slice(shot..<shot + 1))
    }
    for layer in [2, 6, 12, 15] { try expect(query.maps[layer].nchw(), "mid.q_feat_\(layer)", golden) }
    var failure: (any Error)?
    let result = try network.segment(query: query, supports: supports) { name, map in
      do { try expect(map.nchw(), "mid.\(name)", golden) } catch { failure = error }
    }
    #expect(failure == nil)
    let logits = try golden.tensor("out.logits").values
    let ours = result.logits.nchw().values
    #expect(Difference.largest(ours, logits) < 5e-4)
    let expected = try golden.tensor("out.pred_mask").values
    let area = side * side
    let wrong = (0..<area).filter { abs(logits[$0] - logits[$0 + area]) >= 1e-3 && Float(result.mask[$0]) != expected[$0] }
    #expect(wrong.isEmpty)
  }

  private func expect(_ tensor: Tensor, _ name: String, _ golden: Checkpoint) throws {
    let expected = try golden.tensor(name).values
    let largest = expected.reduce(0) { max($0, abs($1)) }
    #expect(Difference.largest(tensor.values, expected) <= 2e-4 * largest, "\(name)")
  }

  @Test(.enabled(if: Golden.isAvailable)) func refusals() throws {
    let network = try Self.network()
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch let error as ModelError { return error.message } catch {}
      return "accepted"
    }
    #expect(message { _ = try network.features(of: Tensor(zeros: [1, 96, 64, 3])) }.contains("square"))
    #expect(message { _ = try network.features(of: Tensor(zeros: [1, 100, 100, 3])) }.contains("multiples of 8"))
    let features = try network.features(of: Tensor(zeros: [1, 64, 64, 3]))
    let other = try network.features(of: Tensor(zeros: [1, 32, 32, 3]))
    let full = Tensor([Float](repeating: 1, count: 4096), shape: [1, 64, 64, 1])
    let empty = Tensor(zeros: [1, 64, 64, 1])
    #expect(message { _ = try network.segment(query: features, supports: []) }.contains("no support"))
    #expect(message { _ = try network.segment(query: features, supports: [SupportExample(features: other, mask: full)]) }.contains("32 pixels"))
    #expect(message { _ = try network.segment(query: features, supports: [SupportExample(features: features, mask: empty)]) }.contains("no object"))
    #expect(
      message { _ = try network.segment(query: other, supports: [SupportExample(features: other, mask: full)]) }.contains("mask 1"))
    var values = [Float](repeating: 0, count: 64 * 64 * 3)
    values[7] = .infinity
    let broken = Tensor(values, shape: [1, 64, 64, 3])
    #expect(message { _ = try network.segment(query: broken, supports: [(Tensor(zeros: [1, 64, 64, 3]), full)]) }.contains("NaN"))
    // One empty mask among others is a support that says nothing.
    _ = try network.segment(
      query: features, supports: [SupportExample(features: features, mask: full), SupportExample(features: features, mask: empty)])
  }
}
