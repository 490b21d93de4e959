import Core
import Data
import Foundation
import Generation
import Models
import Render
import TestSupport
import Testing

/// What is chosen for an image of the user's own: models, networks, sizes, scales, guidance. The random networks of the fixtures.
@Suite struct OwnImagePlanTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: folder.file("models"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: TinyModels.diffusion, to: folder.file("models/sd"))
    for (number, name) in ["controlnet-hed", "controlnet-seg"].enumerated() {
      try TinyModels.writeControlNet(number, to: folder.file("models/\(name)"))
    }
  }

  private func library(_ named: NamedModels = NamedModels()) -> ModelLibrary {
    ModelLibrary(
      folders: named.places + [folder.file("models")], searchesHub: false, environment: ["XDG_CACHE_HOME": folder.file("cache").path])
  }

  private func control(_ name: String, width: Int = 64, height: Int = 64) throws -> ControlFile {
    try Image(width: width, height: height, color: [200, 10, 10]).writePNG(to: folder.file("\(name).png"))
    return try ControlFile(folder.file("\(name).png"), orientation: .auto)
  }

  /// A cup (class 42 of COCO) in an image of 64x48.
  private func cup() throws -> OwnImage {
    try Image(width: 64, height: 48, color: [20, 40, 200]).writePNG(to: folder.file("photo.png"))
    let labels = (0..<64 * 48).map { (16..<48).contains($0 % 64) && (12..<36).contains($0 / 64) ? UInt8(255) : 0 }
    try LabelMask(width: 64, height: 48, labels: labels).writePNG(to: folder.file("mask.png"))
    return try OwnImage(image: folder.file("photo.png"), mask: folder.file("mask.png"), info: OwnClass(42, of: .coco))
  }

  private func plan(_ source: OwnImagePlan.Source, _ change: (inout OwnImagePlan.Input) -> Void = { _ in }) throws -> OwnImagePlan {
    var input = OwnImagePlan.Input(source: source)
    input.options.conditionSettings.resolution = 64
    change(&input)
    return try OwnImagePlan(input, library: library(input.models))
  }

  private func controls(_ names: String...) throws -> OwnImagePlan.Source { .controls(try names.map { try control($0) }) }

  /// The error of a plan that cannot be made.
  private func fault(_ source: OwnImagePlan.Source, _ change: (inout OwnImagePlan.Input) -> Void = { _ in }) -> (any Explained)? {
    do {
      _ = try plan(source, change)
      return nil
    } catch { return error as? any Explained }
  }

  private func path(_ name: String) -> String { folder.file("models/\(name)").path }

  @Test func whatIsNotNamedTheLibraryChooses() throws {
    let own = try plan(.image(cup(), detector: nil))
    #expect(own.weights == OwnImageWeights(model: folder.file("models/sd"), networks: [folder.file("models/controlnet-seg")]))
    #expect(own.request.model == "sd" && own.request.controls.map(\.network) == ["controlnet-seg"])
    #expect(own.request.width == 64 && own.request.height == 64 && own.controlImages.count == 1)
    #expect(
      try own.request.prompt == Prompts().positive(OwnClass(42, of: .coco).named()) && own.request.negativePrompt == Prompts().negative)
    #expect(own.stem == "photo_42" && own.remarks.isEmpty && own.timesteps != nil)
    // Ready control images say nothing of their condition; that of the settings counts.
    #expect(try plan(controls("a", "b")).request.controls.map(\.network) == ["controlnet-seg", "controlnet-seg"])
    #expect(try plan(controls("a")) { $0.options.condition = .hed }.request.controls.map(\.network) == ["controlnet-hed"])
  }

  @Test func whatIsNamedCounts() throws {
    let two = try plan(controls("a", "b")) {
      $0.models = NamedModels(model: path("sd"), controlNets: ["controlnet-seg", path("controlnet-hed")])
      ($0.options.prompt, $0.options.negativePrompt, $0.options.seed) = ("a cup", "", 5)
    }
    #expect(two.weights.networks.map(\.lastPathComponent) == ["controlnet-seg", "controlnet-hed"] && two.stem == "a")
    #expect(two.request.controls.map(\.network) == ["controlnet-seg", "controlnet-hed"])
    #expect(two.request.prompt == "a cup" && two.request.negativePrompt.isEmpty && two.request.seed == 5)
    let templated = try plan(.image(cup(), detector: nil)) { $0.options.prompt = "one {name}’s rim" }
    #expect(templated.request.prompt == "one cup’s rim" && templated.remarks.count == 1)
    #expect(fault(try controls("a")) { $0.models.model = "nothing" }?.message == "no model \"nothing\" found")
  }

  @Test func withoutAControlImageTheModelsOwnSizeIsTaken() throws {
    let none = try plan(.image(cup(), detector: nil)) { $0.options.condition = .none }
    #expect(none.weights.networks.isEmpty && none.request.controls.isEmpty && none.stem == "photo")
    #expect(none.request.width == 64 && none.request.height == 64)
    let sized = try plan(.image(cup(), detector: nil)) { ($0.options.condition, $0.width, $0.height) = (.none, 128, 72) }
    #expect(sized.request.width == 128 && sized.request.height == 72)
  }

  @Test func scalesAndGuidanceAreOnesOwnFirst() throws {
    let source = try controls("a", "b")
    func scales(_ given: [Double]) throws -> [Double] {
      try plan(source) { ($0.controlScales, $0.options.controlScale, $0.options.controlStart) = (given, 0.5, 0.25) }.request.controls.map(
        \.scale)
    }
    #expect(try scales([]) == [0.5, 0.5] && scales([0.75]) == [0.75, 0.75] && scales([1, 2]) == [1, 2])
    #expect(fault(source) { $0.controlScales = [1, 2, 3] }?.message == "2 control images need one --control-scale or as many")
    try folder.write(#"{"guidance_scale": 3}"#, to: "models/sd/recommended.json")
    #expect(try plan(source).request.guidance == 3)
    #expect(try plan(source) { ($0.options.guidance, $0.takesRecommendedGuidance) = (7, false) }.request.guidance == 7)
  }

  @Test func whatDoesNotGoTogetherIsSaid() throws {
    let clash = try #require(fault(try controls("a", "b")) { $0.models.controlNets = ["controlnet-seg"] })
    #expect(clash.message == "2 --control need as many --controlnet, not 1")
    #expect(clash.hint == nil, "the command line says which help")
    let size = fault(try controls("a")) { $0.width = 128 }
    #expect(size?.message == "--width and --height must be the control image's, 64x64")
    let unequal = fault(.controls([try control("a"), try control("wide", width: 128)]))
    #expect(unequal?.message == "--width and --height must be the control image's, 128x64")
    _ = try cup()
    let nameless = try OwnImage(image: folder.file("photo.png"), mask: folder.file("mask.png"), info: OwnClass(1, of: .folder))
    #expect(fault(.image(nameless, detector: nil))?.message.contains("has no name to make a prompt of") == true)
  }

  @Test func controlImagesAreLeftBesideTheImages() throws {
    let plan = try plan(controls("a", "b")), out = try SupportFolder(creating: folder.file("out"))
    #expect(
      plan.writeControls(into: out).isEmpty && folder.files.filter { $0.hasPrefix("out/") } == ["out/a_2_control.png", "out/a_control.png"])
    try folder.write("mine", to: "out/a_control.png")
    #expect(
      plan.writeControls(into: out).map { "\($0)" } == [GenerationError.foreignFile(path: folder.file("out/a_control.png").path).message])
  }

  // MARK: Named models

  @Test func aModelIsNamedByItsPathOrItsName() throws {
    let named = NamedModels(model: path("sd"), controlNets: ["controlnet-seg"])
    #expect(named.places.map(\.path) == [path("sd")])
    let library = library(named)
    #expect(try named.preferred(for: [.mask], in: library) == PreferredModels(diffusion: "sd", controlNets: ["controlnet-seg"]))
    #expect(try NamedModels().preferred(for: [.mask], in: library) == nil)
    #expect { try named.preferred(for: [.hed], in: library) } throws: {
      "\($0)" == "--controlnet controlnet-seg is for the condition mask, which is not asked for"
    }
    try FileManager.default.createDirectory(at: folder.file("other"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: folder.file("models/sd"), to: folder.file("other/sd"))
    let both = NamedModels(model: path("sd"), controlNets: [folder.file("other/sd").path])
    #expect(throws: (any Error).self) { try both.preferred(for: [.mask], in: self.library(both)) }
  }

  @Test func aLoRAIsNamedWithItsScale() throws {
    #expect(LoRAChoice(naming: "x.safetensors:0.5") == LoRAChoice(id: "x.safetensors", scale: 0.5))
    #expect(LoRAChoice(naming: "x.safetensors") == LoRAChoice(id: "x.safetensors", scale: 1))
    #expect(LoRAChoice(naming: "a:b") == LoRAChoice(id: "a:b", scale: 1))
    try folder.write("", to: "x:2")
    #expect(LoRAChoice(naming: folder.file("x:2").path) == LoRAChoice(id: folder.file("x:2").path, scale: 1))
    let files = NamedModels(
      autoencoder: folder.file("x:2").path, loras: [LoRAChoice(id: "by-name"), LoRAChoice(id: folder.file("x:2").path)])
    #expect(files.files(library()).autoencoder?.name == "x:2" && files.files(library()).loras.map(\.name) == ["x:2"])
  }
}
