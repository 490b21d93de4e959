import Foundation
import Models
import TestSupport
import Testing

/// What `diffss models info` says; what cannot be run never goes without a problem.
@Suite struct ModelInspectionTests {
  private let fixture = Golden.fixture("diffusion/model")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ weights: [(String, [Int])], metadata: [String: String] = [:]) throws -> URL {
    let url = folder.file("w.safetensors")
    try Safetensors.write(weights.map { (name: $0.0, tensor: Tensor(zeros: $0.1)) }, metadata: metadata, to: url)
    return url
  }

  private func model() throws -> URL {
    let copy = folder.file("model-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: fixture, to: copy)
    return copy
  }

  private func edit(_ config: URL, _ change: (inout [String: Any]) -> Void) throws {
    var values = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: config)) as? [String: Any])
    change(&values)
    try JSONSerialization.data(withJSONObject: values).write(to: config)
  }

  /// One key of each family, as its published files have it.
  @Test(arguments: [
    ("adapter.body.0.resnets.0.block1.weight", [4, 4, 3, 3], "a T2I adapter"), ("body.0.block1.weight", [4, 4, 3, 3], "a T2I adapter"),
    ("difference", [0], "a difference ControlNet"), ("lora_controlnet", [0], "a Control-LoRA"), ("lora_unet_down_blocks_0.lora_down.weight", [4, 4], "a LoRA"),
    ("unet.down_blocks.0.attn1.to_q.lora_A.weight", [4, 4], "a LoRA"), ("emb_params", [2, 768], "a textual inversion embedding"),
    ("<cat-toy>", [768], "a textual inversion embedding"), ("model.1.sub.0.RDB1.conv1.0.weight", [4, 4, 3, 3], "an upscaler"),
    ("body.0.rdb1.conv1.weight", [4, 4, 3, 3], "an upscaler"), ("image_proj.norm.weight", [4], "an IP-Adapter"),
    ("double_blocks.0.img_attn.qkv.weight", [4, 4], "a Flux model"), ("model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", [4, 4], "a Stable Diffusion 3 model"),
    ("conditioner.embedders.0.transformer.a", [4], "a Stable Diffusion XL model"), ("cond_stage_model.model.ln_final.weight", [4], "a Stable Diffusion 2.x model"),
    ("model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", [4, 2048], "a Stable Diffusion XL model"),
    ("control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", [4, 1024], "Stable Diffusion 2.x"), ("something.else", [1], "no model that diffss knows"),
  ] as [(String, [Int], String)]) func otherFamiliesAreRefusedInASentence(_ key: String, _ shape: [Int], _ words: String) throws {
    let url = try file([(key, shape)])
    let problem = try #require(try ModelInspection(url, config: fixture).parts.first?.problem)
    #expect(problem.contains(words) && !problem.contains("\n"), "\(problem)")
    for load in [{ try StableDiffusion.load(model: url, config: fixture) }, { try StableDiffusion.load(model: fixture, controlNets: [url], config: fixture) }] {
      #expect { _ = try load() } throws: { error in "\(error)".contains(words) && !"\(error)".contains("\n") }
    }
  }

  /// What is merged into a model is no model, and sound.
  @Test func aLoRAIsToldAsOne() throws {
    let url = try file([("lora_unet_mid_block.lora_down.weight", [2, 4]), ("lora_unet_mid_block.lora_up.weight", [4, 2])])
    let parts = try ModelInspection(url, config: fixture).parts
    #expect(parts.map(\.family) == [.lowRank] && parts[0].problem == nil)
    #expect { try StableDiffusion.load(model: url, config: fixture) } throws: { "\($0)".contains("is a LoRA") }
  }

  /// UNets that read more than they write, in a single file and in a folder; the demo's latents have eight channels and are neither.
  @Test(arguments: [(9, "an inpainting model"), (8, "an InstructPix2Pix model")]) func editorsAreRefusedInASentence(_ channels: Int, _ words: String) throws {
    let single = try file([("model.diffusion_model.input_blocks.0.0.weight", [8, channels, 3, 3]), ("model.diffusion_model.out.2.weight", [4, 8, 3, 3])])
    let diffusers = try model()
    try edit(diffusers.appendingPathComponent("unet/config.json")) { ($0["in_channels"], $0["out_channels"]) = (channels, 4) }
    for url in [single, diffusers] {
      let parts = try ModelInspection(url, config: fixture).parts
      #expect(parts.count == 1 && parts[0].problem?.contains(words) == true && parts[0].problem?.contains("\n") == false, "\(parts)")
      #expect { try StableDiffusion.load(model: url, config: fixture) } throws: { error in "\(error)".contains(words) && !"\(error)".contains("\n") }
    }
    #expect(try ModelInspection(Golden.projectRoot.appendingPathComponent("Assets/demo/sd"), config: nil).parts.allSatisfy { $0.problem == nil })
  }

  /// Numbers with which no network can be built, in the published names of the settings.
  private static let impossible = [
    ("unet", "attention_head_dim", 0),
    ("unet", "num_attention_heads", 0),
    ("unet", "attention_head_dim", -8),
    ("unet", "attention_head_dim", 5),
    ("unet", "norm_num_groups", 0),
    ("unet", "layers_per_block", 0),
    ("unet", "cross_attention_dim", -1),
    ("unet", "norm_eps", -1),
    ("unet", "freq_shift", 6),
    ("unet", "in_channels", 1000),
    ("vae", "norm_num_groups", 0),
    ("vae", "scaling_factor", 0),
    ("vae", "scaling_factor", -1),
    ("vae", "latent_channels", 0),
    ("text_encoder", "num_attention_heads", 0),
    ("text_encoder", "num_attention_heads", 7),
    ("text_encoder", "layer_norm_eps", -1),
    ("text_encoder", "max_position_embeddings", 0),
    ("scheduler", "num_train_timesteps", 0),
    ("scheduler", "beta_end", 2),
  ]

  /// The file and the setting are named on every road.
  @Test(arguments: impossible) func impossibleNumbersAreNamed(_ part: String, _ setting: String, _ value: Int) throws {
    let url = try model(), config = url.appendingPathComponent("\(part)/\(part == "scheduler" ? "scheduler_config" : "config").json")
    try edit(config) { $0[setting] = value }
    let begin = "\(config.path) cannot be used: \(setting): "
    func isNamed(_ error: (any Error)?) -> Bool { error.map { "\($0)".hasPrefix(begin) && !"\($0)".contains("\n") } ?? false }
    #expect { try StableDiffusion.load(model: url) } throws: { isNamed($0) }
    #expect(isNamed(ModelInspection.problem(ofFolder: url)), "\(ModelInspection.problem(ofFolder: url)?.message ?? "")")
    #expect(try ModelInspection(url, config: nil).parts.compactMap(\.problem).contains { $0.hasPrefix(begin) })
  }

  /// One number for all levels, a list, the other name of it, and none.
  @Test func headsAreReadAsDiffusersWritesThem() throws {
    let unet = try model().appendingPathComponent("unet"), config = unet.appendingPathComponent("config.json")
    try edit(config) { $0["attention_head_dim"] = [2, 3, 1] }
    #expect { try UNetConfig(folder: unet) } throws: { "\($0)".hasSuffix("attention_head_dim: 3 values for 2 levels") }
    for (key, value) in [("attention_head_dim", 4 as Any?), ("attention_head_dim", [2, 3]), ("num_attention_heads", 3)] {
      try edit(config) {
        $0["attention_head_dim"] = nil
        $0[key] = value
      }
      #expect(throws: Never.self) { try UNetConfig(folder: unet) }
    }
  }

  /// One network's file under diffusers' names, of other widths than the configuration that serves it.
  @Test(arguments: [
    ("unet", "its UNet reads text states of width 24, its configuration says 768"),
    ("text_encoder", "its text encoder gives states of width 24, its configuration says 768"),
    ("vae", "its autoencoder begins with a number of channels of 8, its configuration says 128"),
  ]) func aFileOfOneNetworkThatDoesNotFitIsASentence(_ part: String, _ words: String) throws {
    let own = fixture.appendingPathComponent(part), file = folder.file("\(part).safetensors")
    try FileManager.default.copyItem(at: own.appendingPathComponent(#require(Checkpoint.weightFiles(in: own).first)), to: file)
    #expect(try ModelInspection(file, config: fixture).parts.map(\.problem) == [nil])
    let published = Golden.projectRoot.appendingPathComponent("Assets/sd15")
    let foreign = try #require(try ModelInspection(file, config: published).parts.first?.problem)
    #expect(foreign == "\(file.path) is built otherwise than Stable Diffusion 1.5 or what --config names: \(words)")
  }

  @Test func aFolderOfSDXLIsRefusedInASentence() throws {
    let url = try model()
    try edit(url.appendingPathComponent("unet/config.json")) { $0["addition_embed_type"] = "text_time" }
    #expect(try ModelInspection(url, config: nil).parts.map(\.problem?.isEmpty) == [false])
    #expect { try StableDiffusion.load(model: url) } throws: { error in "\(error)".contains("a Stable Diffusion XL model, not a Stable Diffusion 1.5 model") }
  }

  @Test(arguments: ["vae", "text_encoder", "tokenizer", "scheduler"]) func aFolderWithoutAPartIsNotReady(_ part: String) throws {
    let url = try model()
    #expect(try ModelInspection(url, config: nil).parts.allSatisfy { $0.problem == nil })
    try FileManager.default.removeItem(at: url.appendingPathComponent(part))
    let problems = try ModelInspection(url, config: nil).parts.filter { $0.problem != nil }
    #expect(problems.map(\.name) == [part] && problems[0].tensors == 0 && problems[0].problem?.contains(part) == true, "\(problems)")
    // One sentence on every road, with what to do.
    let sentence = try #require(problems[0].problem)
    #expect(sentence.hasPrefix("\(url.path) holds no ") && sentence.hasSuffix(" (\(part)/)") && problems[0].hint?.hasPrefix("take the complete model") == true)
    #expect { try StableDiffusion.load(model: url) } throws: { "\($0)" == sentence }
    #expect { try ModelRole.model.check(url) } throws: { "\($0)" == sentence }
    #expect(ModelInspection.problem(ofFolder: url)?.message == sentence)
    #expect { try DiffusersExport.convert(url, config: nil, to: folder.file("converted")) } throws: { "\($0)" == sentence }
  }

  /// All that is missing is said at once, and of a folder with nothing that there is no model.
  @Test func everyMissingPartIsNamed() throws {
    let url = try model()
    for file in ["tokenizer/merges.txt", "scheduler", "vae/config.json"] { try FileManager.default.removeItem(at: url.appendingPathComponent(file)) }
    #expect { try StableDiffusion.load(model: url) } throws: {
      "\($0)" == "\(url.path) holds no merges.txt of its tokenizer (tokenizer/), no config.json of its autoencoder (vae/) and no scheduler (scheduler/)"
    }
    let empty = folder.file("empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    #expect { try StableDiffusion.load(model: empty) } throws: {
      "\($0)" == "\(empty.path) holds no model: none of tokenizer/, text_encoder/, unet/, vae/, scheduler/ is there"
    }
    // A folder of single files is no model either: they are named.
    try Data().write(to: empty.appendingPathComponent("v1-5-pruned.safetensors"))
    #expect { try StableDiffusion.load(model: empty) } throws: { error in
      "\(error)".hasSuffix("only v1-5-pruned.safetensors") && (error as? ModelError)?.hint?.hasPrefix("name one of them by its own path") == true
    }
    // The folder that serves a single file has to be whole but for its weights.
    let single = try file([("model.diffusion_model.out.2.bias", [4])])
    #expect { try StableDiffusion.load(model: single, config: url) } throws: { "\($0)".hasPrefix("\(url.path) holds no merges.txt of its tokenizer") }
    // A network's folder without the file that says how it is built.
    let net = folder.file("net")
    try FileManager.default.copyItem(at: Golden.fixture("diffusion/controlnet"), to: net)
    try FileManager.default.removeItem(at: net.appendingPathComponent("config.json"))
    let sentence = "\(net.path) holds no config.json, which says how its network is built"
    #expect { try StableDiffusion.load(model: fixture, controlNets: [net]) } throws: { "\($0)" == sentence }
    #expect(try ModelInspection(net, config: nil).parts.map(\.problem) == [sentence])
  }

  /// Folders of other families, by their configurations (as the published ones have them), in one sentence on every road.
  @Test(arguments: [
    (["cross_attention_dim": 1024, "use_linear_projection": true], "StableDiffusionPipeline", "a Stable Diffusion 2.x model"),
    (["cross_attention_dim": 1024, "in_channels": 9, "out_channels": 4], "StableDiffusionInpaintPipeline", "a Stable Diffusion 2.x model"),
    (["in_channels": 9, "out_channels": 4], "StableDiffusionInpaintPipeline", "an inpainting model"),
    (["in_channels": 8, "out_channels": 4], "StableDiffusionInstructPix2PixPipeline", "an InstructPix2Pix model"),
    (["in_channels": 5, "out_channels": 4], "StableDiffusionDepth2ImgPipeline", "a depth-to-image model"),
    (["cross_attention_dim": 2048], "StableDiffusionXLPipeline", "a Stable Diffusion XL model"), (["cross_attention_dim": 2048], nil, "a Stable Diffusion XL model"),
    (["addition_embed_type": "text_time"], nil, "a Stable Diffusion XL model"), ([:], "StableDiffusion3Pipeline", "a Stable Diffusion 3 model"),
    ([:], "FluxPipeline", "a Flux model"), (["cross_attention_dim": 1024, "in_channels": 7], "StableDiffusionUpscalePipeline", "a diffusion model of another family"),
  ] as [([String: any Sendable], String?, String)]) func foldersOfOtherFamilies(_ settings: [String: any Sendable], _ pipeline: String?, _ words: String) throws {
    let url = try model()
    try edit(url.appendingPathComponent("unet/config.json")) { for (key, value) in settings { $0[key] = value } }
    if let pipeline { try Data(#"{"_class_name": "\#(pipeline)"}"#.utf8).write(to: url.appendingPathComponent("model_index.json")) }
    try expectRefusal(of: url, words)
  }

  /// Transformers in the UNet's place.
  @Test(arguments: [("SD3Transformer2DModel", "a Stable Diffusion 3 model"), ("FluxTransformer2DModel", "a Flux model"), ("PixArtTransformer2DModel", "a diffusion model of another family")])
  func foldersWithATransformer(_ name: String, _ words: String) throws {
    let url = try model()
    try FileManager.default.moveItem(at: url.appendingPathComponent("unet"), to: url.appendingPathComponent("transformer"))
    try Data(#"{"_class_name": "\#(name)"}"#.utf8).write(to: url.appendingPathComponent("transformer/config.json"))
    try expectRefusal(of: url, words)
  }

  private func expectRefusal(of url: URL, _ words: String) throws {
    let parts = try ModelInspection(url, config: nil).parts, sentence = parts[0].problem ?? ""
    #expect(parts.count == 1 && sentence.hasPrefix("\(url.path) is \(words)") && sentence.hasSuffix(", not a Stable Diffusion 1.5 model"), "\(parts)")
    #expect(!sentence.contains("\n") && ModelInspection.problem(ofFolder: url)?.message == sentence)
    #expect { try StableDiffusion.load(model: url) } throws: { "\($0)" == sentence }
    #expect { try DiffusersExport.convert(url, config: nil, to: folder.file("converted")) } throws: { "\($0)" == sentence }
  }

  /// Every kind of weights in the place of another, in both forms: what it is, and which option it belongs to.
  @Test func whatBelongsToAnotherOptionIsTold() throws {
    let loras = folder.file("lora"), net = Golden.fixture("diffusion/controlnet")
    try FileManager.default.createDirectory(at: loras, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: Golden.fixture("lora/unet.safetensors"), to: loras.appendingPathComponent("pytorch_lora_weights.safetensors"))
    let single = try file([("model.diffusion_model.out.2.bias", [4])])
    func weights(_ part: String) -> URL { fixture.appendingPathComponent(Checkpoint.weightFiles(in: fixture.appendingPathComponent(part)).first.map { "\(part)/\($0)" } ?? part) }
    let netFile = net.appendingPathComponent(try #require(Checkpoint.weightFiles(in: net).first))
    let things: [(url: URL, words: String, option: String, serves: ModelRole?)] = [
      (fixture, "a Stable Diffusion 1.x model", "--model", .model), (single, "a Stable Diffusion 1.x model", "--model", .model),
      (net, "a ControlNet", "--controlnet", .controlNet), (netFile, "a ControlNet", "--controlnet", .controlNet),
      (fixture.appendingPathComponent("vae"), "an autoencoder alone", "--vae", .autoencoder), (weights("vae"), "an autoencoder alone", "--vae", .autoencoder),
      (loras, "a LoRA (changes to another model's weights)", "--lora", .adapter), (Golden.fixture("lora/unet.safetensors"), "a LoRA (changes to another model's weights)", "--lora", .adapter),
      (fixture.appendingPathComponent("unet"), "a UNet alone", "--model", nil), (weights("unet"), "a UNet alone", "--model", nil),
      (fixture.appendingPathComponent("text_encoder"), "a CLIP text encoder alone", "--model", nil),
    ]
    let roles: [(role: ModelRole, title: String, load: (URL) throws -> Void)] = [
      (.model, "a Stable Diffusion 1.5 model", { _ = try StableDiffusion.load(model: $0, config: fixture) }),
      (.controlNet, "a ControlNet", { _ = try StableDiffusion.load(model: fixture, controlNets: [$0]) }),
      (.autoencoder, "an autoencoder", { _ = try StableDiffusion.load(model: fixture, additions: ModelAdditions(autoencoder: $0)) }),
      (.adapter, "a LoRA", { _ = try StableDiffusion.load(model: fixture, additions: ModelAdditions(adapters: [LowRankSource(url: $0)])) }),
    ]
    for thing in things {
      for (role, title, load) in roles {
        // A whole model's folder lends its autoencoder; this single file has none.
        if role == thing.serves || role == .autoencoder && thing.url == fixture {
          #expect(throws: Never.self) { try role.check(thing.url) }
          continue
        }
        for refuse in [role.check, load] {
          #expect { try refuse(thing.url) } throws: { error in
            let error = error as? ModelError
            return error?.message == "\(thing.url.path) is \(thing.words), not \(title)" && error?.hint?.contains(thing.option) == true
          }
        }
      }
    }
  }

  /// What nobody knows is said once.
  @Test func anUnknownFileIsToldOnce() throws {
    let url = try file([("something.else", [1])])
    #expect(try ModelInspection(url, config: fixture).parts.map(\.problem) == ["\(url.path) is no model that diffss knows"])
    #expect { try StableDiffusion.load(model: url, config: fixture) } throws: { "\($0)" == "\(url.path) is not a Stable Diffusion 1.5 model: it is no model that diffss knows" }
  }

  @Test func partsThatDoNotFitEachOtherAreNotReady() throws {
    let url = try model(), vae = url.appendingPathComponent("vae")
    // Eight latent channels in the autoencoder, four in the UNet.
    let weights = try Checkpoint(folder: vae)
    var changed: [(name: String, tensor: Tensor)] = []
    for name in weights.names {
      var shape = weights.shape(of: name) ?? []
      if name == "decoder.conv_in.weight" { shape[1] *= 2 }
      if name.hasPrefix("encoder.conv_out") || name.hasPrefix("post_quant_conv") || name.hasPrefix("quant_conv") { shape[0] *= 2 }
      if ["post_quant_conv.weight", "quant_conv.weight"].contains(name) { shape[1] *= 2 }
      changed.append((name, Tensor(zeros: shape)))
    }
    try Safetensors.write(changed, to: vae.appendingPathComponent("diffusion_pytorch_model.safetensors"))
    try edit(vae.appendingPathComponent("config.json")) { $0["latent_channels"] = ($0["latent_channels"] as? Int ?? 4) * 2 }
    let problems = try ModelInspection(url, config: nil).parts.filter { $0.problem != nil }
    #expect(problems.map(\.name) == ["model"] && problems[0].problem?.contains("the UNet maps") == true, "\(problems)")
  }

  @Test func aSingleFileWithoutAPartIsNotReady() throws {
    let url = try file([("model.diffusion_model.out.2.bias", [4]), ("first_stage_model.quant_conv.bias", [8]), ("v_pred", [0])])
    let inspection = try ModelInspection(url, config: fixture)
    let text = try #require(inspection.parts.first { $0.name == "text_encoder" })
    #expect(text.tensors == 0 && text.problem == "\(url.path) holds no CLIP text encoder")
    #expect(!inspection.parts.contains { $0.name == "other" }, "a mark is no weight")
    #expect(inspection.notes.contains { $0.contains("v-prediction") })
  }

  /// A single file of other widths than its configuration is one sentence, not a list of every weight.
  @Test func aFileOfAnotherConfigurationIsToldInASentence() throws {
    let url = try file([
      ("model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", [8, 640]), ("first_stage_model.quant_conv.bias", [8]),
      ("cond_stage_model.transformer.text_model.final_layer_norm.bias", [640]),
    ])
    #expect { try StableDiffusion.load(model: url, config: fixture) } throws: { error in
      guard case ModelError.otherConfiguration(url.path, let reason) = error else { return false }
      return reason.hasPrefix("its UNet reads text states of width 640") && !"\(error)".contains("\n")
    }
  }

  /// The same sentence on every road, whichever network has other extents.
  @Test func everyDifferenceOfASingleFileIsToldInASentence() throws {
    let unet = "model.diffusion_model.", text = "cond_stage_model.transformer.text_model.", vae = "first_stage_model."
    let whole: [(String, [Int])] = [(unet + "out.2.bias", [6]), (text + "final_layer_norm.bias", [24]), (vae + "quant_conv.bias", [12])]
    // The fixture's UNet has levels of 12 and 24 channels with a block each, its autoencoder three from 8 channels on, its text encoder two layers.
    for (weights, words) in [
      ([(unet + "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", [8, 640])], "its UNet reads text states of width 640, its configuration says 24"),
      ([(unet + "input_blocks.0.0.weight", [320, 6, 3, 3])], "its UNet begins with a number of channels of 320, its configuration says"),
      ((0..<12).map { (unet + "input_blocks.\($0).0.in_layers.0.bias", [8]) }, "the number of blocks on its UNet's way down is 12, its configuration says"),
      ([(text + "embeddings.token_embedding.weight", [49408, 768])], "its text encoder gives states of width 768, its configuration says 24"),
      ((0..<12).map { (text + "encoder.layers.\($0).mlp.fc1.bias", [8]) }, "the number of its text encoder's layers is 12, its configuration says"),
      ([(vae + "encoder.conv_in.weight", [128, 3, 3, 3])], "its autoencoder begins with a number of channels of 128, its configuration says"),
      ((0..<4).map { (vae + "decoder.up.\($0).block.0.norm1.bias", [8]) }, "the number of its autoencoder's levels is 4, its configuration says"),
    ] as [([(String, [Int])], String)] {
      let url = try file(whole + weights), parts = try ModelInspection(url, config: fixture).parts
      #expect(parts.count == 1 && parts[0].family == .stableDiffusion1 && parts[0].hint?.contains("--config DIR") == true)
      let problem = try #require(parts[0].problem)
      #expect(problem.hasPrefix("\(url.path) is built otherwise than Stable Diffusion 1.5 or what --config names: \(words)") && !problem.contains("\n"), "\(problem)")
      #expect { try StableDiffusion.load(model: url, config: fixture) } throws: { "\($0)" == problem }
    }
    // An autoencoder alone.
    let alone = try file([("encoder.conv_in.weight", [128, 3, 3, 3]), ("decoder.conv_in.weight", [512, 6, 3, 3]), ("decoder.up_blocks.0.resnets.0.norm1.bias", [512])])
    let problem = try #require(try ModelInspection(alone, config: fixture).parts.first?.problem)
    #expect(problem.contains("its autoencoder begins with a number of channels of 128") && !problem.contains("\n"), "\(problem)")
    #expect { try StableDiffusion.load(model: fixture, additions: ModelAdditions(autoencoder: alone)) } throws: { "\($0)" == problem }
  }

  /// One made for another model is blamed itself, and not by its keys.
  @Test func aControlNetOfAnotherModelIsBlamed() throws {
    let url = try file([("input_hint_block.0.weight", [4, 3, 3, 3]), ("input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", [8, 640])])
    #expect { try StableDiffusion.load(model: fixture, controlNets: [url], config: fixture) } throws: { error in
      guard case ModelError.unfitControlNet(let path, let reason) = error else { return false }
      return path == url.path && reason.hasPrefix("it reads text states of 640 numbers; the model's have ") && !"\(error)".contains("\n")
    }
    #expect(try ModelInspection(url, config: fixture).parts[0].problem?.contains("is a ControlNet for another model") == true)
    let wide = try file([("controlnet_cond_embedding.conv_in.weight", [4, 3, 3, 3]), ("conv_in.weight", [4096, 4, 3, 3])])
    #expect { try StableDiffusion.load(model: fixture, controlNets: [wide], config: fixture) } throws: { "\($0)".contains("its first level has 4096 channels") }
  }

  /// The autoencoder's attention under the newer names, as matrices and as convolutions, in a folder.
  @Test func attentionUnderItsOtherNames() throws {
    let own = try Checkpoint(folder: fixture.appendingPathComponent("vae")), config = try AutoencoderConfig(folder: fixture.appendingPathComponent("vae"))
    let latents = Tensor((0..<4 * 4 * config.latentChannels).map { Float($0 % 7) / 7 }, shape: [1, 4, 4, config.latentChannels])
    let right = try Autoencoder(own, config).decode(latents).values
    let old = [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")]
    for (isOld, isFlat) in [(false, false), (false, true), (true, false), (true, true)] {
      var weights: [(name: String, tensor: Tensor)] = []
      for name in own.names {
        var (key, tensor) = (name, try own.tensor(name))
        for pair in old {
          for known in [pair.0, pair.1] where key.contains(".attentions.0.\(known).") {
            key = key.replacing(".attentions.0.\(known).", with: ".attentions.0.\(isOld ? pair.1 : pair.0).")
            if key.hasSuffix("weight") { tensor = Tensor(tensor.values, shape: Array(tensor.shape.prefix(2)) + (isFlat ? [] : [1, 1])) }
          }
        }
        weights.append((key, tensor))
      }
      try Safetensors.write(weights, to: folder.file("vae.safetensors"))
      #expect(try Autoencoder(Checkpoint(file: folder.file("vae.safetensors")), config).decode(latents).values == right, "\(isOld) \(isFlat)")
    }
  }
}
