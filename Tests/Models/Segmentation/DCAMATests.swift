import Foundation
import Models
import TestSupport
import Testing

@Suite struct DCAMATests {
  @Test(.enabled(if: Golden.isAvailable), arguments: ["shot1_160", "shot5_96"]) func golden(name: String) throws {
    let golden = try GoldenCase("dcama_r50_w8.\(name)")
    let network = try DCAMA(GoldenCase.weights("dcama_r50_w8"))
    let query = try golden.query(network)
    for layer in [2, 6, 12, 15] { golden.expect(query.maps[layer].nchw(), "q_feat_\(layer)") }
    let result = try network.segment(query: query, supports: golden.supports(network)) { golden.expect($1.nchw(), $0) }
    golden.expect(result.logits.nchw(), output: "logits", tolerance: 5e-4)
    try golden.expect(mask: result.mask, output: "pred_mask", scores: "logits")
    golden.expectAllCompared(except: ["mid.pe0", "mid.pe1", "mid.pe2"])
  }

  @Test func refusals() throws {
    let network = try DCAMA(TinyWeights.dcama(seed: 26))
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
    func segment(_ query: ImageFeatures, _ support: ImageFeatures, _ mask: Tensor) -> String {
      message { _ = try network.segment(query: query, supports: [SupportExample(features: support, mask: mask)]) }
    }
    #expect(segment(features, other, full).contains("32 pixels"))
    #expect(segment(features, features, empty).contains("no object"))
    #expect(segment(other, other, full).contains("mask 1"))
    var values = [Float](repeating: 0, count: 64 * 64 * 3)
    values[7] = .infinity
    let broken = Tensor(values, shape: [1, 64, 64, 3])
    #expect(message { _ = try network.segment(query: broken, supports: [(Tensor(zeros: [1, 64, 64, 3]), full)]) }.contains("NaN"))
    // One empty mask among others is a support that says nothing.
    _ = try network.segment(
      query: features, supports: [SupportExample(features: features, mask: full), SupportExample(features: features, mask: empty)])
  }
}
