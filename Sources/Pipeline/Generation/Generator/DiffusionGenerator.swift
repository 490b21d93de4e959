import Core
import Foundation
import Models
import Render
import Synchronization

/// Makes supports with ControlNet and Stable Diffusion: request, condition, denoising, PNG in the store.
public final class DiffusionGenerator: SupportGenerator {
  private let controls: ControlImages
  let models: ModelLibrary
  public let workers: GenerationWorkers
  private let store: Store
  private let report: ModelLibrary.Report
  private let available: @Sendable () -> Int?
  let paces: MachinePaces
  let turns = GenerationTurns()
  /// The work of the UNets asked for, by model and size (`jobs`).
  let works: Mutex<[String: Int]> = Mutex([:])
  /// Files that look whole and cannot be decoded, by their keys, as they were then.
  private let broken = Mutex<[String: FileStamp]>([:])

  /// `available` are the bytes of memory that are left for images side by side.
  public init(
    controls: ControlImages, models: ModelLibrary, store: Store, workers: GenerationWorkers = GenerationWorkers(),
    available: @escaping @Sendable () -> Int? = { MachineMemory.available }, report: @escaping ModelLibrary.Report
  ) {
    self.controls = controls
    self.models = models
    self.workers = workers
    self.store = store
    self.report = report
    self.available = available
    paces = MachinePaces(in: store.folder)
  }

  /// The stored image of a request with the present weights; nil when there is none. Loads no network.
  /// Throws `GenerationError.modelMissing`, and `ModelError` for weights that cannot be read.
  public func stored(_ request: GenerationRequest) throws -> GeneratedImage? {
    try image(request, key: request.key(weights: models.weights(request.models)))
  }

  /// Whether there is one, as far as its header and its end tell. Decodes nothing. Throws as `stored`.
  public func isStored(_ request: GenerationRequest) throws -> Bool {
    let key = try request.key(weights: models.weights(request.models)), file = store.file(key)
    let stamp = FileStamp(of: file.path)
    guard stamp.isThere, broken.withLock({ $0[key] }) != stamp else { return false }
    return (try? ImageSize(ofWhole: file)) == ImageSize(width: request.width, height: request.height)
  }

  public func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage {
    let weights = try models.weights(request.models)
    let key = try request.key(weights: weights)
    if let known = try image(request, key: key) { return known }
    func wait() throws {
      guard progress(GenerationProgress(step: 0, steps: request.steps)) else { throw CancellationError() }
      usleep(20_000)
    }
    let networks = GenerationTurns.Networks(request)
    try workers.engines?.start(interruption: wait)
    while !turns.begin(key, networks, most: jobs(for: request)) { try wait() }
    defer { turns.end(key) }
    // Another caller may have generated it while this one waited.
    if let known = try image(request, key: key) { return known }
    let start = ContinuousClock.now
    guard progress(GenerationProgress(step: 0, steps: request.steps)) else { throw CancellationError() }
    let cut = try models.cut(request)
    for line in cut?.lines ?? [] { Log.generating.warning("\(key): \(line)") }
    let sharingAtFirst = turns.count
    var clock = PhaseClock()
    func step(_ state: GenerationProgress) -> Bool {
      clock.reached(state.step)
      return progress(state)
    }
    let made = try make(request, progress: step) { need in
      while true {
        switch turns.claim(need, for: key, pixels: request.width * request.height, available: available()) {
        case .granted: return
        case .wait(let isNew): if isNew { report(.remark(fewerJobs(request))) }
        }
        try wait()
      }
    }
    // Of several that an engine is at, each takes its part of the time; here the number changes meanwhile.
    learn(request, clock, sharing: made.engine == nil ? Double(sharingAtFirst + turns.count) / 2 : Double(made.sharing))
    let changed = try models.weights(request.models).filter { weights[$0.key] != $0.value }.keys.sorted()
    guard changed.isEmpty else { throw GenerationError.weightsChanged(names: changed) }
    let demo = DemoWeights(request.models.models, of: models, on: request.source.dataset, items: [request.source.item])
    let png = try made.image.pngData(
      text: ImageMetadata(key: key, request: request, weights: weights, cut: cut, demoWeights: demo?.models, engine: made.engine).entries())
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    try store.save(
      png: png, key: key, request: request, weights: weights, seconds: seconds / Double(made.sharing), engine: made.engineName)
    broken.withLock { $0[key] = nil }
    Log.generating.info("\(key) generated in \(String(format: "%.2f", seconds)) s")
    return GeneratedImage(key: key, request: request, file: store.file(key), image: made.image)
  }

