import Core
import Data
import Render

/// Works through a list of supports, as many images at a time as their generator works on.
///
/// It needs no queue: nobody cancels single images of a benchmark, and the folder itself says what is done. Nothing grows with
/// the list but the list.
public struct FolderGenerator: Sendable {
  let requests: RequestMaker
  let controls: ControlImages
  let models: ModelLibrary
  let generator: any SupportGenerator

  public init(requests: RequestMaker, controls: ControlImages, models: ModelLibrary, generator: any SupportGenerator) {
    self.requests = requests
    self.controls = controls
    self.models = models
    self.generator = generator
  }

  /// Blocks until every image has ended, whichever way. Throws `CancellationError` soon after `stop` is set, or once the images under way
  /// have ended where it asks for that, and for what concerns all images: settings out of range, missing models.
  public func generate(
    _ run: SupportRun, into folder: any SupportOutput, stop: StopFlag, watch: @escaping (SupportRunEvent) -> Void
  ) throws {
    var run = run
    try run.options.validate()
    let choice = try models.choice(for: run.options)
    run.options.models = PreferredModels(choice)
    let weights = try models.weights(choice)
    let turns = try turns(of: run), own = turns.enumerated().filter { run.shard.contains(position: $0.offset) }.map(\.element)
    watch(.begun(images: own.count * run.shots, leftOut: run.supports.count - turns.count))
    let work = Work(
      run: run, folder: folder, weights: weights, models: models,
      demoWeights: DemoWeights(choice.models, of: models, on: requests.supports.dataset.name)?.models, requests: requests,
      controls: controls, generator: generator, stop: stop)
    if !own.isEmpty { try generator.prepare { stop.isSet } }
    let jobs = own.lazy.compactMap { try? work.wanted($0).first }.first.map(generator.jobs) ?? 1
    try SideBySide.each(own.count * run.shots, jobs: jobs) { [shots = run.shots] position, turn in
      try work.outcomes(of: own[position / shots], number: position % shots, turn)
    } news: { _, news in
      watch(news)
    } ended: { _, outcomes in
      for outcome in outcomes { watch(.ended(outcome)) }
    }
    if stop.beginsNothing { throw CancellationError() }
    do {
      try folder.finish { own.flatMap { work.names(of: $0) } }
    } catch {
      watch(.ended(SupportOutcome(name: folder.url.lastPathComponent, images: 0, result: .failed(error), request: nil, key: nil)))
    }
  }

  /// The supports with the published script's terms where they are asked for: those depend on the place in the whole list.
  private func turns(of run: SupportRun) throws -> [Turn] {
    guard run.isAsPublished else { return run.supports.map { Turn(support: $0, terms: nil) } }
    let script = try PublishedScript(dataset: requests.supports.dataset)
    return script.terms(for: run.supports, base: run.options.seed).map { Turn(support: $0.support, terms: $0.terms) }
  }
}

/// A support of a list, with what the published script makes of it.
private struct Turn: Sendable {
  let support: Support
  let terms: PublishedScript.Terms?
}

/// The images of one run.
private struct Work: Sendable {
  let run: SupportRun
  let folder: any SupportOutput
  let weights: [String: String]
  let models: ModelLibrary
  let demoWeights: [String]?
  let requests: RequestMaker
  let controls: ControlImages
  let generator: any SupportGenerator
  let stop: StopFlag

  /// The requests for a support's images, which are kept from one to the next. Throws what making them does.
  func wanted(_ turn: Turn) throws -> [GenerationRequest] {
    try requests.requests(
      item: turn.support.item, classIndex: turn.support.classIndex, options: run.options, count: run.shots, published: turn.terms)
  }

  /// Of all images of a support, without endings; none where it cannot have a name.
  func names(of turn: Turn) -> [String] {
    guard let stem = try? folder.stem(item: turn.support.item.id, classIndex: turn.support.classIndex) else { return [] }
    return ["\(stem)_control"] + (0..<run.shots).map { "\(stem)_\($0)" }
  }

  /// How a support's image ended, before it how its control image did where that failed; of a support that cannot be used the first image
  /// speaks for all.
  /// Throws `CancellationError` only.
  func outcomes(of turn: Turn, number: Int, _ teller: SideBySide.Turn<SupportRunEvent>) throws -> [SupportOutcome] {
    func isOver() -> Bool { stop.isSet || teller.isOver }
    if isOver() { throw CancellationError() }
    // An error would cut off the images beside it.
    if stop.beginsNothing { return [] }
    let stem: String, wanted: [GenerationRequest]
    do {
      stem = try folder.stem(item: turn.support.item.id, classIndex: turn.support.classIndex)
      wanted = try self.wanted(turn)
    } catch {
      let name = "\(turn.support.item.id)_\(turn.support.classIndex)"
      return number > 0 ? [] : [SupportOutcome(name: name, images: run.shots, result: .failed(error), request: nil, key: nil)]
    }
    let request = wanted[number]
    let control = number == 0 ? writeControl(of: request, "\(stem)_control") : nil
    let image = try generate(request, "\(stem)_\(request.source.number)", isOver: isOver) { teller.tell($0) }
    return [control, image].compactMap { $0 }
  }

  /// Always a PNG: flat colours and lines are what JPEG keeps worst. How it failed; nil when it did not.
  private func writeControl(of request: GenerationRequest, _ name: String) -> SupportOutcome? {
    guard request.condition != .none else { return nil }
    do {
      let metadata = try ControlMetadata(request, weights: weights)
      guard try folder.place(name, .png, key: metadata.key) != .finished,
        let control = try controls.control(request)
      else { return nil }
      try folder.write(control.image, name, .png, text: metadata.entries())
      return nil
    } catch {
      return SupportOutcome(name: ImageFormat.png.file(name), images: 0, result: .failed(error), request: request, key: nil)
    }
  }

  private func generate(
    _ request: GenerationRequest, _ name: String, isOver: () -> Bool, tell: (SupportRunEvent) -> Void
  ) throws -> SupportOutcome {
    let file = run.format.file(name)
    func outcome(_ result: SupportOutcome.Result, key: String? = nil) -> SupportOutcome {
      SupportOutcome(name: file, images: 1, result: result, request: request, key: key)
    }
    do {
      let key = try request.key(weights: weights)
      let place = try folder.place(name, run.format, key: key)
      guard place != .finished else { return outcome(.kept, key: key) }
      let image = try generator.attempt(request, stop: isOver) { state in
        tell(.generating(name: file, step: state.step, steps: state.steps))
      }.get()
      // An image that was in the store already may have been made by other kernels or another engine.
      let stored = try? StoredImage(image.file).support()
      let metadata = ImageMetadata(
        key: key, request: request, weights: weights, cut: try? models.cut(request), demoWeights: demoWeights,
        kernels: stored?.kernels, engine: stored?.engine)
      try folder.write(image.image, name, run.format, text: metadata.entries())
      return outcome(place == .other ? .replaced : .generated, key: key)
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      return outcome(.failed(error))
    }
  }
}
