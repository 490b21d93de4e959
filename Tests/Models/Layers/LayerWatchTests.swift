import Foundation
import Models
import TestSupport
import Testing

/// A weight that is no number, or too large for the sums, ends a run with an error that names its layer.
@Suite struct LayerWatchTests {
  private static let fixture = Golden.fixture("diffusion")

  private struct Place: Sendable {
    let part: String
    let network: String
    let file: String
    let layer: String
    var parameter = "weight"

    /// The file's keys lack what the model's begin with.
    var key: String { "\(network == "text encoder" ? String(layer.dropFirst("text_model.".count)) : layer).\(parameter)" }
  }

  private static let weights = "diffusion_pytorch_model.safetensors"

  private static let middle = [
    Place(part: "model", network: "text encoder", file: "text_encoder/model.safetensors", layer: "text_model.encoder.layers.0.mlp.fc2"),
    Place(part: "model", network: "UNet", file: "unet/\(weights)", layer: "mid_block.attentions.0.transformer_blocks.0.ff.net.2"),
    // Made once for all steps.
    Place(part: "model", network: "UNet", file: "unet/\(weights)", layer: "mid_block.attentions.0.transformer_blocks.0.attn2.to_v"),
    Place(part: "model", network: "UNet", file: "unet/\(weights)", layer: "mid_block.resnets.1.norm2", parameter: "bias"),
    Place(part: "controlnet", network: "ControlNet", file: weights, layer: "mid_block.resnets.0.conv1"),
    Place(part: "controlnet", network: "ControlNet", file: weights, layer: "controlnet_cond_embedding.conv_in", parameter: "bias"),
    Place(part: "model", network: "autoencoder", file: "vae/\(weights)", layer: "decoder.mid_block.resnets.1.conv2"),
  ]

  /// Behind these comes no norm that would take the size away.
  private static let unbounded = [
    Place(part: "model", network: "UNet", file: "unet/\(weights)", layer: "conv_out"),
    Place(part: "controlnet", network: "ControlNet", file: weights, layer: "controlnet_cond_embedding.conv_in"),
    Place(part: "model", network: "autoencoder", file: "vae/\(weights)", layer: "decoder.conv_out"),
  ]

  @Test(arguments: middle.indices, [Float.nan, -.infinity]) func aWeightThatIsNoNumber(place: Int, value: Float) throws {
    try check(Self.middle[place]) { values in
      values[values.count / 2] = value
    } cause: {
      .weights($0)
    }
  }

  @Test(arguments: unbounded.indices) func aWeightThatIsTooLarge(place: Int) throws {
    try check(Self.unbounded[place]) {
      $0 = $0.map { _ in 3e38 }
    } cause: {
      .values($0)
    }
  }

  private func check(_ place: Place, damage: (inout [Float]) -> Void, cause: (Precision) -> ModelError.Overflow) throws {
    let folder = try TemporaryFolder()
    for part in ["model", "controlnet"] {
      try FileManager.default.copyItem(at: Self.fixture.appendingPathComponent(part), to: folder.file(part))
    }
    let file = folder.file(place.part).appendingPathComponent(place.file)
    try DamagedWeights.write(file, to: file, key: place.key, damage)
    for precision in [Precision.float32, .bfloat16] where precision <= .fastest {
      let model = try StableDiffusion.load(model: folder.file("model"), controlNets: [folder.file("controlnet")], precision: precision)
      let control = Tensor([Float](repeating: 0.5, count: 40 * 24 * 3), shape: [1, 40, 24, 3])
      let run = DiffusionRun(
        prompt: "a dog", steps: 3, guidanceScale: 4, seed: 5, width: 24, height: 40, controls: [ControlInput(image: control)])
      let own = place.network == "text encoder" ? .float32 : precision
      #expect(throws: ModelError.notFiniteLayer(network: place.network, layer: place.layer, cause: cause(own))) { try model.generate(run) }
    }
  }

  @Test(arguments: [
    (ForwardNetwork.bam, "bam_vgg16", "BAM", "down_query.0"),
    (.hdmnet, "hdmnet_vgg16", "HDMNet", "transformer.mix_transformer.match_layers.1.0.norm2"),
    (.hsnet, "hsnet_vgg16", "HSNet", "hpn_learner.encoder_layer3.0.conv2"),
    (.dcama, "dcama_r101", "DCAMA", "model.DCAMA_blocks.1.linears.1"),
    (.dcama, "dcama_r101", "DCAMA", "feature_extractor.layer2.0.conv2"),
  ]) func segmentation(kind: ForwardNetwork, name: String, network: String, layer: String) throws {
    let folder = try TemporaryFolder(), file = folder.file("weights.safetensors")
    try DamagedWeights.write(Golden.fixture("networks/\(name).weights.safetensors"), to: file, key: "\(layer).weight") { $0[0] = .nan }
    let input = try Checkpoint(file: Golden.fixture("networks/\(name).case.safetensors"))
    for precision in [Precision.float32, .bfloat16] where precision <= .fastest {
      let runner = try ForwardRunner(kind, weights: file, precision: precision)
      #expect(throws: ModelError.notFiniteLayer(network: network, layer: layer, cause: .weights(precision))) { try runner(input) }
    }
  }

  /// A network is not to blame for what it is given.
  @Test func anInputThatIsNoNumberIsNoLayersFault() throws {
    let weights = Golden.fixture("networks/hsnet_vgg16.weights.safetensors"), folder = try TemporaryFolder(),
      file = folder.file("in.safetensors")
    try DamagedWeights.write(Golden.fixture("networks/hsnet_vgg16.case.safetensors"), to: file, key: "query_img") { $0[0] = .nan }
    let runner = try ForwardRunner(.hsnet, weights: weights)
    #expect(throws: ModelError.notFiniteLayer(network: "HSNet", layer: "backbone.features.0", cause: .input(.float32))) {
      try runner(Checkpoint(file: file))
    }
  }

  @Test func theErrorSaysWhatToDo() {
    func error(_ cause: ModelError.Overflow) -> ModelError {
      .notFiniteLayer(network: "UNet", layer: "mid_block.resnets.0.conv1", cause: cause)
    }
    #expect(error(.values(.float32)).message == "UNet, mid_block.resnets.0.conv1: what it computes is NaN or infinity")
    #expect(error(.weights(.float32)).message == "UNet, mid_block.resnets.0.conv1: its weights hold NaN or infinity")
    for cause in [ModelError.Overflow.weights(.float32), .values(.float32)] {
      #expect(error(cause).hint?.contains("damaged, or its half precision") == true && error(cause).hint?.contains("--precision") == false)
    }
    for cause in [ModelError.Overflow.weights(.bfloat16), .values(.bfloat16), .input(.bfloat16)] {
      #expect(error(cause).hint?.contains("--precision float32") == true)
    }
  }
}
