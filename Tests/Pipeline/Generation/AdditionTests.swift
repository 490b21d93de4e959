import Core
import Foundation
import Generation
import Models
import Pipeline
import TestSupport
import Testing

/// Weights beside a model's own, in requests, keys and libraries.
@Suite struct AdditionTests {
  @Test func whatIsChosenIsInTheRequestAndItsKey() throws {
    var request = plainRequest()
    let plain = try CanonicalJSON.text(request)
    request.models.autoencoder = "v.safetensors"
    request.models.loras = [LoRAChoice(id: "l.safetensors", scale: 0.5)]
    request.timestepSpacing = .trailing
    let text = try CanonicalJSON.text(request)
    #expect(text.contains(#""models":{"autoencoder":"v.safetensors","controlNet":"controlnet-mask","diffusion":"sd","loras":[{"id":"l.safetensors","scale":0.5}]}"#))
    #expect(text.contains(#""timestepSpacing":"trailing""#))
    #expect(try JSONDecoder().decode(GenerationRequest.self, from: Data(text.utf8)) == request)
    let weights = ["sd": "aa", "controlnet-mask": "bb", "v.safetensors": "cc", "l.safetensors": "dd"]
    let key = try request.key(weights: weights)
    for name in ["v.safetensors", "l.safetensors"] { #expect(try request.key(weights: weights.merging([name: "ee"]) { $1 }) != key) }
    var other = request
    other.models.loras = [LoRAChoice(id: "l.safetensors", scale: 0.6)]
    #expect(try other.key(weights: weights) != key)
    (request.models.autoencoder, request.models.loras, request.timestepSpacing) = (nil, nil, nil)
    #expect(try CanonicalJSON.text(request) == plain)
  }

  @Test func namesSayNoMoreOfAPlaceThanTheyMust() {
    func names(_ paths: [String], taken: Set<String> = []) -> [String] { WeightName.of(paths.map { URL(fileURLWithPath: $0) }, taken: taken) }
    #expect(names(["/home/ann/secret/sd15"]) == ["sd15"])
    #expect(names(["/a/net", "/b/net", "/b/other", "/b/net"]) == ["a/net", "b/net", "other", "b/net"])
    #expect(names(["/a/x/net", "/b/x/net"]) == ["a/x/net", "b/x/net"])
    #expect(names(["/a/net"], taken: ["net"]) == ["a/net"])
    #expect(names(["/h/hub/models--stabilityai--sd-vae-ft-mse/snapshots/0123"]) == ["stabilityai/sd-vae-ft-mse"])
    #expect(names(["/h/hub/models--o--m/snapshots/01/x.safetensors"]) == ["x.safetensors"])
  }
}

/// The same on a tiny model, with LoRAs of random weights.
@Suite struct AdditionLibraryTests {
  private let folder: TemporaryFolder
  private let models: URL

  init() throws {
    folder = try TemporaryFolder()
    models = folder.url.appendingPathComponent("models")
    try FileManager.default.createDirectory(at: models.appendingPathComponent("loras"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: models.appendingPathComponent("tiny-sd15"), withDestinationURL: TinyModels.diffusion)
    try TinyModels.writeControlNet(0, to: models.appendingPathComponent("tiny-controlnet-seg"))
    try Self.lora(3, models.appendingPathComponent("loras/x.safetensors"))
  }

  private static func lora(_ seed: Float, _ file: URL) throws {
    let layer = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"
    let width = try Checkpoint(folder: TinyModels.diffusion.appendingPathComponent("unet"))
      .shape(of: "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight") ?? []
    try #require(width.count == 2)
    try Safetensors.write(
      [
        (name: "\(layer).lora_down.weight", tensor: Tensor((0..<2 * width[1]).map { sin(Float($0) * seed) }, shape: [2, width[1]])),
        (name: "\(layer).lora_up.weight", tensor: Tensor((0..<2 * width[0]).map { cos(Float($0) * seed) }, shape: [width[0], 2])),
      ], to: file)
  }

  private func library(_ files: GivenFiles = GivenFiles()) -> ModelLibrary {
    ModelLibrary(folders: [models], files: files, searchesHub: false, environment: ["XDG_CACHE_HOME": folder.url.path])
  }

  private func options(_ preferred: PreferredModels) -> GenerationOptions {
    GenerationOptions(DiffusionSettings { ($0.conditionSettings.resolution, $0.steps, $0.guidance) = (64, 2, 3) }, seed: 7, models: preferred)
  }

  @Test func filesAreFoundByNameAndByPath() throws {
    let named = PreferredModels(diffusion: "tiny-sd15", loras: [LoRAChoice(id: "loras/x.safetensors")])
    let choice = try library().choice(for: options(named))
    let digests = try library().weights(choice)
    #expect(digests.keys.sorted() == ["loras/x.safetensors", "tiny-controlnet-seg", "tiny-sd15"])
    let given = GivenFiles(loras: [GivenFiles.File(name: "x.safetensors", url: models.appendingPathComponent("loras/x.safetensors"))])
    let path = PreferredModels(diffusion: "tiny-sd15", loras: [LoRAChoice(id: "x.safetensors")])
    let other = library(given)
    #expect(try other.weights(other.choice(for: options(path)))["x.safetensors"] == digests["loras/x.safetensors"])
    #expect {
      try library().choice(for: options(path))
    } throws: { "\($0)" == "no LoRA \"x.safetensors\" found" }
    #expect {
      try library().choice(for: options(PreferredModels(loras: [LoRAChoice(id: "../models/loras/x.safetensors")])))
    } throws: { "\($0)".hasPrefix("no LoRA") }
    #expect {
      try library().choice(for: options(PreferredModels(autoencoder: "nothing")))
    } throws: { "\($0)" == "no autoencoder \"nothing\" found" }
    #expect {
      try library().choice(for: options(PreferredModels(loras: [LoRAChoice(id: "loras/x.safetensors", scale: 11)])))
    } throws: { "\($0)" == "LoRA scale cannot be 11" }
  }

  /// Networks in memory are kept by all that went into them.
  @Test func everyScaleAndFileIsAnotherImage() async throws {
    try Self.lora(5, models.appendingPathComponent("loras/y.safetensors"))
    let workbench = Workbench(
      dataset: SquaresDataset(), models: library(), store: try Store(folder: folder.url.appendingPathComponent("data")))
    func image(_ loras: [LoRAChoice]?, spacing: SchedulerConfig.Spacing? = nil) async throws -> [UInt8] {
      var options = options(PreferredModels(diffusion: "tiny-sd15", loras: loras))
      options.timestepSpacing = spacing
      let request = try await workbench.requests(item: workbench.dataset.items[0], classIndex: workbench.dataset.items[0].classes[0], options: options, count: 1)[0]
      workbench.enqueue([request])
      try await within { await workbench.waitUntilIdle() }
      return try #require(try await workbench.generated(request)).image.pixels
    }
    let plain = try await image(nil)
    var seen: Set<[UInt8]> = [plain]
    for loras in [[LoRAChoice(id: "loras/x.safetensors")], [LoRAChoice(id: "loras/x.safetensors", scale: 3)], [LoRAChoice(id: "loras/y.safetensors")]] {
      #expect(seen.insert(try await image(loras)).inserted, "\(loras)")
    }
    #expect(seen.insert(try await image(nil, spacing: .trailing)).inserted)
    #expect(try await image([]) == plain)
  }
}
