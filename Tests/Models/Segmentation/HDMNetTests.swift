import Models
import TestSupport
import Testing

@Suite struct HDMNetTests {
  @Test(.enabled(if: Golden.isAvailable), arguments: ["shot1_129", "shot5_97"]) func golden(name: String) throws {
    let golden = try GoldenCase("hdmnet_r50_w8.\(name)")
    let network = try HDMNet(GoldenCase.weights("hdmnet_r50_w8"))
    let result = try network.segment(query: golden.query(network), supports: golden.supports(network)) { name, map in
      switch name {
      case "out.meta_out": golden.expect(map.nchw(), output: "meta_out", tolerance: 1e-3)
      case "out.base_out": golden.expect(map.nchw(), output: "base_out", tolerance: 2e-3)
      default: golden.expect(map.shape.count == 4 ? map.nchw() : map, name)
      }
    }
    golden.expect(result.logits.nchw(), output: "final_out", tolerance: 2e-4)
    try golden.expect(mask: result.mask, output: "pred_mask", scores: "final_out")
    golden.expectAllCompared(except: ["mid.q_layer1", "mid.q_layer3", "mid.kshot_rw_in_sorted", "mid.kshot_rw_out"])
  }
}
