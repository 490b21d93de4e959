import Foundation
import Models
import TestSupport
import Testing

/// A model of a few kilobytes that comes with the project, against what diffusers made of it
/// (`Tools/make_diffusion_fixture.py`).
@Suite struct StableDiffusionTests {
  private static let folder = Golden.fixture("diffusion")
  private let model: StableDiffusion
  private let expected: Checkpoint

  init() throws {
    model = try StableDiffusion.load(
      model: Self.folder.appendingPathComponent("model"), controlNets: [Self.folder.appendingPathComponent("controlnet")])
    expected = try Checkpoint(file: Self.folder.appendingPathComponent("expected.safetensors"))
  }

  private func run() throws -> DiffusionRun {
    DiffusionRun(
      prompt: try #require(expected.metadata["prompt"]), negativePrompt: try #require(expected.metadata["negative_prompt"]),
      steps: 3, guidanceScale: 4, seed: 5, width: 24, height: 40,
      controls: [ControlInput(image: try expected.tensor("control").nhwc(), scale: 0.8)])
  }

  @Test func agreesWithDiffusers() throws {
    let result = try model.generate(run())
    #expect(relativeError(result.latents, try expected.tensor("latents").nhwc()) < 1e-4)
    let image = try expected.tensor("image").nhwc()
    #expect(zip(result.image.values, image.values).allSatisfy { abs($0 - $1) < 1e-3 })
    #expect(result.latentsPerStep.last?.values == result.latents.values)
    let (mean, logVariance) = try model.autoencoder().encode(
      Kernels.scale(try expected.tensor("control").nhwc(), by: 2, offset: -1))
    #expect(relativeError(mean, try expected.tensor("enc_mean").nhwc()) < 1e-4)
    #expect(relativeError(logVariance, try expected.tensor("enc_logvar").nhwc()) < 1e-4)
  }

  @Test func repeatsItself() throws {
    let first = try model.generate(run())
    let second = try model.generate(run())
    #expect(first.image.values == second.image.values)
    #expect(first.latents.values == second.latents.values)
    var other = try run()
    other.seed = 6
    #expect(try model.generate(other).latents.values != first.latents.values)
  }

  /// Where all images of a batch have one generator, as in the published script, each takes a row of what it draws.
  @Test(arguments: [SamplerName.ddim, .eulerAncestral]) func aRowOfABatchsNoiseIsWhatTorchDrawsThere(sampler: SamplerName) throws {
    var drawn = TorchGenerator(seed: 5)
    // 3 * 4 * 3 * 1 values are no multiple of the 16 that torch turns into normal ones at a time.
    let shapes = [[4, 5, 3, 4], [4, 3, 1, 3]], batches = shapes.map { drawn.noise($0) }
    for row in 0..<4 {
      var noise = NoiseSource(seeds: [5], row: NoiseRow(row: row, rows: 4))
      for (shape, batch) in zip(shapes, batches) {
        #expect(noise.next([1] + shape.dropFirst()).values == batch.slice(row..<row + 1).values)
      }
    }
    var run = try run()
    run.sampler = sampler
    let plain = try model.generate(run)
    run.noiseRow = NoiseRow(row: 0, rows: 1)
    #expect(try model.generate(run).latents.values == plain.latents.values)
    run.noiseRow = NoiseRow(row: 1, rows: 2)
    #expect(try model.generate(run).latents.values != plain.latents.values)
    for (row, rows) in [(-1, 2), (2, 2), (0, 0), (0, 65)] {
      run.noiseRow = NoiseRow(row: row, rows: rows)
      #expect(throws: ModelError.self) { try model.generate(run) }
    }
  }

  /// An image of a batch is the image of its seed alone, noise drawn on the way included.
  @Test(arguments: [SamplerName.ddim, .eulerAncestral]) func batchEqualsSingles(sampler: SamplerName) throws {
    var run = try run()
    run.sampler = sampler
    run.eta = sampler == .ddim ? 0.5 : 0
    let batch = try model.generate(run, seeds: [5, 9, 2])
    #expect(batch.count == 3)
    for (image, seed) in zip(batch, [UInt64(5), 9, 2]) {
      run.seed = seed
      let alone = try model.generate(run)
      #expect(image.image.values == alone.image.values)
      #expect(image.latentsPerStep.map(\.values) == alone.latentsPerStep.map(\.values))
    }
    run.guessMode = true
    #expect(try model.generate(run, seeds: [1, 2])[1].latents.values == model.generate(run, seeds: [2])[0].latents.values)
    #expect(throws: ModelError.self) { try model.generate(run, seeds: []) }
  }

  @Test func lowMemoryGeneratesTheSame() throws {
    let frugal = try StableDiffusion.load(
      model: Self.folder.appendingPathComponent("model"), controlNets: [Self.folder.appendingPathComponent("controlnet")], memory: .low)
    let (first, second) = (try frugal.generate(run()), try frugal.generate(run()))
    let usual = try model.generate(run())
    #expect(first.image.values == usual.image.values && second.image.values == usual.image.values)
  }

