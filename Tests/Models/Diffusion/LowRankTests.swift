import Foundation
import Models
import TestSupport
import Testing

/// LoRA files and separate autoencoders against diffusers 0.42.1 with peft 0.21.2 (`Tools/make_lora_fixture.py`: `load_lora_weights` and
/// `fuse_lora` where they take a file, the same product by hand for convolutions and the text encoder).
@Suite struct LowRankTests {
  private static let model = Golden.fixture("diffusion/model"), folder = Golden.fixture("lora")
  private let expected: Checkpoint

  init() throws { expected = try Checkpoint(file: Self.folder.appendingPathComponent("expected.safetensors")) }

  private let run = DiffusionRun(prompt: "a photo of a cup", negativePrompt: "blurred", steps: 3, guidanceScale: 4, seed: 5, width: 24, height: 40)

  private func generated(_ loras: [(URL, Float)], memory: StableDiffusion.Memory = .ample, model: URL = model, config: URL? = nil) throws -> DiffusionResult {
    try StableDiffusion.load(
      model: model, config: config, memory: memory, additions: ModelAdditions(adapters: loras.map { LowRankSource(url: $0.0, scale: $0.1) })
    ).generate(run)
  }

  private func file(_ name: String) -> URL { Self.folder.appendingPathComponent(name) }

  @Test(arguments: [
    ("kohya.safetensors", Float(0.7), "kohya"), ("attention.safetensors", 1.25, "attention"), ("peft.safetensors", 1, "peft"),
    ("unet.safetensors", 0.5, "unet"), ("lora-down.safetensors", 0.5, "unet"), ("processors.bin", 0.5, "unet"), ("metadata.safetensors", 0.5, "metadata"),
  ]) func everyFormGivesWhatDiffusersGives(name: String, scale: Float, run: String) throws {
    let latents = try generated([(file(name), scale)]).latents
    let wanted = try expected.tensor(run).nhwc()
    let difference = relativeError(latents, wanted)
    #expect(difference < 1e-4)
    if ProcessInfo.processInfo.environment["DIFFSS_SHOW_DIFFERENCES"] != nil { print("\(name): \(difference)") }
    // What is asked for is far from the model's own.
    #expect(relativeError(try expected.tensor("plain").nhwc(), wanted) > 0.1)
  }

  @Test func nothingIsChangedByNothing() throws {
    let plain = try generated([])
    #expect(relativeError(plain.latents, try expected.tensor("plain").nhwc()) < 1e-4)
    // In single precision a scale of 0 adds nothing.
    #expect(relativeError(try generated([(file("kohya.safetensors"), 0)]).latents, plain.latents) < 1e-6)
    let once = try generated([(file("unet.safetensors"), 1)]).latents, twice = try generated([(file("unet.safetensors"), 0.5), (file("lora-down.safetensors"), 0.5)]).latents
    #expect(relativeError(twice, once) < 1e-5)
  }

  @Test func networksThatAreReadForEachRunAreChangedToo() throws {
    #expect(try generated([(file("kohya.safetensors"), 0.7)], memory: .low).latents.values == generated([(file("kohya.safetensors"), 0.7)]).latents.values)
  }

  @Test func aFolderOfDiffusersIsItsFile() throws {
    let copy = try TemporaryFolder()
    try FileManager.default.copyItem(at: file("unet.safetensors"), to: copy.url.appendingPathComponent("pytorch_lora_weights.safetensors"))
    #expect(try generated([(copy.url, 0.5)]).latents.values == generated([(file("unet.safetensors"), 0.5)]).latents.values)
  }

  private func complaint(_ tensors: [(String, [Int])], _ metadata: [String: String] = [:]) throws -> String {
    let folder = try TemporaryFolder(), file = folder.url.appendingPathComponent("x.safetensors")
    try Safetensors.write(tensors.map { (name: $0.0, tensor: Tensor(zeros: $0.1)) }, metadata: metadata, to: file)
    do {
      _ = try generated([(file, 1)])
      return ""
    } catch { return "\(error)".replacingOccurrences(of: folder.url.path + "/", with: "") }
  }

