import Foundation
import Models
import TestSupport
import Testing

/// What shortens a run, against published implementations (`Tools/make_shortcut_fixture.py`), and what each promises by itself.
@Suite struct ShortcutTests {
  private static let folder = Golden.fixture("diffusion")
  private let model: StableDiffusion
  private let expected: Checkpoint

  init() throws {
    model = try StableDiffusion.load(
      model: Self.folder.appendingPathComponent("model"), controlNets: [Self.folder.appendingPathComponent("controlnet")])
    expected = try Checkpoint(file: Golden.fixture("shortcuts/expected.safetensors"))
  }

  private func run(_ change: (inout Shortcuts) -> Void = { _ in }) throws -> DiffusionRun {
    let control = try Checkpoint(file: Self.folder.appendingPathComponent("expected.safetensors")).tensor("control")
    return DiffusionRun(
      prompt: try #require(expected.metadata["prompt"]), negativePrompt: try #require(expected.metadata["negative_prompt"]), steps: 8,
      guidanceScale: 4, seed: 5, width: 24, height: 40, shortcuts: Shortcuts(change),
      controls: [ControlInput(image: control.nhwc(), scale: 0.8)])
  }

  private static let published: [(name: String, shortcuts: Shortcuts)] = [
    ("exact", Shortcuts()), ("cache-3", Shortcuts { $0.cacheEvery = 3 }), ("control-3", Shortcuts { $0.controlEvery = 3 }),
    ("cache-2-control-4", Shortcuts { ($0.cacheEvery, $0.controlEvery) = (2, 4) }), ("merge-0.5", Shortcuts { $0.mergedTokens = 0.5 }),
    ("merge-0.75", Shortcuts { $0.mergedTokens = 0.75 }), ("cache-2-merge-0.5", Shortcuts { ($0.cacheEvery, $0.mergedTokens) = (2, 0.5) }),
    ("guided-0.25-0.75", Shortcuts { ($0.guidanceStart, $0.guidanceEnd) = (0.25, 0.75) }),
  ]