  /// Makes an image, stored already or not, and stores nothing; also who evaluated its networks. What an engine loses is begun again.
  /// Throws `CancellationError`, `CoreError.badSetting` for a size that is not the control image's, `ModelError`, and what control images throw.
  public func make(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> (image: Image, engine: EngineFacts?) {
    while true {
      do {
        let made = try make(request, progress: progress) { _ in }
        return (made.image, made.engine)
      } catch let error where isInterruption(error) {
        Log.generating.warning("an image begins again: \(error)")
      }
    }
  }

  public func isInterruption(_ error: any Error) -> Bool { workers.engines?.mayBeginAgain(error) ?? false }

  /// An image, and who evaluated its networks.
  private struct Made {
    let image: Image
    var engine: EngineFacts?
    var engineName: String?
    /// Images among which that one's time was shared.
    var sharing = 1
  }

  /// `claim` returns when the bytes that the run takes can be had.
  private func make(
    _ request: GenerationRequest, progress: (GenerationProgress) -> Bool, claim: (_ need: Int) throws -> Void
  ) throws -> Made {
    guard let engines = workers.engines else { return Made(image: try make(request, nil, progress: progress, claim: claim)) }
    return try engines.session(request.precision).making(1) { session in
      let before = session.runs, image = try make(request, session, progress: progress, claim: claim)
      return Made(image: image, engine: session.facts, engineName: session.name, sharing: max(1, (before + session.runs) / 2))
    }
  }

  private func make(
    _ request: GenerationRequest, _ engine: EngineSession?, progress: (GenerationProgress) -> Bool, claim: (_ need: Int) throws -> Void
  ) throws -> Image {
    let isAlone = jobs(for: request) == 1
    func computing<T>(_ body: () throws -> T) rethrows -> T { try isAlone ? body() : Compute.sideBySide(body) }
    let control = try computing { try controls.control(request)?.image }
    let model = try models.diffusion(request.models, precision: request.precision, engine: engine, report: report)
    var inputs: [ControlInput] = []
    if let control {
      guard control.width == request.width, control.height == request.height else {
        throw CoreError.badSetting(
          name: "size", value: "\(request.width)x\(request.height)",
          allowed: "\(control.width)x\(control.height), the size of the control image")
      }
      inputs = [
        ControlInput(
          image: Tensor(unit: control), scale: Float(request.controlScale), start: request.controlStart, end: request.controlEnd)
      ]
    }
    let sampler = try request.settings.samplerName()
    if let range = try? sampler.range(model.scheduler.spaced(request.timestepSpacing), steps: request.steps), range.isShort {
      Log.generating.notice("\(request.sampler) with \(request.steps) steps begins late: \(range.text)")
    }
    let run = try DiffusionRun(
      request.settings, prompt: request.prompt, negativePrompt: request.negativePrompt, seed: request.seed, noiseRow: request.noiseRow,
      width: request.width, height: request.height, controls: inputs)
    try claim(model.need(of: run))
    do {
      let result = try computing { try model.generate(run) { progress(GenerationProgress($0, of: model)) } }
      return try Image(unit: result.image)
    } catch ModelError.cancelled {
      throw CancellationError()
    }
  }

  private func fewerJobs(_ request: GenerationRequest) -> String {
    let jobs = jobs(for: request), images = "\(jobs) image\(jobs == 1 ? "" : "s") of \(request.width)x\(request.height)"
    return "memory holds \(images) at a time: no more are generated side by side"
  }

  /// A broken file is as good as none: it is generated again and replaced.
  private func image(_ request: GenerationRequest, key: String) throws -> GeneratedImage? {
    let file = store.file(key)
    let stamp = FileStamp(of: file.path)
    guard stamp.isThere else { return nil }
    guard let image = try? Image(pngOrJpeg: file), image.width == request.width, image.height == request.height else {
      broken.withLock { $0[key] = stamp }
      return nil
    }
    broken.withLock { $0[key] = nil }
    return GeneratedImage(key: key, request: request, file: file, image: image.rgb)
  }
}

extension GenerationProgress {
  /// With a preview of what the network sees in the first image after each step but the last, whose image comes anyway.
  init(_ state: DiffusionProgress, of model: StableDiffusion) {
    guard state.latents != nil, state.step < state.steps else {
      self.init(step: state.step, steps: state.steps)
      return
    }
    self.init(step: state.step, steps: state.steps) {
      guard let original = state.original else { return nil }
      // A preview that fails costs nobody the image.
      return try? model.preview().map { try Image(unit: $0.image(of: original.slice(0..<1))) }
    }
  }
}
