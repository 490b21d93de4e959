import Data
import Evaluation
import Generation
import Render
import TUI

/// The explorer without a terminal: keys in, lines out, effects answered from made-up data.
struct FakeScreen {
  var state: ExplorerState
  var capabilities = Capabilities(depth: .truecolor, unicode: true)
  /// Effects that nobody answered, oldest first.
  var effects: [Effect] = []
  /// Whether effects are answered at once.
  var answers = true
  var names = ["cup", "bicycle", "cat", "tree", "key"]
  var ids = "scene"
  var shots = 1
  /// Where the user's presets are; nowhere when nil.
  var presets: PresetFile?
  /// What the store has.
  var found: [GenerationRequest: FoundSupport] = [:]
  var storedSupports: [StoredSupport] = []
  var models = ModelMenu()
  /// Exit status, once the explorer has left.
  var status: Int32?

  init(_ width: Int, _ height: Int) {
    state = ExplorerState(datasetName: "demo", fold: 0)
    state.screen.size = Size(width: width, height: height)
  }

  /// An explorer that has opened its data set.
  static func open(_ width: Int, _ height: Int, change: (inout FakeScreen) -> Void = { _ in }) -> FakeScreen {
    var screen = FakeScreen(width, height)
    change(&screen)
    screen.send(.resized(screen.state.screen.size))
    return screen
  }

  mutating func send(_ event: Event) {
    var waiting = update(&state, event)
    while !waiting.isEmpty {
      let effect = waiting.removeFirst()
      if case .quit(let status) = effect { self.status = self.status ?? status }
      if answers, let outcome = answer(effect) {
        waiting += update(&state, .done(effect, outcome))
      } else {
        effects.append(effect)
      }
    }
  }

  /// Types characters.
  mutating func type(_ keys: String) {
    for key in keys { send(.key(.character(key))) }
  }

  mutating func press(_ keys: Key...) {
    for key in keys { send(.key(key)) }
  }

  /// Moves the cursor of the settings onto a row, which is unfolded where it is not in sight.
  mutating func go(to field: SettingsField) {
    if !state.settings.fields.contains(field) {
      go(to: .more)
      type("l")
    }
    press(.home)
    for _ in 0..<(state.settings.fields.firstIndex(of: field) ?? 0) { press(.down) }
  }

  /// The frame as the loop draws it: wanted images are rendered, then it is drawn again.
  mutating func rendering() -> Rendering {
    var rendering = render(state, size: state.screen.size, capabilities: capabilities)
    guard answers else { return rendering }
    if !rendering.wanted.isEmpty {
      send(.wanted(rendering.wanted))
      rendering = render(state, size: state.screen.size, capabilities: capabilities)
    }
    if !rendering.wantedPixels.isEmpty {
      send(.wantedPixels(rendering.wantedPixels))
      rendering = render(state, size: state.screen.size, capabilities: capabilities)
    }
    return rendering
  }

  mutating func frame() -> Frame { rendering().frame }

  mutating func text() -> String { frame().text }

