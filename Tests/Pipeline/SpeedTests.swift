import Core
import Data
import Foundation
import Generation
import Models
import Pipeline
import TestSupport
import Testing

/// The dial and the settings that it is made of.
@Suite struct SpeedTests {
  @Test func aPresetSetsItsSettingsAndTakesThemBack() {
    var options = GenerationOptions(DiffusionSettings { ($0.steps, $0.eta, $0.guidance) = (50, 0.5, 4) })
    let before = options
    #expect(SpeedPreset(options, hasSmallDecoder: false) == .exact)
    for preset in [SpeedPreset.fast, .draft] {
      options = before
      preset.apply(to: &options, hasSmallDecoder: false)
      #expect(SpeedPreset(options, hasSmallDecoder: false) == preset && SpeedPreset(options, hasSmallDecoder: true) == nil)
      #expect(options.guidance == 4 && options.eta == 0 && options.shortcuts.decoder == .full)
      #expect((try? options.validate()) != nil)
      SpeedPreset.exact.apply(to: &options, hasSmallDecoder: false)
      #expect(options.shortcuts == Shortcuts() && options.sampler == "ddim" && options.steps == 20)
    }
    // Steps that no preset set stay.
    options = before
    options.shortcuts.cacheEvery = 9
    #expect(SpeedPreset(options, hasSmallDecoder: false) == nil)
    SpeedPreset.exact.apply(to: &options, hasSmallDecoder: false)
    #expect(options == before)
  }

  @Test func whatIsGivenBesideItWins() {
    var options = GenerationOptions(DiffusionSettings { ($0.sampler, $0.steps) = ("euler", 7) })
    SpeedPreset.draft.apply(to: &options, keeping: [.sampler, .steps, .decoder], hasSmallDecoder: true)
    #expect(options.sampler == "euler" && options.steps == 7 && options.shortcuts.decoder == .full && options.shortcuts.guidanceEnd < 1)
  }

  @Test func theSmallDecoderIsTakenWhereItIsThere() {
    var options = GenerationOptions()
    SpeedPreset.fast.apply(to: &options, hasSmallDecoder: true)
    #expect(options.shortcuts.decoder == .small && SpeedPreset(options, hasSmallDecoder: true) == .fast)
    // Without guidance its interval does not count, and does not tell.
    options.guidance = 1
    options.shortcuts.guidanceEnd = 0.9
    #expect(SpeedPreset(options, hasSmallDecoder: true) == .fast)
    SpeedPreset.exact.apply(to: &options, hasSmallDecoder: true)
    #expect(options.shortcuts == Shortcuts())
  }

  /// Requests of before keep their keys: what is at its default is not in the JSON.
  @Test func whatIsOffIsNotInTheRequest() throws {
    var request = plainRequest()
    let plain = try CanonicalJSON.text(request)
    for word in ["guidanceStart", "guidanceEnd", "controlEvery", "cacheEvery", "mergeTokens", "decoder", "smallDecoder"] {
      #expect(!plain.contains("\"\(word)\""))
    }
    request.shortcuts = Shortcuts {
      ($0.guidanceStart, $0.guidanceEnd, $0.controlEvery, $0.cacheEvery, $0.mergedTokens, $0.decoder) = (0.25, 0.75, 2, 3, 0.5, .small)
    }
    request.models.smallDecoder = "taesd"
    let text = try CanonicalJSON.text(request)
    #expect(try JSONDecoder().decode(GenerationRequest.self, from: Data(text.utf8)) == request && text != plain)
    let keys = try ["aa", "bb"].map { try request.key(weights: ["sd": "1", "taesd": $0]) }
    #expect(keys[0] != keys[1])
    let facts = ImageMetadata(key: "", request: request, weights: [:])
    let parameters = try #require(try facts.entries()["parameters"])
    for fact in [
      "CFG start: 0.25", "CFG end: 0.75", "ControlNet every: 2", "DeepCache every: 3", "Token merging ratio: 0.5", "VAE Decoder: TAESD",
    ] {
      #expect(parameters.contains(fact), "\(parameters)")
    }
  }

