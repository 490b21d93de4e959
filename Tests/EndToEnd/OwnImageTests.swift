import Foundation
import Models
import Render
import TestSupport
import Testing

/// Images of one's own (`generate --control`, `generate --image`): what they say of themselves, and generating them again. The demo's own models.
@Suite struct OwnImageTests {
  /// What `diffss` of an image says.
  private struct Metadata: Decodable {
    struct Request: Decodable {
      struct Control: Decodable {
        let network: String
      }

      struct LoRA: Decodable, Equatable {
        let id: String
        let scale: Double
      }

      let model: String
      let controls: [Control]
      let autoencoder: String?
      let loras: [LoRA]?
      let timestepSpacing: String?
    }

    let request: Request
    let weights: [String: String]

    init(_ text: [String: String]) throws { self = try JSONDecoder().decode(Self.self, from: Data((text["diffss"] ?? "").utf8)) }
  }

  private let program: Program

  init() throws { program = try Program() }

  private func path(_ name: String) -> String { program.home.appendingPathComponent(name).path }

  /// Copies of the demo's models in a folder, so that they have a place of their own.
  private func models(in folder: String) throws -> String {
    try FileManager.default.createDirectory(atPath: path(folder), withIntermediateDirectories: true)
    for name in ["sd", "controlnet-mask", "controlnet-hed"] {
      try FileManager.default.copyItem(
        at: Golden.projectRoot.appendingPathComponent("Assets/demo/\(name)").resolvingSymlinksInPath(),
        to: URL(fileURLWithPath: path("\(folder)/\(name)")))
    }
    return path(folder)
  }

