import Core
import Data
import Render

/// Works through a list of supports, one image after the other.
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

  /// Blocks until every image has ended, whichever way. Throws `CancellationError` soon after `stop` is set, and for what concerns
  /// all images: settings out of range, missing models.
  public func generate(_ run: SupportRun, into folder: SupportFolder, stop: StopFlag, watch: @escaping (SupportRunEvent) -> Void) throws {
    var run = run
    try run.options.validate()
    let choice = try models.choice(for: run.options)
    run.options.models = PreferredModels(choice)
    let weights = try models.weights(choice)
    let turns = try turns(of: run), own = turns.enumerated().filter { run.shard.contains(position: $0.offset) }.map(\.element)
    watch(.begun(images: own.count * run.shots, leftOut: run.supports.count - turns.count))
    let work = Work(
      run: run, folder: folder, weights: weights, models: models,
      demoWeights: DemoWeights(choice.models, of: models, on: requests.supports.dataset.name)?.models, controls: controls, generator: generator,
      stop: stop, watch: watch)
    for (support, terms) in own { try generate(support, terms, work) }
  }

  private typealias Turn = (support: Support, terms: PublishedScript.Terms?)

  /// The supports with the published script's terms where they are asked for: those depend on the place in the whole list.
  private func turns(of run: SupportRun) throws -> [Turn] {
    guard run.isAsPublished else { return run.supports.map { ($0, nil) } }
    let script = try PublishedScript(dataset: requests.supports.dataset)
    return script.terms(for: run.supports, base: run.options.seed).map { ($0.support, $0.terms) }
  }

  private func generate(_ support: Support, _ terms: PublishedScript.Terms?, _ work: Work) throws {
    if work.stop.isSet { throw CancellationError() }
    let stem: String, wanted: [GenerationRequest]
    do {
      stem = try work.folder.stem(item: support.item.id, classIndex: support.classIndex)
      wanted = try requests.requests(
        item: support.item, classIndex: support.classIndex, options: work.run.options, count: work.run.shots, published: terms)
    } catch {
      let name = "\(support.item.id)_\(support.classIndex)"
      work.watch(.ended(SupportOutcome(name: name, images: work.run.shots, result: .failed(error), request: nil, key: nil)))
      return
    }
    if let first = wanted.first { work.writeControl(of: first, "\(stem)_control") }
    for request in wanted { try work.generate(request, "\(stem)_\(request.source.number)") }
  }
}

/// The images of one run.
private struct Work {
  let run: SupportRun
  let folder: SupportFolder
  let weights: [String: String]
  let models: ModelLibrary
  let demoWeights: [String]?
  let controls: ControlImages
  let generator: any SupportGenerator
  let stop: StopFlag
  let watch: (SupportRunEvent) -> Void

  /// Always a PNG: flat colours and lines are what JPEG keeps worst.
  func writeControl(of request: GenerationRequest, _ name: String) {
    guard request.condition != .none else { return }
    do {
      let metadata = try ControlMetadata(request, weights: weights)
      guard try folder.place(name, .png, key: metadata.key) != .finished,
        let control = try controls.control(request)
      else { return }
      try folder.write(control.image, name, .png, text: metadata.entries())
    } catch {
      watch(.ended(SupportOutcome(name: "\(name).png", images: 0, result: .failed(error), request: request, key: nil)))
    }
  }

  /// Throws `CancellationError` only.
  func generate(_ request: GenerationRequest, _ name: String) throws {
    if stop.isSet { throw CancellationError() }
    let file = "\(name).\(run.format.rawValue)"
    func end(_ result: SupportOutcome.Result, key: String? = nil) {
      watch(.ended(SupportOutcome(name: file, images: 1, result: result, request: request, key: key)))
    }
    do {
      let key = try request.key(weights: weights)
      let place = try folder.place(name, run.format, key: key)
      guard place != .finished else { return end(.kept, key: key) }
      let image = try generator.attempt(request, stop: { stop.isSet }) { state in
        watch(.generating(name: file, step: state.step, steps: state.steps))
      }.get()
      // An image that was in the store already may have been made by other kernels.
      let metadata = ImageMetadata(
        key: key, request: request, weights: weights, cut: try? models.cut(request), demoWeights: demoWeights,
        kernels: (try? StoredImage(image.file).support())?.kernels)
      try folder.write(image.image, name, run.format, text: metadata.entries())
      end(place == .other ? .replaced : .generated, key: key)
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      end(.failed(error))
    }
  }
}
