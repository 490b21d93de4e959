import Foundation
import Generation
import Models
import Render
import TestSupport
import Testing

/// Weights of one name in two places: images tell them apart by their digests, and `verify` takes each for what it is.
@Suite struct SameNameTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func plantModel(at path: String) throws {
    let url = folder.file(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: TinyModels.diffusion, to: url)
  }

  private func plantControlNet(_ number: Int, at path: String) throws { try TinyModels.writeControlNet(number, to: folder.file(path)) }

  private func library(_ folders: [String]) -> ModelLibrary {
    ModelLibrary(folders: folders.map(folder.file), searchesHub: false, environment: ["XDG_CACHE_HOME": folder.file("cache").path])
  }

  private let controls = [Image(width: 64, height: 64, color: [200, 10, 10]), Image(width: 64, height: 64, color: [10, 200, 10])]

  /// An image generated with both ControlNets, in a file.
  private func generated(_ weights: OwnImageWeights, _ loraScales: [Double] = []) throws -> (image: StoredImage, metadata: OwnImageMetadata) {
    let request = OwnImageRequest(
      weights, prompt: "a cup", negativePrompt: "", settings: DiffusionSettings { ($0.steps, $0.guidance) = (1, 3) }, seed: 5, width: 64, height: 64,
      controls: controls.prefix(weights.networks.count).map { (image: $0, scale: 1, start: 0, end: 1) }, loraScales: loraScales)
    let digests = try weights.digests(library([]))
    let outputs = try request.generate(controlImages: Array(controls.prefix(weights.networks.count)), weights: weights, digests: digests) { _ in true }
    try folder.write(outputs[0].png, to: "image.png")
    let image = try StoredImage(folder.file("image.png"))
    guard case .own(let metadata) = image.origin else { throw GenerationError.notOurs(path: "image.png") }
    return (image, metadata)
  }

  private func verify(_ stored: (image: StoredImage, metadata: OwnImageMetadata), _ folders: [String]) throws -> ImageVerification {
    try stored.image.verify(stored.metadata, with: library(folders), controls: controls, memory: .ample) { _ in true }
  }

  @Test func theRightOneOfTwoIsTakenWhereverTheyAre() throws {
    try plantModel(at: "base/tiny-sd15")
    try plantControlNet(0, at: "one/x")
    try plantControlNet(1, at: "two/x")
    let stored = try generated(OwnImageWeights(model: folder.file("base/tiny-sd15"), networks: [folder.file("one/x"), folder.file("two/x")]))
    #expect(stored.metadata.request.controls.map(\.network) == ["one/x", "two/x"])
    // Below one place, each place by itself in both orders (of equal names the first hides the second), and the folders themselves.
    for places in [["."], ["base", "one", "two"], ["base", "two", "one"], ["base", "one/x", "two/x"], ["base", "two/x", "one/x"]] {
      #expect(try verify(stored, places) == .identical, "\(places)")
    }
    // Moved to where their other names are others, and exchanged.
    try FileManager.default.createDirectory(at: folder.file("elsewhere"), withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: folder.file("one"), to: folder.file("elsewhere/two"))
    try FileManager.default.moveItem(at: folder.file("two"), to: folder.file("elsewhere/one"))
    #expect(try verify(stored, ["base", "elsewhere"]) == .identical)
    try FileManager.default.moveItem(at: folder.file("elsewhere/one"), to: folder.file("elsewhere/deep"))
    #expect(try verify(stored, ["base", "elsewhere"]) == .identical)
    // One of them is gone: what is left under the last name is another, and so is one that is called so.
    try FileManager.default.removeItem(at: folder.file("elsewhere/two"))
    #expect { try verify(stored, ["base", "elsewhere"]) } throws: { "\($0)" == "no ControlNet \"one/x\" found" }
    try plantControlNet(2, at: "elsewhere/one/x")
    #expect(try verify(stored, ["base", "elsewhere"]) == .otherWeights(["one/x"]))
  }

  /// The last part of a name leads nowhere outside the places that are searched.
  @Test func aNameDoesNotLeaveThePlaces() throws {
    try plantModel(at: "inner/tiny-sd15")
    try plantControlNet(0, at: "x")
    let stored = try generated(OwnImageWeights(model: folder.file("inner/tiny-sd15"), networks: [folder.file("x")]))
    var request = stored.metadata.request
    request.controls[0].network = "a/.."
    let weights = ["tiny-sd15": stored.metadata.weights["tiny-sd15"] ?? "", "a/..": stored.metadata.weights["x"] ?? ""]
    let forged = try OwnImageMetadata(request, weights: weights)
    #expect { try verify((stored.image, forged), ["inner"]) } throws: { "\($0)" == "no ControlNet \"a/..\" found" }
  }

  /// A whole model's folder lends its autoencoder, and is known by that alone.
  @Test func anAutoencoderOfAWholeModelIsVerified() throws {
    try plantModel(at: "a/tiny-sd15")
    try plantModel(at: "b/lender")
    let lender = folder.file("b/lender"), model = folder.file("a/tiny-sd15")
    let stored = try generated(OwnImageWeights(model: model, autoencoder: lender))
    #expect(stored.metadata.request.autoencoder == "lender")
    let inner = try OwnImageWeights(model: model, autoencoder: lender.appendingPathComponent("vae")).digests(library([]))
    #expect(stored.metadata.weights["lender"] == inner["vae"] && inner["vae"] != nil)
    #expect(try verify(stored, ["a", "b"]) == .identical)
    // What is no part of the autoencoder does not count, what is does.
    try FileManager.default.removeItem(at: lender.appendingPathComponent("unet"))
    #expect(try verify(stored, ["a", "b"]) == .identical)
    let config = lender.appendingPathComponent("vae/config.json")
    try (String(contentsOf: config, encoding: .utf8) + "\n").write(to: config, atomically: true, encoding: .utf8)
    #expect(try verify(stored, ["a", "b"]) == .otherWeights(["lender"]))
    // A model lends itself what it has: nothing is said of it.
    let own = OwnImageWeights(model: model, autoencoder: model)
    #expect(own.autoencoder == nil && own == OwnImageWeights(model: model))
    // By name, for a data set.
    try plantModel(at: "c/other")
    let models = library(["a", "c"]), settings = ConditionSettings()
    func choice(_ autoencoder: String?) throws -> ModelChoice {
      try models.choice(for: .none, settings: settings, preferring: PreferredModels(diffusion: "tiny-sd15", autoencoder: autoencoder))
    }
    #expect(try models.weights(choice("other"))["other"] == inner["vae"])
    #expect(try choice("tiny-sd15") == choice(nil))
  }
}