  @Test func whatIsNoLoRAForThisModelIsNamed() throws {
    func pair(_ name: String, _ down: [Int] = [2, 24], _ up: [Int] = [24, 2]) -> [(String, [Int])] {
      [("\(name).lora_down.weight", down), ("\(name).lora_up.weight", up)]
    }
    let layer = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q"
    #expect(try complaint(pair(layer)) == "")
    #expect(
      try complaint(pair("lora_unet_a") + pair("lora_te_b") + pair("lora_unet_c") + pair("lora_unet_d") + pair(layer))
        == "x.safetensors is not a LoRA for this model, which has no layer for 4 of its keys: lora_te_b, lora_unet_a, lora_unet_c, ...")
    #expect(try complaint(pair(layer) + [("emb_params", [1])]).hasSuffix("no layer for 1 of its keys: emb_params"))
    #expect(try complaint([("\(layer).hada_w1_a", [2, 2])]) == "x.safetensors is a LoHa file: only LoRA and LoCon are merged")
    #expect(try complaint([("\(layer).lokr_w1", [2, 2])]).contains("a LoKr file"))
    #expect(try complaint(pair(layer) + [("\(layer).dora_scale", [24, 1])]).contains("a DoRA file"))
    let own = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    #expect(
      try complaint([("\(own).lora_A.weight", [2, 24]), ("\(own).lora_B.weight", [24, 2])], ["lora_adapter_metadata": #"{"unet.use_dora": true}"#]).contains("a DoRA file"))
    let attention = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"
    #expect(try complaint(pair(attention, [2, 1024])) == "x.safetensors is a LoRA for Stable Diffusion 2.x, not for this model, whose text states are 24 wide")
    #expect(try complaint(pair(attention, [2, 2048])).hasPrefix("x.safetensors is a LoRA for Stable Diffusion XL, not for this model"))
    #expect(try complaint(pair("lora_te2_text_model_encoder_layers_0_mlp_fc1")).hasPrefix("x.safetensors is a LoRA for Stable Diffusion XL"))
    #expect(try complaint(pair(layer, [2, 12])).contains("[24, 12] in the file, [24, 24] needed"))
    #expect(try complaint([("\(layer).lora_down.weight", [2, 24])]).contains("no layer has both"))
    #expect(try complaint(pair(layer) + [("\(layer).alpha", [2])]).contains("no single number"))
    #expect(try complaint(pair(layer, [0, 24], [24, 0])).contains("no pair of matrices"))
    #expect(try complaint([("conv_in.weight", [2, 2])]).contains("not a LoRA"))
  }

  @Test func aSeparateAutoencoderDecodes() throws {
    let image = try StableDiffusion.load(model: Self.model, additions: ModelAdditions(autoencoder: file("vae"))).generate(run).image
    let wanted = try expected.tensor("vae.image")
    #expect(zip(image.values, wanted.values).allSatisfy { abs($0 - $1) < 1e-3 })
    // Its weights alone, which the model's own configuration serves.
    let weights = file("vae/diffusion_pytorch_model.safetensors")
    #expect(try StableDiffusion.load(model: Self.model, additions: ModelAdditions(autoencoder: weights)).generate(run).image.values == image.values)
    #expect(try generated([]).image.values != image.values)
    // A whole model's folder lends its own, whatever else is wrong with it.
    let copy = try TemporaryFolder(), whole = copy.url.appendingPathComponent("whole")
    try FileManager.default.createDirectory(at: whole, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: file("vae"), to: whole.appendingPathComponent("vae"))
    #expect(try StableDiffusion.load(model: Self.model, additions: ModelAdditions(autoencoder: whole)).generate(run).image.values == image.values)
  }

  @Test func anAutoencoderOfAnotherFamilyIsNamed() throws {
    let copy = try TemporaryFolder(), folder = copy.url.appendingPathComponent("vae")
    try FileManager.default.copyItem(at: file("vae"), to: folder)
    let config = folder.appendingPathComponent("config.json"), text = try String(contentsOf: config, encoding: .utf8)
    try text.replacing("0.3", with: "0.13025").write(to: config, atomically: true, encoding: .utf8)
    func load(_ url: URL) throws { _ = try StableDiffusion.load(model: Self.model, additions: ModelAdditions(autoencoder: url)) }
    #expect { try load(folder) } throws: { "\($0)".contains("its latents are of another family: 6 channels scaled by 0.13025") }
    #expect { try load(file("unet.safetensors")) } throws: { "\($0)".contains("LoRA") && "\($0)".hasSuffix(", not an autoencoder") }
    #expect { try load(Self.model.appendingPathComponent("unet")) } throws: { $0 is ModelError }
  }
}

/// The same under CompVis' names.
@Suite struct OriginalAutoencoderTests {
  @Test func filesUnderBothNamesDecodeAlike() throws {
    let folder = try TemporaryFolder(), config = SingleFileFixture.model, prefix = "first_stage_model."
    let whole = try SingleFileFixture.tensors()
    // Another autoencoder than the model's own.
    let tensors = whole.filter { $0.name.hasPrefix(prefix) }.map { name, tensor in
      (name: name, tensor: name.hasSuffix("decoder.conv_out.bias") ? Tensor(tensor.values.map { $0 + 0.25 }, shape: tensor.shape) : tensor)
    }
    try Safetensors.write(tensors, to: folder.file("with.safetensors"))
    let bare = tensors.map { (name: String($0.name.dropFirst(prefix.count)), tensor: $0.tensor) }
    // Training leaves a loss's network beside the weights.
    try Safetensors.write(bare + [(name: "loss.logvar", tensor: Tensor([0], shape: [1]))], to: folder.file("without.safetensors"))
    #expect(try Checkpoint(file: folder.file("without.safetensors")).family == .originalAutoencoder)
    let run = DiffusionRun(prompt: "a cat", steps: 2, seed: 5, width: 64, height: 64)
    func image(_ vae: URL?) throws -> [Float] {
      try StableDiffusion.load(model: config, additions: ModelAdditions(autoencoder: vae)).generate(run).image.values
    }
    let own = try image(nil), other = try image(folder.file("with.safetensors"))
    #expect(try image(folder.file("without.safetensors")) == other)
    #expect(own != other)
    // A whole model's file lends its autoencoder.
    try Safetensors.write(whole, to: folder.file("whole.safetensors"))
    #expect(try image(folder.file("whole.safetensors")) == own)
  }

