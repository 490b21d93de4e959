import Foundation
import Models
import TestSupport
import Testing

/// Every network through the door `diffss forward` uses, from the goldens' own tensors.
@Suite(.enabled(if: Golden.isAvailable)) struct ForwardTests {
  /// Writes an input file of golden tensors under other names.
  private func inputs(_ golden: Checkpoint, _ names: KeyValuePairs<String, String>) throws -> Checkpoint {
    let folder = try TemporaryFolder()
    try Safetensors.write(names.map { (name: $0.key, tensor: try golden.tensor($0.value)) }, to: folder.file("in.safetensors"))
    return try Checkpoint(file: folder.file("in.safetensors"))
  }

  private func expect(
    _ kind: ForwardNetwork, _ weights: [String], _ input: Checkpoint, _ golden: Checkpoint, _ outputs: [(String, String)]
  ) throws {
    for path in weights {
      let results = try ForwardRunner(kind, weights: Golden.url(path))(input)
      #expect(results.map(\.name) == outputs.map(\.0))
      for (result, output) in zip(results, outputs) {
        #expect(result.tensor.shape == golden.shape(of: output.1), "\(output.0)")
        let expected = try golden.tensor(output.1).values
        #expect(Difference.relativeL2(result.tensor.values, expected: expected) < 1e-4, "\(path) \(output.0)")
      }
    }
  }

  @Test func stableDiffusion() throws {
    let golden = try Checkpoint(file: Golden.url("sd/components.safetensors"))
    try expect(
      .clipText, ["sd/tiny-sd15", "sd/tiny-sd15/text_encoder", "sd/tiny-sd15/text_encoder/model.safetensors"],
      inputs(golden, ["input_ids": "text.input_ids"]), golden, [("last_hidden_state", "text.last_hidden_state")])
    let common: KeyValuePairs = [
      "sample": "unet.sample", "timestep": "unet.timestep", "encoder_hidden_states": "text.last_hidden_state",
      "cond": "controlnet.seg.cond",
    ]
    try expect(.unet, ["sd/tiny-sd15"], inputs(golden, common), golden, [("out", "unet.out")])
    let down = (0..<12).map { ("down.\($0)", "controlnet.seg.down.\($0)") } + [("mid", "controlnet.seg.mid")]
    try expect(.controlNet, ["sd/tiny-controlnet-seg"], inputs(golden, common), golden, down)
    try expect(
      .vaeDecode, ["sd/tiny-sd15"], inputs(golden, ["latent": "vae.latent"]), golden, [("decoded", "vae.decoded")])
    try expect(
      .vaeEncode, ["sd/tiny-sd15/vae"], inputs(golden, ["image": "vae.image"]), golden,
      [("enc_mean", "vae.enc_mean"), ("enc_logvar", "vae.enc_logvar")])
  }

  @Test func unetWithResiduals() throws {
    let golden = try Checkpoint(file: Golden.url("sd/components.safetensors"))
    let folder = try TemporaryFolder()
    var tensors = [
      (name: "sample", tensor: try golden.tensor("unet.sample")), (name: "timestep", tensor: try golden.tensor("unet.timestep")),
      (name: "encoder_hidden_states", tensor: try golden.tensor("text.last_hidden_state")),
    ]
    for name in (0..<12).map({ "down.\($0)" }) + ["mid"] { tensors.append((name, try golden.tensor("controlnet.seg.\(name)"))) }
    try Safetensors.write(tensors, to: folder.file("in.safetensors"))
    try expect(
      .unet, ["sd/tiny-sd15"], Checkpoint(file: folder.file("in.safetensors")), golden,
      [("out", "unet.out_with_controlnet_seg")])
  }

  @Test func segmentationAndEdges() throws {
    let golden = try Checkpoint(file: Golden.url("fss/dcama_r50_w8.shot5_96.safetensors"))
    try expect(
      .dcama, ["fss/dcama_r50_w8.weights.safetensors"], golden, golden, [("logits", "out.logits"), ("pred_mask", "out.pred_mask")])
    let votes = try Checkpoint(file: Golden.url("fss/hsnet_r50_w8.shot5_96.safetensors"))
    try expect(
      .hsnet, ["fss/hsnet_r50_w8.weights.safetensors"], votes, votes, ["logits", "pred_mask", "votes"].map { ($0, "out.\($0)") })
    for (kind, name, size) in [(ForwardNetwork.bam, "bam", 97), (.hdmnet, "hdmnet", 97)] {
      let file = try Checkpoint(file: Golden.url("fss/\(name)_r50_w8.shot5_\(size).safetensors"))
      try expect(
        kind, ["fss/\(name)_r50_w8.weights.safetensors"], file, file,
        ["final_out", "meta_out", "base_out", "pred_mask"].map { ($0, "out.\($0)") })
    }
    let folder = try TemporaryFolder()
    let images = Tensor((0..<2 * 3 * 20 * 24).map { Float($0 * 37 % 256) }, shape: [2, 3, 20, 24])
    try Safetensors.write([("image", images)], to: folder.file("in.safetensors"))
    let input = try Checkpoint(file: folder.file("in.safetensors"))
    for (kind, path) in [(ForwardNetwork.hed, "weights/hed-tiny"), (.pidinet, "weights/pidinet/table5_pidinet.safetensors")] {
      let result = try ForwardRunner(kind, weights: Golden.data(path))(input)
      #expect(result.map(\.name) == ["edge"] && result[0].tensor.shape == [2, 1, 20, 24])
    }
  }
}

