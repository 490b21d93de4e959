import Models
import TestSupport
import Testing

@Suite struct HSNetTests {
  @Test(.enabled(if: Golden.isAvailable), arguments: ["shot1_257", "shot5_96"]) func golden(name: String) throws {
    let golden = try GoldenCase("hsnet_r50_w8.\(name)")
    let network = try HSNet(GoldenCase.weights("hsnet_r50_w8"))
    let query = try golden.query(network)
    for layer in [3, 9, 12] { golden.expect(query.maps[layer].nchw(), "q_feat_\(layer)") }
    let result = try network.segment(query: query, supports: golden.supports(network)) { name, map in
      // Hypercorrelations are [query, support, c] here and [c, query, support] there.
      golden.expect(
        map.shape.count == 3 ? map.reshaped([1, map.shape[0], map.shape[1], map.shape[2]]).nchw() : map.nchw(), name)
    }
    golden.expect(result.logits.nchw(), output: "logits", tolerance: 5e-4)
    try golden.expect(mask: result.mask, output: "pred_mask", scores: "logits")
    if golden.shots > 1 { try golden.expect(mask: result.votes ?? [], output: "votes", scores: "logits") }
    golden.expectAllCompared(except: ["out.shot_masks"])
  }
}