  private func answer(_ effect: Effect) -> Outcome? {
    switch effect {
    case .open:
      let classes = names.enumerated().map { ClassInfo(index: $0 + 1, name: $1, promptName: $1, adeIndex: 0) }
      return .opened(
        Catalog(name: "demo", classes: classes, folds: [Array(1...names.count), [1], [2], [3]]), models: models, secondsPerStep: nil)
    case .loadEpisodes(let fold): return .episodes((0..<30).map { episode($0, fold: fold) })
    case .loadEpisode:
      let masked = EpisodeImages.Masked(Self.image, Self.mask)
      return .episode(EpisodeImages(supports: Array(repeating: masked, count: shots), query: masked))
    case .makeCondition(_, let choice): return .condition(Image(width: 16, height: 16, color: [UInt8(choice.settings.threshold), 0, 0]))
    case .openDataset(let kind):
      let classes = [ClassInfo(index: 1, name: "kind \(kind.rawValue)", promptName: "", adeIndex: 0)]
      return .opened(Catalog(name: kind.rawValue, classes: classes, folds: [[1]]), models: models, secondsPerStep: 0.25)
    case .look(let episode, let plan): return .plan(requests(episode, plan), found.filter { requests(episode, plan).contains($0.key) })
    case .survey(let episode, let plan, _):
      return .survey(requests(episode, plan), found.filter { requests(episode, plan).contains($0.key) }, condition: Self.image)
    case .generate(let episode, let plan):
      return .queued(requests(episode, plan).count { found[$0] == nil && state.queue.jobs.job(for: $0)?.state.isFinal != false })
    case .enqueue(let requests): return .queued(requests.count)
    case .loadGenerated: return .generated(FoundSupport(image: Self.image))
    case .measureDrift(let episode, let plan, _):
      let rejected = state.use(plan, episode).rejected, used = requests(episode, plan).filter { !rejected.contains($0) }
      let agreements = used.enumerated().map { ($1, 0.9 - 0.1 * Double(($0 + 1) % 3)) }
      return .drift(0.25, agreements: Dictionary(agreements) { first, _ in first }, rejected: rejected)
    case .loadStoredSupports: return .storedSupports(storedSupports)
    case .rate(let request, let rating):
      return .rated(StoredSupport(key: "\(request.seed)", of: request.source.support, condition: request.condition, rating: rating))
    case .predict(let episode, let plan, _), .foresee(let episode, let plan, _):
      let rejected = plan.map { state.use($0, episode).rejected } ?? []
      return .prediction(
        image: Self.image, mask: Self.mask, truth: Self.mask, iou: plan == nil ? 41.25 : 52.0 - Double(rejected.count), rejected: rejected)
    // Nothing new.
    case .loadReports:
      return .reports(state.evaluation.saved, dates: state.evaluation.dates.compactMap { $0 }, unfinished: state.evaluation.unfinished)
    case .preload: return .preloaded
    case .inspectPath(let text, let use): return .path(PathInspector.inspect(text, use))
    case .sampleResources:
      return .resources(
        ResourceSample(
          processors: state.screen.now * 1.7, uptime: state.screen.now, memory: 412_000_000, machineMemory: 8_000_000_000, threads: 2,
          kernels: "avx2", clock: 50_400))
    case .loadPresets: return .presets((try? presets?.read()) ?? [])
    case .keepPreset(let preset): return presets.flatMap { try? .presets($0.add(preset)) }
    case .forgetPreset(let name): return presets.flatMap { try? .presets($0.remove(name)) }
    case .render(let request):
      let pixels = request.image.image.pixels
      let cell = Cell("▚", style: Style(.rgb(RGB(pixels[0], pixels[1], pixels[2])), on: .rgb(RGB(4, 5, 6))))
      let size = request.key.size
      return .rendered(CellGrid(columns: size.width, rows: size.height, cells: Array(repeating: cell, count: size.width * size.height)))
    case .encode(let request): return (try? PixelEncoder.encode(request)).map { .encoded($0) }
    default: return nil
    }
  }

  func episode(_ index: Int, fold: Int = 0) -> Episode {
    let name = 1 + index % names.count
    return Episode(
      index: index, fold: fold, classIndex: name, query: DatasetItem(id: "\(ids)-\(index)", classes: [name]),
      supports: (1...shots).map { DatasetItem(id: "\(ids)-\(index + 100 * $0)", classes: [name]) })
  }

  func requests(_ episode: Episode, _ plan: SupportPlan) -> [GenerationRequest] {
    (0..<plan.count).map { number in
      GenerationRequest(
        source: SupportSource(
          dataset: "demo", item: episode.supports[number % shots].id, classIndex: episode.classIndex, number: number / shots, digest: ""),
        settings: DiffusionSettings { own in
          (own.condition, own.conditionSettings, own.steps, own.guidance) = (
            plan.options.condition, plan.options.conditionSettings, plan.options.steps, plan.options.guidance
          )
        }, prompt: "", negativePrompt: "", seed: plan.options.seed + UInt64(number), width: 128, height: 128,
        models: ModelChoice(diffusion: "sd"))
    }
  }

  /// Jobs for the selected episode's supports, as the queue would announce them.
  func jobs() -> [Job] {
    guard let episode = state.browse.selected else { return [] }
    return requests(episode, state.plan).map { Job(id: JobID(), request: $0) }
  }

  /// A report on the fold with the classes' IoU.
  func report(
    fold: Int = 0, before: [Double] = [40, 50, 60, 70, 20], after: [Double] = [50, 45, 60, 75, 30], plan: EvaluationPlan? = nil,
    episodes: [EpisodeResult] = [], leftOut: [LeftOutEpisode]? = nil
  ) -> EvaluationReport {
    func scores(_ values: [Double]) -> Scores {
      Scores(
        miou: Estimate(value: values.reduce(0, +) / Double(values.count), error: 1), fbIoU: Estimate(value: 50, error: 1),
        classes: values.enumerated().map {
          ClassScore(classIndex: $0 + 1, name: names[$0 % names.count], episodes: 3, iou: Estimate(value: $1, error: 2))
        })
    }
    return EvaluationReport(
      dataset: "demo", plan: plan ?? EvaluationPlan(fold: fold), weights: [:], episodes: episodes, baseline: scores(before),
      augmented: scores(after), difference: scores(zip(after, before).map { $0 - $1 }), leftOut: leftOut, seconds: 1)
  }

  static let image = Image(width: 16, height: 16, color: [90, 120, 200])
  static let mask = LabelMask(width: 16, height: 16, labels: (0..<256).map { $0 % 16 < 8 ? 1 : 0 })
}

/// Runs a body for each of many seeds, with numbers that follow from the seed alone.
func withEvery(seeds: Range<UInt64>, _ body: (inout SeededNumbers) throws -> Void) rethrows {
  for seed in seeds {
    var numbers = SeededNumbers(seed: seed)
    try body(&numbers)
  }
}

/// SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
