import Foundation
import Models
import TestSupport
import Testing

/// Checkpoints under CompVis' names against what diffusers gives for the same weights in folders.
@Suite(.enabled(if: Golden.isAvailable)) struct SingleFileTests {
  private let golden: Checkpoint
  private let config = Golden.url("sd/tiny-sd15")

  init() throws { golden = try Checkpoint(file: Golden.url("sd/components.safetensors")) }

  private func check(
    _ kind: ForwardNetwork, _ file: String, _ inputs: KeyValuePairs<String, String>, _ outputs: [(String, String)]
  ) throws {
    let folder = try TemporaryFolder()
    try Safetensors.write(inputs.map { (name: $0.key, tensor: try golden.tensor($0.value)) }, to: folder.file("in.safetensors"))
    let results = try ForwardRunner(kind, weights: Golden.url("sd/single-file/\(file)"), config: config)(
      Checkpoint(file: folder.file("in.safetensors")))
    for (result, output) in zip(results, outputs) {
      #expect(result.name == output.0)
      #expect(Difference.relativeL2(result.tensor.values, expected: try golden.tensor(output.1).values) < 1e-4, "\(file) \(output.0)")
    }
  }

  @Test(arguments: ["tiny-v1-5.ckpt", "control_tiny_scribble.pth"]) func everyNetworkOfAModel(_ file: String) throws {
    try check(.clipText, file, ["input_ids": "text.input_ids"], [("last_hidden_state", "text.last_hidden_state")])
    try check(
      .unet, file, ["sample": "unet.sample", "timestep": "unet.timestep", "encoder_hidden_states": "text.last_hidden_state"],
      [("out", "unet.out")])
    try check(.vaeDecode, file, ["latent": "vae.latent"], [("decoded", "vae.decoded")])
    try check(.vaeEncode, file, ["image": "vae.image"], [("enc_mean", "vae.enc_mean"), ("enc_logvar", "vae.enc_logvar")])
  }

  @Test func controlNetBesideItsModel() throws {
    try check(
      .controlNet, "control_tiny_scribble.pth",
      [
        "sample": "unet.sample", "timestep": "unet.timestep", "encoder_hidden_states": "text.last_hidden_state",
        "cond": "controlnet.scribble.cond",
      ],
      (0..<12).map { ("down.\($0)", "controlnet.scribble.down.\($0)") } + [("mid", "controlnet.scribble.mid")])
  }

  @Test func pidinetAsPublished() throws {
    let published = try PiDiNet(Checkpoint(file: Golden.data("weights/pidinet/table5_pidinet.pth")))
    let plain = try PiDiNet(Checkpoint(file: Golden.data("weights/pidinet/table5_pidinet.safetensors")))
    let image = Tensor((0..<32 * 32 * 3).map { Float($0 * 37 % 256) }, shape: [1, 32, 32, 3])
    #expect(try published.edges(rgb: image).values == plain.edges(rgb: image).values)
  }
}

/// The same on the project's own random model, against its folder.
@Suite struct OwnSingleFileTests {
  private let folder: TemporaryFolder
  private let config = SingleFileFixture.model

  init() throws { folder = try TemporaryFolder() }

  private func write(withControlNet: Bool = false) throws -> URL {
    let file = folder.file("single.safetensors")
    try Safetensors.write(SingleFileFixture.tensors(withControlNet: withControlNet), to: file)
    return file
  }

  /// The same image from a folder and from single files.
  @Test func generatesAsTheFolderDoes() throws {
    let single = try write(withControlNet: true)
    let image = Tensor((0..<64 * 64 * 3).map { Float($0 % 97) / 96 }, shape: [1, 64, 64, 3])
    let run = DiffusionRun(prompt: "a cat", steps: 3, seed: 5, width: 64, height: 64, controls: [ControlInput(image: image)])
    let folders = try StableDiffusion.load(model: config, controlNets: [SingleFileFixture.controlNet]).generate(run)
    let files = try StableDiffusion.load(model: single, controlNets: [single], config: config).generate(run)
    #expect(folders.image.values == files.image.values)
  }

  /// The autoencoder's attention under the names of diffusers, its first ones and today's, as matrices and as 1x1 convolutions.
  @Test func attentionUnderItsOtherNames() throws {
    let own = try SingleFileFixture.tensors()
    var noise = Noise(40)
    try Safetensors.write([(name: "latent", tensor: noise.tensor([1, 6, 8, 8]))], to: folder.file("in.safetensors"))
    func decoded(_ file: URL) throws -> [Float] {
      try ForwardRunner(.vaeDecode, weights: file, config: config)(Checkpoint(file: folder.file("in.safetensors")))[0].tensor.values
    }
    let right = try decoded(write())
    let layers = ["q", "k", "v", "proj_out"]
    for (names, isFlat) in [(["to_q", "to_k", "to_v", "to_out.0"], false), (["to_q", "to_k", "to_v", "to_out.0"], true), (["query", "key", "value", "proj_attn"], true)] {
      let weights = own.map { name, tensor in
        var (key, tensor) = (name, tensor)
        for (layer, other) in zip(layers, names) where name.contains(".attn_1.\(layer).") {
          key = name.replacing(".attn_1.\(layer).", with: ".attn_1.\(other).")
          if isFlat, tensor.shape.count == 4 { tensor = tensor.reshaped(Array(tensor.shape.prefix(2))) }
        }
        return (name: key, tensor: tensor)
      }
      try Safetensors.write(weights, to: folder.file("w.safetensors"))
      #expect(try decoded(folder.file("w.safetensors")) == right, "\(names[0]) \(isFlat)")
    }
  }

  @Test func whatAFileIsNot() throws {
    let file = try write()
    #expect(try Checkpoint(file: file).family == .stableDiffusion1)
    #expect {
      try StableDiffusion.load(model: config, controlNets: [file], config: config)
    } throws: { error in
      "\(error)".contains("not a ControlNet")
    }
    #expect(throws: ModelError.self) { try StableDiffusion.load(model: file) }
  }
}