  @Test(arguments: 0..<published.count) func agreesWithThePublished(number: Int) throws {
    let (name, shortcuts) = Self.published[number]
    let latents = try model.generate(run { $0 = shortcuts }).latents, truth = try expected.tensor(name).nhwc()
    #expect(relativeError(latents, truth) < 1e-4, "\(name)")
    // They are far enough apart for that to say something.
    if name != "exact" { #expect(relativeError(truth, try expected.tensor("exact").nhwc()) > 5e-3, "\(name)") }
  }

  /// Everything at once, with a sampler that evaluates twice a step and a control window that ends early.
  private func together(_ sampler: SamplerName = .heun, guessMode: Bool = false) throws -> DiffusionRun {
    var run = try run {
      ($0.guidanceStart, $0.guidanceEnd, $0.controlEvery, $0.cacheEvery, $0.mergedTokens) = (0.2, 0.7, 2, 3, 0.5)
    }
    (run.sampler, run.steps, run.guessMode) = (sampler, 5, guessMode)
    run.controls[0].end = 0.5
    return run
  }

  @Test(arguments: [SamplerName.heun, .pndm, .eulerAncestral], [false, true])
  func anImageOfABatchIsThatOfItsSeedAlone(sampler: SamplerName, guessMode: Bool) throws {
    var run = try together(sampler, guessMode: guessMode)
    let batch = try model.generate(run, seeds: [5, 9, 2])
    for (image, seed) in zip(batch, [UInt64(5), 9, 2]) {
      run.seed = seed
      let alone = try model.generate(run)
      #expect(image.latentsPerStep.map(\.values) == alone.latentsPerStep.map(\.values))
    }
  }

  @Test func lowMemoryGeneratesTheSame() throws {
    let frugal = try StableDiffusion.load(
      model: Self.folder.appendingPathComponent("model"), controlNets: [Self.folder.appendingPathComponent("controlnet")], memory: .low)
    #expect(try frugal.generate(together()).latents.values == model.generate(together()).latents.values)
  }

  /// Outside of its interval guidance is as good as off, inside as good as on.
  @Test func theIntervalOfGuidanceIsCountedAsTheControlWindow() throws {
    var off = try run()
    off.guidanceScale = 1
    let on = try model.generate(run()).latentsPerStep, alone = try model.generate(off).latentsPerStep
    let early = try model.generate(run { $0.guidanceEnd = 0.5 }).latentsPerStep
    #expect(early[3].values == on[3].values && early[4].values != on[4].values)
    let late = try model.generate(run { $0.guidanceStart = 0.3 }).latentsPerStep
    #expect(late[2].values == alone[2].values && late[3].values != alone[3].values)
    #expect(try model.generate(run { ($0.guidanceStart, $0.guidanceEnd) = (0.5, 0.5) }).latents.values == alone[7].values)
  }

  /// What is kept belongs to the texts and ControlNets that it was made with: where guidance or the control's window ends, it is made anew.
  @Test func nothingIsKeptAcrossTheEndOfGuidanceOrOfAControl() throws {
    var run = try run { ($0.guidanceEnd, $0.cacheEvery, $0.controlEvery) = (0.5, 100, 100) }
    let kept = try model.generate(run).latentsPerStep
    // The fifth evaluation is whole, as that of a run that begins there would be; features of guided pairs would not even be of its shape.
    #expect(kept.count == 8 && Set(kept.map(\.values)).count == 8)
    run.shortcuts = Shortcuts { $0.cacheEvery = 4 }
    run.controls[0].end = 0.5
    let ended = try model.generate(run).latentsPerStep
    run.shortcuts.cacheEvery = 8
    #expect(try model.generate(run).latentsPerStep.map(\.values) == ended.map(\.values))
    run.controls[0].end = 1
    #expect(try model.generate(run).latents.values != ended[7].values)
  }

  /// The ControlNet runs with whole evaluations alone, and no block of it in those between.
  @Test func shallowEvaluationsAskForFewerBlocks() throws {
    func asked(_ change: (inout Shortcuts) -> Void) throws -> Int {
      var count = 0
      _ = try model.generate(run(change)) { _ in
        count += 1
        return true
      }
      return count
    }
    let all = try asked { _ in }, cached = try asked { $0.cacheEvery = 4 }, controlled = try asked { $0.controlEvery = 4 }
    #expect(cached < controlled && controlled < all)
    #expect(throws: ModelError.cancelled) { try model.generate(run { $0.cacheEvery = 4 }) { $0.step < 2 } }
  }

  @Test func theSmallDecoderDecodesWhereItIsThere() throws {
    let file = Golden.fixture("shortcuts/taesd_decoder.safetensors"), decoder = try TinyDecoder(file)
    // Finished latents are taken as loud as they are.
    let image = try expected.tensor("small-image").nhwc()
    #expect(relativeError(decoder.decode(try expected.tensor("small-latents").nhwc()), image) < 1e-4)
    let demo = try StableDiffusion.load(model: Golden.projectRoot.appendingPathComponent("Assets/demo/sd"), smallDecoder: file)
    var run = DiffusionRun(prompt: "a cup", steps: 2, guidanceScale: 3, width: 64, height: 128)
    let full = try demo.generate(run)
    run.shortcuts.decoder = .small
    let small = try demo.generate(run)
    #expect(small.latents.values == full.latents.values && small.image.shape == full.image.shape)
    #expect(small.image.values == decoder.decode(full.latents).values && small.image.values != full.image.values)
    let refusal = #expect(throws: ModelError.self) { try model.generate(self.run { $0.decoder = .small }) }
    #expect(refusal?.message.contains("no small decoder") == true && refusal?.hint?.contains("taesd_decoder") == true)
  }

  @Test func refusesWhatIsOutOfRange() throws {
    let changes: [(part: String, change: (inout Shortcuts) -> Void)] = [
      ("guidance start", { $0.guidanceStart = .nan }), ("guidance end", { $0.guidanceEnd = .infinity }),
      ("control every", { $0.controlEvery = 0 }),
      ("cache every", { $0.cacheEvery = 101 }), ("merged tokens", { $0.mergedTokens = 0.8 }), ("merged tokens", { $0.mergedTokens = .nan }),
    ]
    for (part, change) in changes {
      let refusal = #expect(throws: ModelError.self) { try model.generate(run(change)) }
      #expect(refusal?.message.contains(part) == true, "\(part)")
    }
  }
}
