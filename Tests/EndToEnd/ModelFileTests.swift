import Foundation
import Models
import Render
import TestSupport
import Testing

/// Weights as people have them, through the program: what cannot be run is never ready, and a sentence says why.
@Suite struct ModelFileTests {
  private func write(_ keys: [String], to file: URL) throws {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Safetensors.write(keys.map { (name: $0, tensor: Tensor([1], shape: [1])) }, to: file)
  }

  private let singleFile = [
    "model.diffusion_model.out.2.bias", "first_stage_model.decoder.conv_in.bias",
    "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight",
  ]

  @Test func filesAreListedByTheirContentAndUsedByName() throws {
    let program = try Program()
    defer { program.remove() }
    let models = program.home.appendingPathComponent("m")
    try write(singleFile, to: models.appendingPathComponent("dreamshaper_8.safetensors"))
    try write(singleFile, to: models.appendingPathComponent("A/x.safetensors"))
    try write(["controlnet_cond_embedding.conv_in.weight"], to: models.appendingPathComponent("my_seg_control.safetensors"))
    let list = try program.run(["models", "list", "--models", models.path]).standardOutput
    for (name, kind) in [
      ("dreamshaper_8.safetensors", "Stable Diffusion"), ("A/x.safetensors", "Stable Diffusion"),
      ("my_seg_control.safetensors", "ControlNet for mask"),
    ] {
      let line = list.split(separator: "\n").first { $0.contains(" \(name) ") }
      #expect(line?.contains(kind) == true && line?.contains("found |") == true, "\(list)")
    }
    let info = try program.run(["models", "info", "A/x.safetensors", "--models", models.path])
    #expect(info.status == 1 && info.standardOutput.contains("Stable Diffusion 1.x, single file"), "\(info)")
  }