/// What does not fit is refused; a random model that comes with the project.
@Suite struct ForwardRefusalTests {
  /// Writes an input file of zeros of given shapes.
  private func inputs(_ shapes: KeyValuePairs<String, [Int]>) throws -> Checkpoint {
    let folder = try TemporaryFolder()
    try Safetensors.write(shapes.map { (name: $0.key, tensor: Tensor(zeros: $0.value)) }, to: folder.file("in.safetensors"))
    return try Checkpoint(file: folder.file("in.safetensors"))
  }

  @Test func refusals() throws {
    let model = Golden.fixture("diffusion/model"), unet = try ForwardRunner(.unet, weights: model)
    let (sample, timestep, states) = ([2, 6, 8, 8], [2], [2, 77, 24])
    #expect(try unet(inputs(["sample": sample, "timestep": timestep, "encoder_hidden_states": states])).map(\.name) == ["out"])
    let other = try inputs(["unet.sample": sample, "unet.timestep": timestep])
    #expect(throws: ModelError.missingTensor(name: "sample", path: other.path)) { try unet(other) }
    for wrong: KeyValuePairs in [
      ["sample": states, "timestep": timestep, "encoder_hidden_states": states],
      ["sample": sample, "timestep": [2, 77], "encoder_hidden_states": states],
      ["sample": [2, 3, 32, 32], "timestep": timestep, "encoder_hidden_states": states],
      ["sample": sample, "timestep": timestep, "encoder_hidden_states": sample],
      ["sample": sample, "timestep": timestep, "encoder_hidden_states": states, "mid": [2, 24, 4, 4]],
    ] {
      let input = try inputs(wrong)
      #expect(throws: ModelError.self, "\(wrong)") { try unet(input) }
    }
    #expect(throws: ModelError.self) { try ForwardRunner(.unet, weights: Golden.fixture("diffusion/none")) }
    #expect(throws: ModelError.self) { try ForwardRunner(.dcama, weights: model) }
    #expect(throws: ModelError.self) { try ForwardRunner(.unet, weights: model.appendingPathComponent("vae")) }
    let texts = try ForwardRunner(.clipText, weights: model)
    for shape in [sample, states] {
      let input = try inputs(["input_ids": shape])
      #expect(throws: ModelError.self, "\(shape)") { try texts(input) }
    }
  }

  /// Two weight files in one folder: which one is meant has to be said.
  @Test func oneOfTwoFilesHasToBeNamed() throws {
    let folder = try TemporaryFolder(), file = Golden.projectRoot.appendingPathComponent("Assets/demo/hed/ControlNetHED.safetensors")
    try FileManager.default.copyItem(at: file, to: folder.file("a.safetensors"))
    let input = try inputs(["image": [2, 3, 20, 24]])
    let result = try ForwardRunner(.hed, weights: folder.url)(input)
    #expect(result.map(\.name) == ["edge"] && result[0].tensor.shape == [2, 1, 20, 24])
    try FileManager.default.copyItem(at: file, to: folder.file("b.safetensors"))
    #expect(throws: ModelError.self) { try ForwardRunner(.hed, weights: folder.url) }
  }
}
