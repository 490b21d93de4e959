import Foundation
import Models
import TestSupport
import Testing

/// Single files into folders and back to the same images.
@Suite struct DiffusersExportTests {
  private let fixture = Golden.fixture("diffusion/model")

  private func weights(_ folder: URL) throws -> Checkpoint { try Checkpoint(folder: folder) }

  @Test(.enabled(if: Golden.isAvailable)) func singleFileBecomesItsFolder() throws {
    let folder = try TemporaryFolder()
    let out = folder.file("model")
    try DiffusersExport.convert(
      Golden.url("sd/single-file/control_tiny_scribble.pth"), config: Golden.url("sd/tiny-sd15"), to: out)
    for (part, original) in [("unet", "tiny-sd15/unet"), ("vae", "tiny-sd15/vae"), ("text_encoder", "tiny-sd15/text_encoder"), ("controlnet", "tiny-controlnet-scribble")] {
      let (made, published) = (try weights(out.appendingPathComponent(part)), try weights(Golden.url("sd/\(original)")))
      let names = published.names.filter { !$0.contains("position_ids") }
      #expect(Set(made.names).isSuperset(of: names.map { part == "text_encoder" && !$0.hasPrefix("text_model.") ? "text_model." + $0 : $0 }), "\(part)")
      for name in names where made.shape(of: name) != nil {
        #expect(made.shape(of: name) == published.shape(of: name), "\(part) \(name)")
        #expect(made.parameter(name)?.dtype == .f16)
        #expect(try made.tensor(name).values == published.tensor(name).values, "\(part) \(name)")
      }
    }
    let image = Tensor((0..<64 * 64 * 3).map { Float($0 % 89) / 88 }, shape: [1, 64, 64, 3])
    let run = DiffusionRun(prompt: "a dog", steps: 2, seed: 1, width: 64, height: 64, controls: [ControlInput(image: image)])
    let made = try StableDiffusion.load(model: out, controlNets: [out.appendingPathComponent("controlnet")]).generate(run)
    let published = try StableDiffusion.load(model: Golden.url("sd/tiny-sd15"), controlNets: [Golden.url("sd/tiny-controlnet-scribble")]).generate(run)
    #expect(made.image.values == published.image.values)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["model"])
  }

  /// The same on the project's own model: every weight comes back under its name in folders, halved.
  @Test func ourSingleFileBecomesItsFolder() throws {
    let folder = try TemporaryFolder(), single = folder.file("single.safetensors"), out = folder.file("model")
    try Safetensors.write(SingleFileFixture.tensors(withControlNet: true), to: single)
    try DiffusersExport.convert(single, config: fixture, to: out)
    let parts = ["unet", "vae", "text_encoder"].map { ($0, fixture.appendingPathComponent($0)) }
    for (part, original) in parts + [("controlnet", SingleFileFixture.controlNet)] {
      let (made, own) = (try weights(out.appendingPathComponent(part)), try weights(original))
      #expect(made.names.count == own.names.count, "\(part)")
      for name in own.names {
        var key = part == "text_encoder" ? "text_model." + name : name
        for (old, new) in [("query", "to_q"), ("key", "to_k"), ("value", "to_v"), ("proj_attn", "to_out.0")] {
          key = key.replacing(".attentions.0.\(old).", with: ".attentions.0.\(new).")
        }
        #expect(made.parameter(key)?.dtype == .f16 && made.shape(of: key) == own.shape(of: name), "\(part) \(key)")
        #expect(try made.tensor(key).values == own.tensor(name).values.map { Float(Float16($0)) }, "\(part) \(key)")
      }
    }
    let run = DiffusionRun(prompt: "a dog", steps: 2, seed: 1, width: 64, height: 64)
    let made = try StableDiffusion.load(model: out).generate(run)
    #expect(try StableDiffusion.load(model: fixture).generate(run).image.values == made.image.values)
  }

  @Test func folderIsHalved() throws {
    let folder = try TemporaryFolder()
    try DiffusersExport.convert(fixture, config: nil, to: folder.file("half"))
    let inspection = try ModelInspection(folder.file("half"), config: nil)
    #expect(inspection.parts.map(\.name) == ["text_encoder", "unet", "vae"])
    for part in inspection.parts {
      #expect(part.problem == nil, "\(part.problem ?? "")")
      #expect(part.bytes["F16"] ?? 0 > 0 && part.bytes["F32"] == nil)
    }
    #expect(throws: ModelError.self, "it is there already") { try DiffusersExport.convert(fixture, config: nil, to: folder.file("half")) }
    #expect(throws: ModelError.self) { try DiffusersExport.convert(fixture, config: nil, to: folder.file("half/model_index.json/inside")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["half"])
  }

  @Test func otherFamiliesAreNamed() throws {
    let folder = try TemporaryFolder()
    let families: [(String, [Int], String)] = [
      ("lora_unet_down_blocks_0.lora_up.weight", [4, 4], "LoRA"),
      ("cond_stage_model.model.ln_final.weight", [4], "Stable Diffusion 2"),
      ("conditioner.embedders.0.transformer.text_model.final_layer_norm.weight", [4], "Stable Diffusion XL"),
      ("control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", [4, 1024], "Stable Diffusion 2"),
      ("something.else", [1], "no model"),
    ]
    for (name, shape, wanted) in families {
      try Safetensors.write([(name: name, tensor: Tensor(zeros: shape))], to: folder.file("w.safetensors"))
      let inspection = try ModelInspection(folder.file("w.safetensors"), config: fixture)
      #expect(inspection.parts.contains { $0.problem != nil }, "\(name)")
      #expect {
        try StableDiffusion.load(model: folder.file("w.safetensors"), config: fixture)
      } throws: { error in
        "\(error)".contains(wanted)
      }
    }
  }

  @Test func missingKeysAreListed() throws {
    let folder = try TemporaryFolder()
    try Safetensors.write([(name: "control_model.input_hint_block.0.weight", tensor: Tensor(zeros: [4, 3, 3, 3]))], to: folder.file("c.safetensors"))
    let inspection = try ModelInspection(folder.file("c.safetensors"), config: fixture)
    #expect(inspection.parts[0].family == .controlNet)
    #expect(inspection.parts[0].problem?.contains("controlnet_mid_block.weight") == true)
  }
}