  /// A file's marks are what `prediction_type` and `rescale_betas_zero_snr` of a folder are.
  @Test func marksOfASingleFileAreAFoldersSettings() throws {
    let folder = try TemporaryFolder(), config = SingleFileFixture.model
    let tensors = try SingleFileFixture.tensors()
    let model = folder.url.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: model.appendingPathComponent("scheduler"), withIntermediateDirectories: true)
    for part in ["unet", "vae", "text_encoder", "tokenizer"] {
      try FileManager.default.createSymbolicLink(
        at: model.appendingPathComponent(part), withDestinationURL: config.appendingPathComponent(part).resolvingSymlinksInPath())
    }
    let schedule = try String(contentsOf: config.appendingPathComponent("scheduler/scheduler_config.json"), encoding: .utf8)
    func latents(_ marks: [String], _ settings: [String: String]) throws -> (file: [Float], folder: [Float]) {
      try Safetensors.write(tensors + marks.map { (name: $0, tensor: Tensor([], shape: [0])) }, to: folder.file("x.safetensors"))
      let replaced = settings.reduce(schedule) { $0.replacing($1.key, with: $1.value) }
      #expect(replaced != schedule)
      try replaced.write(to: model.appendingPathComponent("scheduler/scheduler_config.json"), atomically: true, encoding: .utf8)
      var run = DiffusionRun(prompt: "a cat", steps: 3, seed: 5, width: 64, height: 64)
      run.spacing = .trailing
      return (
        try StableDiffusion.load(model: folder.file("x.safetensors"), config: config).generate(run).latents.values,
        try StableDiffusion.load(model: model).generate(run).latents.values
      )
    }
    var settings = [#""prediction_type": "epsilon""#: #""prediction_type": "v_prediction""#]
    let velocity = try latents(["v_pred"], settings)
    #expect(velocity.file == velocity.folder)
    settings[#""rescale_betas_zero_snr": false"#] = #""rescale_betas_zero_snr": true"#
    let noisy = try latents(["v_pred", "ztsnr"], settings)
    #expect(noisy.file == noisy.folder && noisy.file != velocity.file)
  }
}