  private func control(_ name: String, shade: UInt8 = 150) throws -> String {
    let pixels = (0..<64 * 64).flatMap { [UInt8($0 % 64 > 20 ? shade : 0), UInt8($0 / 64 > 30 ? 5 : 90), 61] }
    try Image(width: 64, height: 64, channels: 3, pixels: pixels).writePNG(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  @discardableResult
  private func run(_ arguments: [String], status: Int32 = 0) throws -> Program.Output {
    let output = try program.run(arguments)
    #expect(output.status == status, "\(arguments) \(output.standardOutput) \(output.standardError)")
    return output
  }

  @discardableResult
  private func generate(_ models: String, _ more: [String], into out: String) throws -> Program.Output {
    try run(["generate", "--model", "\(models)/sd", "--prompt", "a cup", "--steps", "2", "--seed", "7", "--out", path(out)] + more)
  }

  @Test func thePlaceOfTheWeightsIsNotInAnImage() throws {
    defer { program.remove() }
    let one = try models(in: "one"), two = try models(in: "deep/er/two"), image = try control("c.png")
    let others = ["--control", image, "--control", try control("d.png", shade: 20)]
    for (place, out) in [(one, "o1"), (two, "o2")] {
      try generate(place, ["--controlnet", "\(place)/controlnet-mask", "--controlnet", "\(place)/controlnet-hed"] + others, into: out)
    }
    // By the library's names.
    try run(
      [
        "generate", "--models", one, "--model", "sd", "--controlnet", "controlnet-mask", "--controlnet", "controlnet-hed", "--prompt",
        "a cup", "--steps", "2",
        "--seed", "7", "--out", path("o3"),
      ] + others)
    let file = URL(fileURLWithPath: path("o1/c_0.png")), bytes = try Data(contentsOf: file)
    for out in ["o2", "o3"] { #expect(try Data(contentsOf: URL(fileURLWithPath: path("\(out)/c_0.png"))) == bytes) }
    let text = try ImageText.read(file)
    #expect(!text.description.contains(program.home.path) && !text.description.contains("/sd"))
    let metadata = try Metadata(text)
    #expect(metadata.request.model == "sd" && metadata.request.controls.map(\.network) == ["controlnet-mask", "controlnet-hed"])
    #expect(
      metadata.weights.keys.sorted() == ["controlnet-hed", "controlnet-mask", "sd"] && metadata.weights.values.allSatisfy { $0.count == 64 }
    )
    let parameters = try #require(text["parameters"])
    #expect(parameters.hasPrefix("a cup\nNegative prompt: longbody"))
    let hash = try #require(metadata.weights["sd"]).prefix(10)
    #expect(
      parameters.contains(
        "\nSteps: 2, Sampler: ddim, CFG scale: 3, Seed: 7, Size: 64x64, Model hash: \(hash), Model: sd, ControlNet 0: \"Module: none, Model: controlnet-mask, "
      ))

    #expect(try run(["verify", file.path, "--models", two]).standardOutput == "identical  \(file.path)\n")
    // Away from its control images, they are given, in any order.
    try FileManager.default.createDirectory(atPath: path("away"), withIntermediateDirectories: true)
    let moved = path("away/renamed.png")
    try FileManager.default.copyItem(atPath: file.path, toPath: moved)
    let lost = try run(["verify", moved, "--models", two], status: 2)
    #expect(
      lost.standardError.contains("the control image of \(moved) is not beside it")
        && lost.standardError.contains("hint: give it with --control FILE"))
    #expect(
      try run(["verify", moved, "--models", two, "--control", path("d.png"), "--control", image]).standardOutput == "identical  \(moved)\n")
    #expect(
      try run(["verify", moved, "--models", two, "--control", image], status: 2).standardError.contains(
        "from another control image than the ones given"))
  }

  @Test func whatDoesNotBelongTogetherIsSaid() throws {
    defer { program.remove() }
    let place = try models(in: "m"), image = try control("c.png")
    try generate(place, ["--controlnet", "\(place)/controlnet-mask", "--control", image], into: "o")
    let file = path("o/c_0.png"), url = URL(fileURLWithPath: file)
    let shown = try Image(pngOrJpeg: url), text = try ImageText.read(url)
    let changed = text.mapValues { $0.replacingOccurrences(of: "\"seed\":7", with: "\"seed\":8") }
    try shown.writePNG(to: URL(fileURLWithPath: path("o/t_0.png")), text: changed)
    #expect(try run(["verify", path("o/t_0.png"), "--models", place], status: 2).standardOutput.hasPrefix("tampered"))
    let grey = Image(width: 64, height: 64, channels: 3, pixels: [UInt8](repeating: 9, count: 64 * 64 * 3))
    try grey.writePNG(to: URL(fileURLWithPath: path("o/c_9.png")), text: text)
    #expect(try run(["verify", path("o/c_9.png"), "--models", place], status: 2).standardOutput.hasPrefix("different"))
    // The control image beside it, and that one alone, is taken for an image's.
    try grey.writePNG(to: URL(fileURLWithPath: path("o/c_control.png")))
    #expect(try run(["verify", file, "--models", place], status: 2).standardError.contains("the control image"))
    let again = try program.run([
      "generate", "--model", "\(place)/sd", "--controlnet", "\(place)/controlnet-mask", "--control", image, "--prompt", "a cup", "--steps",
      "2", "--out", path("o"),
    ])
    #expect(again.status == 0 && again.standardError.contains("is not an image of this program: it is left as it is"))
    #expect(try Image(pngOrJpeg: URL(fileURLWithPath: path("o/c_control.png"))) == grey)
    let config = URL(fileURLWithPath: "\(place)/sd/scheduler/scheduler_config.json")
    try (try String(contentsOf: config, encoding: .utf8) + " ").write(to: config, atomically: true, encoding: .utf8)
    #expect(try run(["verify", file, "--models", place, "--control", image], status: 2).standardOutput.contains("here are others of sd"))
  }

  @Test func aPhotographWithItsMaskIsVerifiedFromItsControlImage() throws {
    defer { program.remove() }
    let place = try models(in: "m")
    let pixels = (0..<64 * 64).map { UInt8($0 % 64 > 20 && $0 / 64 > 20 ? 1 : 0) }
    try LabelMask(width: 64, height: 64, labels: pixels).writePNG(to: URL(fileURLWithPath: path("mask.png")))
    _ = try control("photo.png")
    let own = ["--image", path("photo.png"), "--mask", path("mask.png"), "--class-index", "1", "--classes", "coco", "--resolution", "64"]
    try generate(place, own + ["--controlnet", "\(place)/controlnet-mask", "--batch", "2"], into: "o")
    for name in ["photo_1_0.png", "photo_1_1.png"] {
      #expect(try run(["verify", path("o/\(name)"), "--models", place]).standardOutput.hasPrefix("identical"))
    }
    try generate(place, own + ["--condition", "none", "--width", "64", "--height", "64"], into: "n")
    #expect(try run(["verify", path("n/photo_0.png"), "--models", place]).standardOutput.hasPrefix("identical"))
  }

  /// One after the other or together, images have their seeds'; the request says what they were made from, and `verify` finds it by its bytes.
  @Test func severalImagesOfAPhotographSayWhereTheyComeFrom() throws {
    defer { program.remove() }
    let place = try models(in: "m")
    for folder in ["photos", "elsewhere"] {
      try FileManager.default.createDirectory(atPath: path(folder), withIntermediateDirectories: true)
    }
    let pixels = (0..<64 * 64).map { UInt8($0 % 64 > 20 && $0 / 64 > 20 ? 1 : 0) }
    try LabelMask(width: 64, height: 64, labels: pixels).writePNG(to: URL(fileURLWithPath: path("photos/mask.png")))
    _ = try control("photos/photo.png")
    let own = ["--image", path("photos/photo.png"), "--mask", path("photos/mask.png"), "--class-index", "1", "--resolution", "64"]
    let net = ["--controlnet", "\(place)/controlnet-mask"]
    let json = try generate(place, own + net + ["--shots", "3", "--json"], into: "o").standardOutput
    #expect(json.hasPrefix("[") && json.components(separatedBy: "\"file\"").count == 4)
    try generate(place, own + net + ["--shots", "3", "--batch", "2"], into: "two")
    try generate(place, own + net + ["--batch", "3"], into: "three")
    for number in 0..<3 {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path("o/photo_1_\(number).png")))
      for other in ["two", "three"] { #expect(try Data(contentsOf: URL(fileURLWithPath: path("\(other)/photo_1_\(number).png"))) == bytes) }
    }
    let text = try ImageText.read(URL(fileURLWithPath: path("o/photo_1_2.png")))
    let said = try #require(text["diffss"])
    for part in [
      "\"seed\":9", "\"source\":{\"classIndex\":1,\"classes\":\"coco\",\"condition\":\"mask\"", "\"name\":\"photo.png\"",
      "\"name\":\"mask.png\"",
    ] { #expect(said.contains(part), "\(part) \(said)") }
    #expect(text["parameters"]?.contains("Module: mask") == true && !text.description.contains(path("photos")))

    // Without its control image it is made again, from files under any name.
    let image = path("o/photo_1_2.png")
    try FileManager.default.removeItem(atPath: path("o/photo_1_control.png"))
    let lost = try run(["verify", image, "--models", place], status: 2).standardError
    #expect(
      lost.contains("was generated from photo.png and mask.png, which are neither beside it nor given")
        && lost.contains("hint: name the folder that they are in, as with --source ~/photos/"),
      "\(lost)")
    #expect(try run(["verify", image, "--models", place, "--source", path("photos")]).standardOutput == "identical  \(image)\n")
    try FileManager.default.moveItem(atPath: path("photos/mask.png"), toPath: path("elsewhere/m.png"))
    let half = try run(["verify", image, "--models", place, "--source", path("photos")], status: 2).standardError
    #expect(half.contains("was generated from mask.png, which is neither"), "\(half)")
    let both = ["--source", path("photos/photo.png"), "--source", path("elsewhere/m.png")]
    #expect(try run(["verify", image, "--models", place] + both).standardOutput.hasPrefix("identical"))
    // Another photograph of that name is not it.
    _ = try control("photos/photo.png", shade: 3)
    #expect(try run(["verify", image, "--models", place] + both, status: 2).standardError.contains("generated from photo.png, which"))
    // With its control image beside it that is taken, and said.
    let kept = try run(["verify", path("two/photo_1_0.png"), "--models", place])
    #expect(
      kept.standardOutput.hasPrefix("identical")
        && kept.standardError.contains("photo.png and mask.png, from which its control image was made")
        && kept.standardError.contains("--source FOLDER says where they are"))
  }

  /// The edge detector is part of how an image was made.
  @Test func theEdgeDetectorIsInTheImage() throws {
    defer { program.remove() }
    let place = try models(in: "m")
    let pixels = (0..<64 * 64).map { UInt8($0 % 64 > 20 && $0 / 64 > 20 ? 1 : 0) }
    try LabelMask(width: 64, height: 64, labels: pixels).writePNG(to: URL(fileURLWithPath: path("mask.png")))
    _ = try control("photo.png")
    let own = ["--image", path("photo.png"), "--mask", path("mask.png"), "--class-index", "1", "--resolution", "64", "--condition", "hed"]
    try generate(place, own + ["--controlnet", "\(place)/controlnet-hed"], into: "o")
    let image = path("o/photo_1_0.png"), metadata = try Metadata(ImageText.read(URL(fileURLWithPath: image)))
    #expect(metadata.weights.keys.contains { $0.hasSuffix("ControlNetHED.safetensors") }, "\(metadata.weights)")
    try FileManager.default.removeItem(atPath: path("o/photo_1_control.png"))
    #expect(try run(["verify", image, "--models", place, "--source", program.home.path]).standardOutput.hasPrefix("identical"))
  }

  /// A LoRA for one layer of the demo's UNet.
  private func lora(_ name: String) throws -> String {
    let model = try Checkpoint(folder: Golden.projectRoot.appendingPathComponent("Assets/demo/sd/unet"))
    let key = try #require(model.names.first { $0.hasSuffix("attn2.to_v.weight") }), shape = try #require(model.shape(of: key))
    let layer = "unet." + key.dropLast(".weight".count)
    try Safetensors.write(
      [
        (name: "\(layer).lora_A.weight", tensor: Tensor((0..<shape[1]).map { sin(Float($0)) }, shape: [1, shape[1]])),
        (name: "\(layer).lora_B.weight", tensor: Tensor((0..<shape[0]).map { cos(Float($0)) }, shape: [shape[0], 1])),
      ], to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  @Test func weightsBesideAModelAreInItsImages() throws {
    defer { program.remove() }
    let place = try models(in: "m"), image = try control("c.png"), file = try lora("m/my, lora: 2.safetensors")
    try FileManager.default.copyItem(atPath: "\(place)/sd/vae", toPath: "\(place)/vae-ft")
    let net = ["--controlnet", "\(place)/controlnet-mask", "--control", image]
    try generate(place, net, into: "plain")
    let more = ["--lora", "\(file):0.5", "--vae", "\(place)/vae-ft", "--timestep-spacing", "linspace"]
    try generate(place, net + more, into: "o")
    let generated = path("o/c_0.png"), text = try ImageText.read(URL(fileURLWithPath: generated))
    let metadata = try Metadata(text)
    #expect(
      metadata.request.loras == [Metadata.Request.LoRA(id: "my, lora: 2.safetensors", scale: 0.5)]
        && metadata.request.autoencoder == "vae-ft")
    #expect(metadata.request.timestepSpacing == "linspace" && metadata.weights.count == 4)
    #expect(text["parameters"]?.contains("Timestep spacing: linspace") == true && text["parameters"]?.contains("VAE: vae-ft") == true)
    #expect(try Image(pngOrJpeg: URL(fileURLWithPath: generated)) != Image(pngOrJpeg: URL(fileURLWithPath: path("plain/c_0.png"))))
    #expect(try run(["verify", generated, "--models", place]).standardOutput.hasPrefix("identical"))

    // For a data set: by the path, by the name below a folder of models, and through the queue, which another process works on.
    let supports = ["--dataset", "demo", "--models", place, "--limit", "1", "--shots", "1", "--steps", "1", "--seed", "7"]
    try run(["generate"] + supports + ["--lora", "\(file):0.5", "--out", path("s1")])
    try run(["generate"] + supports + ["--lora", "my, lora: 2.safetensors:0.5", "--out", path("s2")])
    let names = try FileManager.default.contentsOfDirectory(atPath: path("s1")).filter { !$0.hasSuffix("_control.png") }
    let name = try #require(names.first)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path("s1/\(name)"))) == Data(contentsOf: URL(fileURLWithPath: path("s2/\(name)"))))
    #expect(try run(["verify", path("s1/\(name)"), "--models", place]).standardOutput.hasPrefix("identical"))
    try run(["queue", "add"] + supports + ["--lora", "\(file):0.25", "--vae", "\(place)/vae-ft"])
    let queued = try run(["queue", "list", "--json"]).standardOutput
    #expect(queued.contains(#""loras":[{"id":"my, lora: 2.safetensors","scale":0.25}]"#) && queued.contains(#""autoencoder":"vae-ft""#))
    try run(["queue", "run"])
    #expect(try run(["queue", "list", "--all", "--json"]).standardOutput.contains(#""state":"finished""#))
    #expect(
      try run(["generate"] + supports + ["--lora", "nothing.safetensors", "--out", path("s3")], status: 2).standardError.contains(
        "no LoRA \"nothing.safetensors\" found"))
    #expect(
      try run(["generate"] + supports + ["--lora", "\(file):20", "--out", path("s3")], status: 2).standardError.contains("must be -10...10")
    )
  }

  @Test func stepsThatBeginLateAreSaid() throws {
    defer { program.remove() }
    let place = try models(in: "m"), image = try control("c.png"),
      config = URL(fileURLWithPath: "\(place)/sd/scheduler/scheduler_config.json")
    try String(contentsOf: config, encoding: .utf8).replacing("\"trailing\"", with: "\"leading\"").write(
      to: config, atomically: true, encoding: .utf8)
    let own = [
      "generate", "--model", "\(place)/sd", "--controlnet", "\(place)/controlnet-mask", "--control", image, "--prompt", "a cup", "--out",
      path("o"), "--steps", "130",
    ]
    let note =
      "note: ddim with 130 steps begins late, t 904…1 of 999: leading spacing goes by whole strides; --timestep-spacing trailing begins at the last time step"
    #expect(try run(own).standardError.contains(note))
    #expect(try !run(own + ["--timestep-spacing", "trailing"]).standardError.contains("note:"))
    let supports = ["queue", "add", "--dataset", "demo", "--models", place, "--limit", "1", "--shots", "1", "--steps", "130"]
    #expect(try run(supports).standardError.contains(note))
    #expect(try run(supports + ["--timestep-spacing", "sideways"], status: 2).standardError.contains("leading"))
  }
}
