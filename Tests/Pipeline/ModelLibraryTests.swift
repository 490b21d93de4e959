import Core
import Foundation
import Generation
import Models
import Pipeline
import TestSupport
import Testing

/// Keys by which a network's weights are known.
private enum Keys {
  static let unet = ["down_blocks.0.a", "time_embedding.linear_1.weight"]
  static let autoencoder = ["decoder.up_blocks.0.a"]
  static let textEncoder = ["text_model.embeddings.token_embedding.weight"]
  static let controlNet = ["controlnet_cond_embedding.conv_in.weight"]
  static let hed = ["block1.projection.weight"]
  static let dcama = ["model.DCAMA_blocks.0.a", "feature_extractor.layer1.0.a"]
  static let previewDecoder = ["1.weight", "3.conv.0.weight"]
  static let singleFile = [
    "model.diffusion_model.out.2.bias", "first_stage_model.decoder.conv_in.bias", "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight",
  ]
}

extension TemporaryFolder {
  /// Weights of one number each.
  fileprivate func plant(weights keys: [String], _ value: Float = 1, at path: String) throws {
    try FileManager.default.createDirectory(at: file(path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Safetensors.write(keys.map { (name: $0, tensor: Tensor([value], shape: [1])) }, to: file(path))
  }
}

/// `count` names of blocks, as JSON.
private func blocks(_ name: String, _ count: Int) -> String { "\(Array(repeating: name, count: count))" }

/// The settings in which a UNet and its ControlNets agree.
private func shape(_ channels: [Int] = [8, 16]) -> String {
  let types = blocks("DownBlock2D", channels.count)
  return #""block_out_channels": \#(channels), "norm_num_groups": 4, "down_block_types": \#(types), "cross_attention_dim": 32"#
}

private let controlNetConfig = #"{"_class_name": "ControlNetModel", \#(shape())}"#

/// Folders of the shape of models, with next to no weights in them.
private func plant(_ folder: TemporaryFolder, base: String = "", channels: [Int] = [8, 16]) throws {
  let net = #"{\#(shape(channels)), "sample_size": 16}"#
  try folder.plant("{}", at: base + "sd/model_index.json")
  try folder.plant(net, at: base + "sd/unet/config.json")
  try folder.plant(weights: Keys.unet, at: base + "sd/unet/diffusion_pytorch_model.safetensors")
  try folder.plant(weights: Keys.unet, 2, at: base + "sd/unet/diffusion_pytorch_model.fp16.safetensors")
  let (down, up) = (blocks("DownEncoderBlock2D", 4), blocks("UpDecoderBlock2D", 4))
  try folder.plant(
    #"{"block_out_channels": [4, 4, 8, 8], "norm_num_groups": 4, "down_block_types": \#(down), "up_block_types": \#(up)}"#,
    at: base + "sd/vae/config.json")
  try folder.plant(weights: Keys.autoencoder, at: base + "sd/vae/diffusion_pytorch_model.safetensors")
  try folder.plant(weights: Keys.textEncoder, at: base + "sd/text_encoder/model.safetensors")
  for file in ["text_encoder/config.json", "tokenizer/vocab.json", "tokenizer/merges.txt"] { try folder.plant("{}", at: base + "sd/" + file) }
  try folder.plant("{}", at: base + "sd/scheduler/scheduler_config.json")
  for name in ["mask", "scribble", "hed"] {
    try folder.plant(#"{"_class_name": "ControlNetModel", \#(shape(channels))}"#, at: base + "controlnet-\(name)/config.json")
    try folder.plant(weights: Keys.controlNet, at: base + "controlnet-\(name)/diffusion_pytorch_model.safetensors")
  }
  try folder.plant(weights: Keys.hed, at: base + "hed/ControlNetHED.safetensors")
  for fold in 0..<2 { try folder.plant(weights: Keys.dcama, at: base + "dcama/fold\(fold).safetensors") }
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
    #expect(library([folder], cache: cache).smallDecoder == nil)
    try folder.plant(weights: Keys.previewDecoder, at: "taesd/taesd_decoder.safetensors")
    #expect(library([folder], cache: cache).smallDecoder?.url.lastPathComponent == "taesd_decoder.safetensors")
    try folder.plant(#"{"_class_name": "AutoencoderTiny"}"#, at: "diffusers/config.json")
    try folder.plant(weights: ["decoder.layers.1.weight"], at: "diffusers/diffusion_pytorch_model.safetensors")
    #expect(library([folder], cache: cache).smallDecoder?.url.lastPathComponent == "diffusers")
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
    let scheduler = try SchedulerConfig(folder: folder.file("sd/scheduler"))
    let cost = try DiffusionCost(folder: folder.file("sd"))
    #expect(models.menu.diffusion == [ModelMenu.Diffusion(id: "sd", resolution: 128, scheduler: scheduler, cost: cost)])
    #expect(throws: GenerationError.self) { try models.choice(for: .pidinet, settings: settings) }
    do {
      _ = try models.choice(for: .canny, settings: settings)
    } catch let error as GenerationError {
      #expect(error.message.hasPrefix("no ControlNet for the condition canny that fits sd"))
      #expect(error.message.contains("only for hed, mask, scribble"))
      #expect(error.hint?.contains(folder.url.path) == true)
    }
    try folder.plant(controlNetConfig, at: "sd-controlnet-canny/config.json")
    try folder.plant(weights: Keys.controlNet, at: "sd-controlnet-canny/diffusion_pytorch_model.safetensors")
    #expect(
      try library([folder], cache: cache).choice(for: .canny, settings: settings)
        == ModelChoice(diffusion: "sd", controlNet: "sd-controlnet-canny"))
    #expect(throws: GenerationError.self) { try models.segmentation(.dcama, fold: 7) }
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
    } catch let error as CoreError {
      #expect(error.message.contains("large-controlnet-mask") && (error.message + (error.hint ?? "")).contains("one that was made for sd"))
    }
    for absent in [PreferredModels(diffusion: "absent"), PreferredModels(controlNets: ["absent"])] {
      do {
        _ = try choice(absent)
        Issue.record("a model that is not there was taken")
      } catch let error as GenerationError {
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
    try hub.plant(controlNetConfig, at: "hub/models--lllyasviel--sd-controlnet-seg/blobs/1")
    try FileManager.default.createDirectory(at: hub.url.appendingPathComponent(snapshot), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: hub.url.appendingPathComponent(snapshot + "config.json").path, withDestinationPath: "../../blobs/1")
    try FileManager.default.createSymbolicLink(
      atPath: hub.url.appendingPathComponent(snapshot + "diffusion_pytorch_model.safetensors").path, withDestinationPath: "../../blobs/2")
    // A link that leads nowhere is a model that is not whole.
    let broken = library([], hub: hub, cache: cache)
    #expect(!broken.entries.contains { $0.id == "lllyasviel/sd-controlnet-seg" })
    let fault = try #require(broken.unusable.first { $0.id == "lllyasviel/sd-controlnet-seg" })
    #expect(fault.isDamaged && fault.problem.contains("is a link to ../../blobs/2, which is not there"))
    #expect(fault.hint?.contains("diffss models pull lllyasviel/sd-controlnet-seg") == true)
    #expect(throws: GenerationError.modelUnusable(problem: fault.problem, hint: fault.hint)) { try broken.entry(fault.id) }
    try hub.plant(weights: Keys.controlNet, at: "hub/models--lllyasviel--sd-controlnet-seg/blobs/2")
    let entry = try library([], hub: hub, cache: cache).entry("lllyasviel/sd-controlnet-seg")
    #expect(entry.kind == .controlNet(.mask))
    #expect(entry.origin == .huggingFace)
  }

  /// What cannot run is not found: the part is named in one sentence with the folder's path in it, once.
  @Test(arguments: [
    ("unet", "holds no UNet (unet/)"), ("vae", "holds no autoencoder (vae/)"), ("text_encoder", "holds no CLIP text encoder (text_encoder/)"),
    ("tokenizer", "holds no tokenizer (tokenizer/)"), ("scheduler", "holds no scheduler (scheduler/)"),
    ("tokenizer/merges.txt", "holds no merges.txt of its tokenizer (tokenizer/)"), ("tokenizer/vocab.json", "holds no vocab.json of its tokenizer (tokenizer/)"),
    ("scheduler/scheduler_config.json", "holds no scheduler_config.json of its scheduler (scheduler/)"),
    ("unet/config.json", "holds no config.json of its UNet (unet/)"), ("vae/config.json", "holds no config.json of its autoencoder (vae/)"),
  ]) func aModelFolderWithoutAPartIsNotFound(_ absent: String, _ words: String) throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    for (id, index) in [("sd", #"{"_class_name": "StableDiffusionPipeline"}"#), ("plain-sd", nil)] {
      try plant(folder, base: id == "sd" ? "" : "plain-")
      try FileManager.default.removeItem(at: folder.file("\(id)/model_index.json"))
      if let index { try folder.plant(index, at: "\(id)/model_index.json") }
      #expect(try library([folder], cache: cache).entry(id).kind == .diffusion)
      try FileManager.default.removeItem(at: folder.file("\(id)/\(absent)"))
      let models = library([folder], cache: cache), model = try #require(models.unusable.first { $0.id == id })
      #expect(!models.entries.contains { $0.id == id && $0.origin == .option })
      #expect(model.problem == "\(folder.file(id).path) \(words)" && model.isDamaged, "\(model.problem)")
      #expect(model.hint?.hasPrefix("take the complete model: text_encoder/, tokenizer/ (vocab.json, merges.txt)") == true)
      // Nothing that is searched later takes its place, and `doctor` never calls it fine.
      #expect(throws: GenerationError.modelUnusable(problem: model.problem, hint: model.hint)) { try models.entry(id) }
      let findings = Diagnosis.findings(models: models, sources: []).filter { $0.text.contains(": \(id) (") }
      #expect(findings.map(\.state) == [.broken] && findings[0].text.contains(words), "\(findings)")
    }
  }

  /// transformers 5 saves a tokenizer as one file.
  @Test func aTokenizerInOneFileIsWhole() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    for file in ["vocab.json", "merges.txt"] { try FileManager.default.removeItem(at: folder.file("sd/tokenizer/\(file)")) }
    #expect(library([folder], cache: cache).unusable.first { $0.id == "sd" }?.problem == "\(folder.file("sd").path) holds no vocab.json and no merges.txt of its tokenizer (tokenizer/)")
    try folder.plant("{}", at: "sd/tokenizer/tokenizer.json")
    #expect(try library([folder], cache: cache).entry("sd").kind == .diffusion)
  }

  /// A folder of configurations, which serves single files, is no model that lacks its weights.
  @Test func aFolderOfConfigurationsIsNoModel() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    for file in ["text_encoder/config.json", "tokenizer/vocab.json", "tokenizer/merges.txt", "scheduler/scheduler_config.json", "unet/config.json", "vae/config.json"] {
      try folder.plant("{}", at: "sd15/" + file)
    }
    let models = library([folder], cache: cache)
    #expect(models.unusable.isEmpty && !models.entries.contains { $0.origin == .option })
  }

  /// Another network's weights in a part's place.
  @Test func aPartIsWhatItsFolderSays() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    try folder.plant(weights: Keys.controlNet, at: "sd/unet/diffusion_pytorch_model.safetensors")
    let problem = library([folder], cache: cache).unusable.first { $0.id == "sd" }?.problem
    #expect(problem == "\(folder.file("sd/unet").path) is a ControlNet, not a Stable Diffusion 1.5 UNet")
  }