  @Test func whatIsNoModelIsNeverReady() throws {
    let program = try Program()
    defer { program.remove() }
    let models = program.home.appendingPathComponent("m")
    try write(["conditioner.embedders.0.a"], to: models.appendingPathComponent("xl.safetensors"))
    try Data("version https://git-lfs.github.com/spec/v1\nsize 4265146304\n".utf8).write(
      to: models.appendingPathComponent("v1-5-pruned.safetensors"))
    try Data("<!DOCTYPE html>".utf8).write(to: models.appendingPathComponent("page.ckpt"))
    try Data().write(to: models.appendingPathComponent("empty.safetensors"))
    let doctor = try program.run(["doctor", "--models", models.path]), list = try program.run(["models", "list", "--models", models.path])
    #expect(doctor.status == 1)
    for (name, words) in [
      ("xl.safetensors", "a Stable Diffusion XL model"),
      ("v1-5-pruned.safetensors", "a Git LFS pointer in place of the weights, which have 4265146304 bytes"),
      ("page.ckpt", "a web page (HTML)"), ("empty.safetensors", "empty (0 bytes)"),
    ] {
      for output in [doctor.standardOutput, list.standardOutput] {
        let lines = output.split(separator: "\n").filter { $0.contains(name) }
        #expect(
          lines.contains { $0.contains(words) } && !lines.contains { $0.hasPrefix("ok") || $0.contains("found |") }, "\(name): \(lines)")
      }
      let info = try program.run(["models", "info", name, "--models", models.path])
      #expect(info.status != 0 && (info.standardOutput + info.standardError).contains(words), "\(info)")
      // Named for a data set and for an image of one's own: the same sentence.
      let out = program.home.appendingPathComponent("out").path
      let generated = try program.run(["generate", "--limit", "1", "--model", name, "--models", models.path, "--out", out])
      #expect(
        generated.status == 2 && generated.standardError.contains(words) && !FileManager.default.fileExists(atPath: out), "\(generated)")
    }
  }

  /// A model folder without a part, through every road: the part is named in one sentence, nothing is generated, and nothing calls it ready.
  @Test(arguments: [
    ("tokenizer", "tokenizer (tokenizer/)"), ("unet", "UNet (unet/)"), ("tokenizer/merges.txt", "merges.txt of its tokenizer (tokenizer/)"),
  ])
  func aFolderWithoutAPartIsToldByIt(_ absent: String, _ words: String) throws {
    let program = try Program()
    defer { program.remove() }
    let demo = Golden.projectRoot.appendingPathComponent("Assets/demo"), models = program.home.appendingPathComponent("m"),
      model = models.appendingPathComponent("broken")
    try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: demo.appendingPathComponent("sd").resolvingSymlinksInPath(), to: model)
    try FileManager.default.removeItem(at: model.appendingPathComponent(absent))
    let sentence = "\(model.path) holds no \(words)", out = program.home.appendingPathComponent("out").path
    let control = program.home.appendingPathComponent("c.png").path
    try Image(width: 64, height: 64, color: [9, 200, 9]).writePNG(to: URL(fileURLWithPath: control))
    for arguments in [
      ["generate", "--limit", "1", "--steps", "1", "--model", model.path, "--out", out],
      ["generate", "--limit", "1", "--steps", "1", "--model", "broken", "--models", models.path, "--out", out],
      [
        "generate", "--model", model.path, "--controlnet", demo.appendingPathComponent("controlnet-mask").path, "--control", control,
        "--prompt", "a", "--steps", "1", "--out", out,
      ],
    ] {
      let generated = try program.run(arguments)
      #expect(
        generated.status == 2 && generated.standardError.hasPrefix("error: \(sentence)\nhint: take the complete model"), "\(generated)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
    let info = try program.run(["models", "info", model.path])
    #expect(info.status == 1 && info.standardOutput.contains("\n\(sentence)\n  -> take the complete model"), "\(info)")
    let list = try program.run(["models", "list", "--models", models.path]).standardOutput,
      doctor = try program.run(["doctor", "--models", models.path])
    #expect(list.contains("broken: \(sentence)"))
    #expect(list.split(separator: "\n").first { $0.hasPrefix("| broken ") }?.contains("cannot be used") == true, "\(list)")
    #expect(
      doctor.status == 1 && doctor.standardOutput.contains("BROKEN   weights: Stable Diffusion: broken (option): \(sentence)"), "\(doctor)")
  }

  /// What was named for another thing than it is, for a data set.
  @Test func whatWasMisnamedIsTold() throws {
    let program = try Program()
    defer { program.remove() }
    let demo = Golden.projectRoot.appendingPathComponent("Assets/demo"), sd = demo.appendingPathComponent("sd").path,
      net = demo.appendingPathComponent("controlnet-mask").path
    for (options, words, option) in [
      (["--model", net], "\(net) is a ControlNet, not a Stable Diffusion 1.5 model", "--controlnet"),
      (["--controlnet", sd], "\(sd) is a Stable Diffusion 1.x model, not a ControlNet", "--model"),
      (["--model", "\(sd)/vae"], "\(sd)/vae is an autoencoder alone, not a Stable Diffusion 1.5 model", "--vae"),
      (["--vae", "\(sd)/unet"], "\(sd)/unet is a UNet alone, not an autoencoder", "--model"),
      (["--lora", sd], "\(sd) is a Stable Diffusion 1.x model, not a LoRA", "--model"),
      (["--model", "controlnet-mask"], "controlnet-mask is a ControlNet for mask, not a Stable Diffusion model", "--controlnet"),
    ] {
      let generated = try program.run(
        ["generate", "--limit", "1", "--steps", "1", "--out", program.home.appendingPathComponent("out").path] + options)
      let lines = generated.standardError.split(separator: "\n")
      #expect(
        generated.status == 2 && lines.count == 2 && lines[0] == "error: \(words)" && lines[1].hasPrefix("hint: ")
          && lines[1].contains(option), "\(generated)")
    }
    // Two of one name would be one: that is said.
    for place in ["a", "b"] {
      try FileManager.default.createDirectory(at: program.home.appendingPathComponent(place), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: URL(fileURLWithPath: net).resolvingSymlinksInPath(), to: program.home.appendingPathComponent("\(place)/x"))
    }
    let (a, b) = (program.home.appendingPathComponent("a/x").path, program.home.appendingPathComponent("b/x").path)
    let both = try program.run([
      "generate", "--limit", "1", "--steps", "1", "--out", program.home.appendingPathComponent("out").path, "--controlnet", a,
      "--controlnet", b,
    ])
    #expect(both.status == 2 && both.standardError.contains("would both be called x"), "\(both)")
    // An image that was generated with one of them is verified where both are, by its digest.
    let out = program.home.appendingPathComponent("painted").path
    try FileManager.default.removeItem(atPath: a)
    try FileManager.default.copyItem(
      at: demo.appendingPathComponent("controlnet-hed").resolvingSymlinksInPath(), to: URL(fileURLWithPath: a))
    let generated = try program.run(["generate", "--limit", "1", "--shots", "1", "--steps", "1", "--out", out, "--controlnet", b])
    let image = try #require(generated.standardOutput.split(separator: "\n").last { $0.hasSuffix(".png") }.map(String.init), "\(generated)")
    let verified = try program.run(["verify", image, "--models", program.home.path])
    #expect(verified.status == 0 && verified.standardOutput.hasPrefix("identical"), "\(verified)")
  }

  /// Copies of the demo's models, named by their paths: generated as from a folder of models, and known by their own names.
  @Test func aDataSetTakesModelsByTheirPath() throws {
    let program = try Program()
    defer { program.remove() }
    let demo = Golden.projectRoot.appendingPathComponent("Assets/demo")
    let (model, net) = (program.home.appendingPathComponent("my model"), program.home.appendingPathComponent("net"))
    try FileManager.default.copyItem(at: demo.appendingPathComponent("sd"), to: model)
    try FileManager.default.copyItem(at: demo.appendingPathComponent("controlnet-mask"), to: net)
    let generated = try program.run([
      "generate", "--limit", "1", "--shots", "1", "--steps", "1", "--json", "--model", model.path, "--controlnet", net.path,
      "--out", program.home.appendingPathComponent("out").path,
    ])
    #expect(generated.status == 0, "\(generated.standardError)")
    #expect(
      generated.standardOutput.contains(#""diffusion":"my model""#) && generated.standardOutput.contains(#""controlNet":"net""#),
      "\(generated.standardOutput)")
    // The network's name does not say what it is for: without being named it is not taken.
    let list = try program.run(["models", "list", "--models", net.path]).standardOutput
    #expect(list.contains("ControlNet, its name does not say for what"))
  }
}