  /// The small decoder's file is part of the key, and `verify` makes the image again.
  @Test func anImageOfTheDialIsMadeAgainFromItsMetadata() async throws {
    let folder = try TemporaryFolder(), models = folder.file("models"), store = try Store(folder: folder.file("data"))
    try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
    let chain = { () -> (GenerationChain, ModelLibrary) in
      let demo = Golden.projectRoot.appendingPathComponent("Assets/demo")
      let library = ModelLibrary(folders: [models, demo], searchesHub: false, environment: ["XDG_CACHE_HOME": folder.file("cache").path])
      return (GenerationChain(try DemoDataset(), models: library, store: store) { _ in }, library)
    }
    let options = GenerationOptions(
      DiffusionSettings { own in
        (own.steps, own.conditionSettings.resolution) = (3, 64)
        own.shortcuts = Shortcuts { ($0.guidanceEnd, $0.cacheEvery, $0.mergedTokens, $0.decoder) = (0.7, 2, 0.5, .small) }
      })
    let refusal = #expect(throws: GenerationError.self) { try chain().1.choice(for: options) }
    #expect(refusal?.message.contains("small decoder") == true, "\(String(describing: refusal))")
    // A decoder for other latents is no small decoder of the demo's.
    let file = models.appendingPathComponent("taesd_decoder.safetensors")
    try FileManager.default.copyItem(at: Golden.fixture("preview/taesd_decoder.safetensors"), to: file)
    #expect(throws: GenerationError.self) { try chain().1.choice(for: options) }
    try FileManager.default.removeItem(at: file)
    try FileManager.default.copyItem(at: Golden.fixture("shortcuts/taesd_decoder.safetensors"), to: file)
    let (made, library) = try chain()
    #expect(library.menu.hasSmallDecoder(options))
    let support = try #require(try DemoDataset().supports(inFold: 0).first)
    let request = try made.requests.requests(item: support.item, classIndex: support.classIndex, options: options, count: 1)[0]
    let decoder = try #require(request.models.smallDecoder)
    let image = try made.diffusion.generate(request) { _ in true }, stored = try StoredImage(image.file), metadata = try stored.support()
    #expect(metadata.request == request && metadata.weights[decoder] != nil)
    #expect(
      try stored.verify(metadata, weights: library.weights(request.models)) { try made.diffusion.make($0) { _ in true } } == .identical)
  }

  /// The published model's costs are those of docs/performance.md, roughly, and the presets keep what the dial promises.
  @Test func costsFollowTheMeasured() throws {
    let cost = try DiffusionCost(folder: #require(AssetFolder.url("sd15")))
    func image(_ evaluations: Int, guided: Bool = true, controls: Int = 1, _ change: (inout Shortcuts) -> Void = { _ in }) -> Double {
      cost.image(
        width: 512, height: 512, evaluations: evaluations, isGuided: guided, shortcuts: Shortcuts(change), precision: .bfloat16,
        controls: controls)
    }
    let decode = image(0), small = image(0) { $0.decoder = .small }
    let unet = image(1, controls: 0) - decode, control = image(1) - decode - unet
    // Measured 3.90, 1.61, about 5 and 0.3 s.
    #expect((2.0...3).contains(unet / control) && (0.9...1.6).contains(decode / unet) && small < 0.1 * decode)
    #expect(abs((image(1, guided: false) - decode) / ((unet + control) / 2) - 1) < 1e-9)
    for (preset, least) in [(SpeedPreset.fast, 2.2), (.draft, 5)] {
      var options = GenerationOptions()
      preset.apply(to: &options, hasSmallDecoder: false)
      let fast = image(options.steps) { $0 = options.shortcuts }
      #expect(image(20) / fast > least, "\(preset): \(image(20) / fast)")
    }
    // A shallow evaluation is a small part of a whole one.
    let pair = image(2) { $0.cacheEvery = 2 } - image(1)
    #expect((0.03...0.15).contains(pair / unet), "\(pair / unet)")
    #expect(image(4) { $0.mergedTokens = 0.5 } < image(4) && image(4) { $0.controlEvery = 2 } < image(4))
  }
}