  /// What `models info` and `doctor` call broken is not listed as found: broken and empty configurations, and a tokenizer that has not arrived.
  @Test(arguments: [
    ("sd", "unet/config.json", "", "is empty (0 bytes)"), ("sd", "unet/config.json", "{", "cannot be used: it is not JSON"),
    ("sd", "unet/config.json", "{}", "cannot be used: block_out_channels is not there"),
    ("sd", "vae/config.json", "[]", "cannot be used: "),
    ("sd", "text_encoder/config.json", #"{"hidden_size": 0}"#, "hidden_size: 0 is not in 1...8192"),
    ("sd", "scheduler/scheduler_config.json", "[]", "it is not a JSON object"),
    ("sd", "tokenizer/vocab.json", lfsPointer, "is a Git LFS pointer in place of the file, which has 1059962 bytes"),
    ("sd", "tokenizer/merges.txt", lfsPointer, "is a Git LFS pointer in place of the file"),
    ("controlnet-mask", "config.json", "", "is empty (0 bytes)"),
    ("controlnet-mask", "config.json", "{}", "block_out_channels is not there"),
    ("controlnet-mask", "config.json", "null", "cannot be used: "), ("vae-ft", "config.json", "{}", "block_out_channels"),
    ("vae-ft", "config.json", "<html>", "a web page (HTML) in place of the file"),
  ]) func aModelWithABrokenConfigurationIsNotFound(_ id: String, _ file: String, _ text: String, _ words: String) throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    try FileManager.default.copyItem(at: folder.file("sd/vae"), to: folder.file("vae-ft"))
    #expect(library([folder], cache: cache).unusable.isEmpty)
    try folder.plant(text, at: "\(id)/\(file)")
    let models = library([folder], cache: cache), broken = models.unusable.filter { $0.id.hasPrefix(id) }
    #expect(broken.count == 1 && !models.entries.contains { $0.id.hasPrefix(id) && $0.origin == .option }, "\(models.entries.map(\.id))")
    let problem = try #require(broken.first?.problem)
    #expect(problem.hasPrefix(folder.file("\(id)/\(file)").path) && problem.contains(words) && !problem.contains("\n"), "\(problem)")
  }

