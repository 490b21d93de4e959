import Foundation
import Models
import Pipeline
import TestSupport
import Testing

/// Folders that look like models; their weights are text.
private func plant(_ folder: TemporaryFolder, base: String = "", channels: [Int] = [8, 16]) throws {
  let net = #"{"block_out_channels": \#(channels), "cross_attention_dim": 32, "sample_size": 16}"#
  try folder.plant("{}", at: base + "sd/model_index.json")
  try folder.plant(net, at: base + "sd/unet/config.json")
  try folder.plant("unet", at: base + "sd/unet/diffusion_pytorch_model.safetensors")
  try folder.plant("half", at: base + "sd/unet/diffusion_pytorch_model.fp16.safetensors")
  try folder.plant(#"{"block_out_channels": [1, 2, 3, 4]}"#, at: base + "sd/vae/config.json")
  for name in ["mask", "scribble", "hed"] {
    try folder.plant(
      #"{"_class_name": "ControlNetModel", "block_out_channels": \#(channels), "cross_attention_dim": 32}"#,
      at: base + "controlnet-\(name)/config.json")
    try folder.plant("net", at: base + "controlnet-\(name)/diffusion_pytorch_model.safetensors")
  }
  try folder.plant("hed", at: base + "hed/ControlNetHED.safetensors")
  for fold in 0..<2 { try folder.plant("fold", at: base + "dcama/fold\(fold).safetensors") }
}

private func library(_ folders: [TemporaryFolder], hub: TemporaryFolder? = nil, cache: TemporaryFolder) -> ModelLibrary {
  var environment = ["XDG_CACHE_HOME": cache.url.path]
  if let hub { environment["HF_HOME"] = hub.url.path }
  return ModelLibrary(folders: folders.map(\.url), searchesHub: hub != nil, environment: environment)
}

@Suite struct ModelLibraryTests {
  @Test func modelsAreKnownByWhatIsInTheirFolders() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    let found = library([folder], cache: cache).entries.filter { $0.origin == .option }
    #expect(
      found.map(\.id) == [
        "controlnet-hed", "controlnet-mask", "controlnet-scribble", "dcama/fold0.safetensors", "dcama/fold1.safetensors",
        "hed/ControlNetHED.safetensors", "sd",
      ])
    #expect(
      found.map(\.kind) == [
        .controlNet(.hed), .controlNet(.mask), .controlNet(.scribble), .segmentation(.dcama, fold: 0), .segmentation(.dcama, fold: 1),
        .detector(.hed), .diffusion,
      ])
  }

  @Test func previewDecodersAreFound() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    #expect(library([folder], cache: cache).previewDecoder == nil)
    try folder.plant("weights", at: "taesd/taesd_decoder.safetensors")
    #expect(library([folder], cache: cache).previewDecoder?.lastPathComponent == "taesd_decoder.safetensors")
    try folder.plant(#"{"_class_name": "AutoencoderTiny"}"#, at: "diffusers/config.json")
    #expect(library([folder], cache: cache).previewDecoder?.lastPathComponent == "diffusers")
  }

  @Test func aModelMayRecommendItsGuidance() throws {
    let folder = try TemporaryFolder()
    func recommended(_ text: String) throws -> Double? {
      try folder.plant(text, at: "recommended.json")
      return ModelLibrary.recommendation(besides: folder.url)?.guidance
    }
    #expect(ModelLibrary.recommendation(besides: folder.url) == nil)
    #expect(try recommended(#"{"guidance_scale": 2.5}"#) == 2.5)
    #expect(try recommended(#"{"guidance_scale": -1}"#) == nil)
    #expect(try recommended("[") == nil)
    #expect(ModelLibrary.recommendation(besides: Golden.projectRoot.appendingPathComponent("Assets/demo/sd"))?.guidance == 3)
    #expect(ModelLibrary.recommendation(besides: Golden.projectRoot.appendingPathComponent("Assets/demo/dcama/fold0.safetensors"))?.inputSide == 128)
  }

  @Test func aConditionGetsTheNetworksItNeeds() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    let models = library([folder], cache: cache), settings = ConditionSettings()
    #expect(try models.choice(for: .mask, settings: settings) == ModelChoice(diffusion: "sd", controlNet: "controlnet-mask"))
    #expect(
      try models.choice(for: .scribble, settings: settings)
        == ModelChoice(diffusion: "sd", controlNet: "controlnet-scribble", detector: "hed/ControlNetHED.safetensors"))
    #expect(try models.choice(for: .none, settings: settings) == ModelChoice(diffusion: "sd"))
    #expect(models.menu.diffusion == [ModelMenu.Diffusion(id: "sd", resolution: 128)])
    #expect(throws: PipelineError.self) { try models.choice(for: .pidinet, settings: settings) }
    do {
      _ = try models.choice(for: .canny, settings: settings)
    } catch let error as PipelineError {
      #expect(error.message.hasPrefix("no ControlNet for the condition canny that fits sd"))
      #expect(error.message.contains("only for hed, mask, scribble"))
      #expect(error.hint?.contains(folder.url.path) == true)
    }
    try folder.plant(
      #"{"_class_name": "ControlNetModel", "block_out_channels": [8, 16], "cross_attention_dim": 32}"#, at: "sd-controlnet-canny/config.json")
    #expect(
      try library([folder], cache: cache).choice(for: .canny, settings: settings)
        == ModelChoice(diffusion: "sd", controlNet: "sd-controlnet-canny"))
    #expect(throws: PipelineError.self) { try models.segmentation(.dcama, fold: 7) }
  }

  @Test func whatIsPreferredIsTakenOrSaidToBeMissing() throws {
    let small = try TemporaryFolder(), large = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(small)
    try plant(large, base: "large-", channels: [320, 640])
    let models = library([small, large], cache: cache), settings = ConditionSettings()
    func choice(_ preferred: PreferredModels, _ condition: ConditionType = .mask) throws -> ModelChoice {
      try models.choice(for: condition, settings: settings, preferring: preferred)
    }
    #expect(try choice(PreferredModels(diffusion: "large-sd")) == ModelChoice(diffusion: "large-sd", controlNet: "large-controlnet-mask"))
    // A ControlNet brings the model that it was made for, and does not matter to another condition.
    let own = PreferredModels(controlNets: ["large-controlnet-mask"])
    #expect(try choice(own) == ModelChoice(diffusion: "large-sd", controlNet: "large-controlnet-mask"))
    #expect(try choice(own, .hed).diffusion == "sd")
    do {
      _ = try choice(PreferredModels(diffusion: "sd", controlNets: ["large-controlnet-mask"]))
      Issue.record("a ControlNet of another model was taken")
    } catch let error as PipelineError {
      #expect(error.message.contains("large-controlnet-mask") && (error.message + (error.hint ?? "")).contains("one that was made for sd"))
    }
    for absent in [PreferredModels(diffusion: "absent"), PreferredModels(controlNets: ["absent"])] {
      do {
        _ = try choice(absent)
        Issue.record("a model that is not there was taken")
      } catch let error as PipelineError {
        #expect(error.message.contains("\"absent\""))
      }
    }
  }

  @Test func aControlNetOfAnotherModelIsNotTaken() throws {
    let small = try TemporaryFolder(), large = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(small)
    try plant(large, base: "large-", channels: [320, 640])
    try FileManager.default.removeItem(at: large.url.appendingPathComponent("large-controlnet-mask"))
    let models = library([large, small], cache: cache)
    #expect(try models.choice(for: .mask, settings: ConditionSettings()) == ModelChoice(diffusion: "sd", controlNet: "controlnet-mask"))
    #expect(try models.choice(for: .hed, settings: ConditionSettings()).diffusion == "large-sd")
  }

  @Test func theHubCacheIsReadThroughItsLinks() throws {
    let hub = try TemporaryFolder(), cache = try TemporaryFolder()
    let snapshot = "hub/models--lllyasviel--sd-controlnet-seg/snapshots/abc/"
    try hub.plant("abc", at: "hub/models--lllyasviel--sd-controlnet-seg/refs/main")
    try hub.plant(#"{"_class_name": "ControlNetModel"}"#, at: "hub/models--lllyasviel--sd-controlnet-seg/blobs/1")
    try FileManager.default.createDirectory(at: hub.url.appendingPathComponent(snapshot), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: hub.url.appendingPathComponent(snapshot + "config.json").path, withDestinationPath: "../../blobs/1")
    let entry = try library([], hub: hub, cache: cache).entry("lllyasviel/sd-controlnet-seg")
    #expect(entry.kind == .controlNet(.mask))
    #expect(entry.origin == .huggingFace)
  }

  @Test func theDigestFollowsTheFilesAndIsRemembered() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    let first = try library([folder], cache: cache).digest(of: "sd")
    #expect(cache.files == ["diffss/weights.json"])
    #expect(try library([folder], cache: cache).digest(of: "sd") == first)
    try folder.plant("other half", at: "sd/unet/diffusion_pytorch_model.fp16.safetensors")
    #expect(try library([folder], cache: cache).digest(of: "sd") == first)
    try folder.plant("unet changed", at: "sd/unet/diffusion_pytorch_model.safetensors")
    #expect(try library([folder], cache: cache).digest(of: "sd") != first)
    try cache.plant("not JSON", at: "diffss/weights.json")
    #expect(try library([folder], cache: cache).digest(of: "sd") != first)
  }

  /// A backbone in a file of its own is part of what a network is known by, one that nobody reads is not.
  @Test func aBackboneApartCounts() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder(), id = "hsnet/fold0.safetensors"
    func write(_ names: [String], _ value: Float, to path: String) throws {
      try Safetensors.write(names.map { ($0, Tensor([value], shape: [1])) }, to: folder.url.appendingPathComponent(path))
    }
    try FileManager.default.createDirectory(at: folder.url.appendingPathComponent("hsnet"), withIntermediateDirectories: true)
    func digest() throws -> String { try library([folder], cache: cache).digest(of: id) }
    for (names, counts) in [(["hpn_learner.a"], true), (["hpn_learner.a", "backbone.conv1.weight"], false)] {
      try write(names, 1, to: id)
      try write(["conv1.weight"], 1, to: "hsnet/backbone.safetensors")
      let first = try digest()
      try write(["conv1.weight"], 2, to: "hsnet/backbone.safetensors")
      #expect(try (digest() != first) == counts)
    }
  }

  @Test func aMissingModelNamesThePlacesSearched() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    do {
      _ = try library([folder], cache: cache).entry("nothing")
    } catch let error as PipelineError {
      #expect(error.message == "no model \"nothing\" found")
      #expect(error.hint?.contains(folder.url.path) == true)
    }
  }
}