  @Test func memoryIsAskedForBeforehand() throws {
    let run = try run()
    let need = model.need(of: run)
    #expect(need > 0 && model.need(of: run, images: 3) > need)
    try model.checkMemory(for: run, images: 1, available: need)
    let refusal = #expect(throws: ModelError.self) { try model.checkMemory(for: run, images: 3, available: need) }
    #expect(refusal?.hint?.contains("a batch of one") == true)
    var large = run
    (large.width, large.height) = (1024, 512)
    let smaller = #expect(throws: ModelError.self) { try model.checkMemory(for: large, images: 1, available: model.need(of: large) / 2) }
    #expect(smaller?.hint?.contains("704x320") == true)
    #expect(throws: ModelError.self) { try model.checkMemory(for: run, images: 1, available: 0) }
  }

  /// One image for both halves of a guided pair must give what two equal images give.
  @Test func sharedSampleEqualsPair() throws {
    var noise = Noise(3)
    let sample = noise.tensor([1, 6, 4, 6]), pair = Tensor.stacked([sample, sample])
    let context = noise.tensor([2, 9, 24])
    let network = try model.controlNets[0](), unet = try model.unet()
    let hint = try network.embed(noise.tensor([1, 24, 16, 3]))
    let shared = try network(sample, timesteps: [300], context: context, hint: hint)
    let both = try network(pair, timesteps: [300, 300], context: context, hint: hint)
    #expect(zip(shared.down + [shared.mid], both.down + [both.mid]).allSatisfy { $0.values == $1.values })
    #expect(
      try unet(sample, timesteps: [300], context: context, residuals: shared).values
        == unet(pair, timesteps: [300, 300], context: context, residuals: both).values)
  }

  @Test func stopsWhenAsked() throws {
    let run = try run()
    var asked = 0
    #expect(throws: ModelError.cancelled) {
      try model.generate(run) { _ in
        asked += 1
        return asked < 5
      }
    }
    #expect(asked == 5)
    #expect(throws: ModelError.cancelled) { try model.generate(run) { $0.latents == nil } }
  }

  @Test func refusesWhatItCannotGenerate() throws {
    let good = try run()
    func expectError(_ part: String, _ change: (inout DiffusionRun) -> Void) {
      var bad = good
      change(&bad)
      do {
        _ = try model.generate(bad)
        Issue.record("\(part) was accepted")
      } catch {
        #expect("\(error)".contains(part), "\(error)")
      }
    }
    expectError("width") { $0.width = 26 }
    expectError("height") { $0.height = 0 }
    expectError("control image") { $0.controls[0].image = Tensor(zeros: [1, 24, 40, 3]) }
    expectError("ControlNet number") { $0.controls[0].network = 1 }
    expectError("guidance scale") { $0.guidanceScale = .nan }
    expectError("steps") { $0.steps = 0 }
  }

  /// A configuration that asks for other weights than there are: every key is listed, by what is wrong with it.
  @Test(arguments: [
    ("unet", #""layers_per_block": 1"#, #""layers_per_block": 2"#, "missing"),
    ("unet", #""cross_attention_dim": 24"#, #""cross_attention_dim": 48"#, "wrong shape"),
    ("vae", #""mid_block_add_attention": true"#, #""mid_block_add_attention": false"#, "unused"),
    ("text_encoder", #""num_hidden_layers": 2"#, #""num_hidden_layers": 3"#, "missing"),
    ("unet", #""act_fn": "silu""#, #""act_fn": "mish""#, "act_fn"),
    ("unet", #""mid_block_type": "UNetMidBlock2DCrossAttn""#, #""mid_block_type": "UNetMidBlock2D""#, "mid_block_type"),
    ("unet", #""class_embed_type": null"#, #""class_embed_type": "timestep""#, "class_embed_type"),
    ("unet", #""norm_num_groups": 4"#, #""norm_num_groups": 5"#, "block_out_channels"),
    ("vae", #""latent_channels": 6"#, #""latent_channels": 4"#, "quant_conv.weight"),
  ]) func namesWhatDoesNotFit(part: String, old: String, new: String, expected: String) throws {
    let copy = FileManager.default.temporaryDirectory.appendingPathComponent("misfit-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try FileManager.default.copyItem(at: Self.folder.appendingPathComponent("model"), to: copy)
    let config = copy.appendingPathComponent("\(part)/config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    #expect(text.contains(old))
    try text.replacing(old, with: new).write(to: config, atomically: true, encoding: .utf8)
    do {
      _ = try StableDiffusion.load(model: copy)
      Issue.record("\(new) was accepted")
    } catch let error as ModelError {
      #expect(error.message.contains(expected), "\(error.message)")
      #expect(error.hint != nil)
    }
  }

  @Test func namesNetworksThatDoNotBelongTogether() throws {
    let model = Self.folder.appendingPathComponent("model")
    #expect(throws: ModelError.self) { try ControlNet(folder: model.appendingPathComponent("unet")) }
    #expect(throws: ModelError.self) { try UNet(folder: Self.folder.appendingPathComponent("controlnet")) }
    #expect(throws: ModelError.self) { try StableDiffusion.load(model: model.appendingPathComponent("nowhere")) }
  }
}