  private static let lfsPointer =
    "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 1059962\n"

  /// A configuration that has not arrived is as bad as weights that have not.
  @Test(arguments: [("sd/unet/config.json", "sd"), ("sd/scheduler/scheduler_config.json", "sd"), ("controlnet-mask/config.json", "controlnet-mask")])
  func aLinkToAConfigurationLeadsSomewhere(_ file: String, _ id: String) throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder(), url = folder.file(file)
    try plant(folder)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? FileManager.default.removeItem(at: url)
    try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: "../../blobs/9")
    let models = library([folder], cache: cache)
    #expect(!models.entries.contains { $0.id == id && $0.origin == .option })
    #expect(models.unusable.first { $0.id == id }?.problem.contains("is a link to ../../blobs/9, which is not there") == true)
  }

  @Test func theDigestFollowsTheFilesAndIsRemembered() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    let first = try library([folder], cache: cache).digest(of: "sd")
    #expect(cache.files == ["diffss/weights.json"])
    #expect(try library([folder], cache: cache).digest(of: "sd") == first)
    try folder.plant(weights: Keys.unet, 3, at: "sd/unet/diffusion_pytorch_model.fp16.safetensors")
    #expect(try library([folder], cache: cache).digest(of: "sd") == first)
    try folder.plant(weights: Keys.unet, 4, at: "sd/unet/diffusion_pytorch_model.safetensors")
    #expect(try library([folder], cache: cache).digest(of: "sd") != first)
    try cache.plant("not JSON", at: "diffss/weights.json")
    #expect(try library([folder], cache: cache).digest(of: "sd") != first)
    // Half precision alone is what is read then.
    try FileManager.default.removeItem(at: folder.file("sd/unet/diffusion_pytorch_model.safetensors"))
    let half = try library([folder], cache: cache).digest(of: "sd")
    try folder.plant(weights: Keys.unet, 5, at: "sd/unet/diffusion_pytorch_model.fp16.safetensors")
    #expect(try library([folder], cache: cache).digest(of: "sd") != half)
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

  /// A file is what its keys say, whatever its name is.
  @Test func filesAreKnownByTheirContent() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try folder.plant(weights: Keys.singleFile, at: "dreamshaper_8.safetensors")
    try folder.plant(weights: Keys.singleFile, at: "A/x.safetensors")
    try folder.plant(weights: Keys.controlNet, at: "my_seg_control.safetensors")
    try folder.plant(weights: Keys.controlNet, at: "hed/model.safetensors")
    try folder.plant(weights: Keys.controlNet, at: "washed_depth.safetensors")
    try folder.plant(weights: ["block1.projection.weight"], at: "edges.pth")
    try folder.plant(weights: Keys.dcama, at: "nets/best_fold_2.pt")
    try folder.plant(weights: ["layer1.0.conv1.weight"], at: "backbone.pth")
    let models = library([folder], cache: cache)
    let found = models.entries.filter { $0.origin == .option }
    #expect(
      found.map(\.id) == [
        "A/x.safetensors", "dreamshaper_8.safetensors", "edges.pth", "hed/model.safetensors", "my_seg_control.safetensors", "nets/best_fold_2.pt",
        "washed_depth.safetensors",
      ])
    #expect(
      found.map(\.kind) == [
        .diffusion, .diffusion, .detector(.hed), .controlNet(.hed), .controlNet(.mask), .segmentation(.dcama, fold: 2), .controlNet(nil),
      ])
    #expect(models.unusable.isEmpty)
    #expect(try models.place("A/x.safetensors") == folder.file("A/x.safetensors"))
  }

  @Test func whatCannotBeUsedIsToldWithItsReason() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try folder.plant("version https://git-lfs.github.com/spec/v1\nsize 9\n", at: "v1-5-pruned.safetensors")
    try folder.plant("<html>", at: "page.ckpt")
    try folder.plant("", at: "empty.safetensors")
    try folder.plant(weights: ["conditioner.embedders.0.a"], at: "sdxl.safetensors")
    try folder.plant(weights: ["lora_unet_a.lora_up.weight"], at: "style.safetensors")
    try folder.plant(weights: [Keys.singleFile[0]], at: "unet-only.safetensors")
    try FileManager.default.copyItem(at: Golden.fixture("torch/arrays-model.pth"), to: folder.file("arrays.ckpt"))
    try folder.plant(weights: Keys.hed, at: "dcama/fold0.safetensors")
    try folder.plant(weights: ["model.layers.0.a"], at: "llama.safetensors")
    try folder.plant("some text", at: "notes.bin")
    try plant(folder, base: "whole-")
    try FileManager.default.removeItem(at: folder.file("whole-sd/vae/diffusion_pytorch_model.safetensors"))
    let models = library([folder], cache: cache)
    let problems = Dictionary(models.unusable.map { ($0.id, $0) }) { first, _ in first }
    for (id, words, isDamaged) in [
      ("v1-5-pruned.safetensors", "a Git LFS pointer", true), ("page.ckpt", "a web page (HTML)", true), ("empty.safetensors", "empty (0 bytes)", true),
      ("sdxl.safetensors", "a Stable Diffusion XL model", false), ("unet-only.safetensors", "holds no CLIP text encoder", true),
      ("whole-sd", "there are no weights in", true), ("arrays.ckpt", "holds a NumPy array (numpy._core.multiarray._reconstruct) in the place of its weight model.diffusion_model.out.2.bias", true),
    ] {
      // One sentence, with the path in it once.
      #expect(problems[id].map { $0.problem.components(separatedBy: folder.url.path).count } == 2, "\(problems[id]?.problem ?? "")")
      #expect(problems[id]?.problem.contains(words) == true && problems[id]?.isDamaged == isDamaged, "\(id): \(problems[id]?.problem ?? "not told")")
      #expect(!models.entries.contains { $0.id == id })
      #expect(throws: GenerationError.self) { try models.entry(id) }
    }
    // One that is merged into a model is none itself.
    #expect(try models.entry("style.safetensors").kind == .lora)
    #expect {
      _ = try models.choice(for: .none, settings: ConditionSettings(), preferring: PreferredModels(diffusion: "style.safetensors"))
    } throws: { "\($0)".contains("style.safetensors") }
    // Content decides: this one is an edge detector in a network's place.
    #expect(try models.entry("dcama/fold0.safetensors").kind == .detector(.hed))
    #expect(problems["llama.safetensors"] == nil && problems["notes.bin"]?.problem.contains("plain text") != false)
    do {
      _ = try models.choice(for: .none, settings: ConditionSettings(), preferring: PreferredModels(diffusion: "sdxl.safetensors"))
      Issue.record("a model that cannot be run was taken")
    } catch let error as GenerationError {
      #expect(error.message.contains("a Stable Diffusion XL model") && !error.message.contains("\n"))
    }
  }

  /// What is not whole is not passed over for what is searched later: the demo's networks would answer in its place.
  @Test func aDamagedModelIsNotPassedOver() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try folder.plant("version https://git-lfs.github.com/spec/v1\nsize 9\n", at: "v1-5-pruned.safetensors")
    try folder.plant("", at: "dcama/fold0.pth")
    let models = library([folder], cache: cache), settings = ConditionSettings()
    func refused(_ words: String, _ choose: () throws -> Void) {
      #expect { try choose() } throws: { error in
        if case GenerationError.modelUnusable(let problem, _) = error { problem.contains(words) } else { false }
      }
    }
    refused("a Git LFS pointer") { _ = try models.choice(for: .mask, settings: settings) }
    refused("empty (0 bytes)") { _ = try models.segmentation(.dcama, fold: 0) }
    #expect(try models.segmentation(.dcama, fold: 1).origin == .demo)
    // Asked for by name the demo's is taken.
    #expect(try models.choice(for: .mask, settings: settings, preferring: PreferredModels(diffusion: "sd")).diffusion == "sd")
  }

  /// A ControlNet of which nobody knows what it is for is not taken of itself, but where it is named.
  @Test func aControlNetWithoutAHintIsUsedWhenNamed() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    try folder.plant(controlNetConfig, at: "my-control/config.json")
    try folder.plant(weights: Keys.controlNet, at: "my-control/diffusion_pytorch_model.safetensors")
    for name in ["mask", "canny"] { try? FileManager.default.removeItem(at: folder.file("controlnet-\(name)")) }
    let models = library([folder], cache: cache), settings = ConditionSettings()
    #expect(try models.entry("my-control").kind == .controlNet(nil))
    #expect(throws: GenerationError.self) { try models.choice(for: .canny, settings: settings) }
    for condition in [ConditionType.canny, .mask] {
      #expect(
        try models.choice(for: condition, settings: settings, preferring: PreferredModels(controlNets: ["my-control"]))
          == ModelChoice(diffusion: "sd", controlNet: "my-control"))
    }
  }

  /// A model that is named by its path is a place of its own.
  @Test func aPlaceMayBeAModel() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    try plant(folder)
    try folder.plant(weights: Keys.singleFile, at: "deep/down/own.safetensors")
    let environment = ["XDG_CACHE_HOME": cache.url.path]
    let models = ModelLibrary(folders: [folder.file("deep/down/own.safetensors"), folder.file("sd")], searchesHub: false, environment: environment)
    #expect(models.entries.filter { $0.origin == .option }.map(\.id) == ["own.safetensors", "sd"])
    #expect(models.menu.diffusion.map(\.id).prefix(2) == ["own.safetensors", "sd"])
  }

  /// Hundreds of gigabytes are looked through by their headers alone, and the second time not even by these.
  @Test func largeFilesAreReadByTheirHeaders() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    for number in 0..<200 {
      let name = "\(number).safetensors"
      // 4 GB each, of which the file system keeps the header.
      let bytes = 4 << 30, text = "{\"model.diffusion_model.out.2.bias\":{\"dtype\":\"F32\",\"shape\":[\(bytes / 4)],\"data_offsets\":[0,\(bytes)]}}"
      try folder.write(withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian, Array.init) + Array(text.utf8), to: name)
      try FileHandle(forWritingTo: folder.file(name)).truncate(atOffset: UInt64(8 + text.utf8.count + bytes))
    }
    #expect(library([folder], cache: cache).unusable.filter { $0.problem.contains("holds no CLIP text encoder") }.count == 200)
    #expect(cache.files == ["diffss/headers.json"])
    let first = try Data(contentsOf: cache.file("diffss/headers.json"))
    #expect(library([folder], cache: cache).unusable.count == 200)
    #expect(try Data(contentsOf: cache.file("diffss/headers.json")) == first)
    try cache.plant("not JSON", at: "diffss/headers.json")
    #expect(library([folder], cache: cache).unusable.count == 200)
  }

  @Test func aMissingModelNamesThePlacesSearched() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    do {
      _ = try library([folder], cache: cache).entry("nothing")
    } catch let error as GenerationError {
      #expect(error.message == "no model \"nothing\" found")
      #expect(error.hint?.contains(folder.url.path) == true)
    }
  }
}
