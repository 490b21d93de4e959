import Core
import Data
import Foundation
import Models

/// Reckons what images cost before they are made: from the last ones that were made like them, before the first from one step measured on this
/// machine.
public struct CostEstimator: Sendable {
  /// When a step is measured whose time is not known.
  public enum Measuring: Sendable {
    /// Whatever it takes.
    case always
    /// Of small networks, which takes a moment, and of large ones, whose weights have to be read, for more than a few images.
    case worthwhile
    /// Of small networks alone.
    case quick
    case never
  }

  private let requests: RequestMaker
  private let generator: DiffusionGenerator
  private let models: ModelLibrary
  private let store: Store
  private let paces: MachinePaces

  public init(requests: RequestMaker, generator: DiffusionGenerator, models: ModelLibrary, store: Store) {
    self.requests = requests
    self.generator = generator
    self.models = models
    self.store = store
    paces = MachinePaces(in: store.folder)
  }

  /// Multiplications of a step, in millions, below which networks are small: the demo's are at a hundredth of it, SD 1.5's at thirty times.
  static let smallStep = 20_000.0
  /// The same up to which a step is measured itself, a little more than one of SD 1.5 at 512: a larger one takes minutes, and is reckoned from one of a smaller size.
  static let largestStep = 700_000.0
  /// Images up to which nobody waits for a measurement of large networks.
  static let fewImages = 4
  /// Seconds of an image of one step from which it is not made once more: weights that have just been read slow the first one of small networks.
  private static let quick = 1.0

  /// The cost of some works together; of each a sample stands for its images. `written` is the format of the copies outside the store, nil for
  /// none. `say` hears what is measured.
  ///
  /// Throws `CancellationError` when `stop` is set, and what measuring throws where it must be done (`always`); otherwise what cannot be found
  /// out is missing in the answer.
  public func cost(
    _ works: [ImageWork], _ measuring: Measuring, written: ImageFormat? = nil, stop: StopFlag, say: (String) -> Void
  ) throws -> WorkCost {
    let images = works.reduce(0) { $0 + $1.count }
    var seconds: Double? = 0, memory: Int?, stored = 0, copies = 0, first: GenerationRequest?
    for work in works where work.count > 0 {
      guard let request = sample(of: work) else {
        seconds = nil
        continue
      }
      first = first ?? request
      do {
        let own = try image(request, of: work, measures: measures(request, images, measuring), stop: stop, say: say)
        seconds = seconds.flatMap { sum in own.map { sum + $0 * Double(work.count) } }
      } catch let error where !(error is CancellationError) && measuring != .always { seconds = nil }
      if let need = self.memory(of: request) { memory = max(memory ?? 0, need) }
      stored += WorkCost.bytes(work.count, width: request.width, height: request.height, .png)
      if let written { copies += WorkCost.bytes(work.count, width: request.width, height: request.height, written) }
    }
    let isKnown = first != nil && images > 0, all = isKnown ? seconds : nil
    return WorkCost(
      images: images, width: first?.width, height: first?.height, secondsPerImage: all.map { $0 / Double(images) }, seconds: all,
      memory: memory,
      stored: isKnown ? stored : nil, written: isKnown && written != nil ? copies : nil)
  }

  /// The cost of requests that are there, from what was measured before; nil where there are none.
  public func cost(of requests: [GenerationRequest]) -> WorkCost? {
    guard let first = requests.first else { return nil }
    var times: [GenerationRequest: Double?] = [:], seconds: Double? = 0, stored = 0
    for request in requests {
      // Images of the same settings take as long as one another.
      var kind = request
      (kind.source, kind.seed, kind.noiseRow, kind.prompt) = (first.source, 0, nil, "")
      let own = times[kind] ?? (remembered(request) ?? self.stored(request)).map { time(of: request, $0) }
      times[kind] = own
      seconds = seconds.flatMap { sum in own.map { sum + $0 } }
      stored += WorkCost.bytes(1, width: request.width, height: request.height, .png)
    }
    return WorkCost(
      images: requests.count, width: first.width, height: first.height, secondsPerImage: seconds.map { $0 / Double(requests.count) },
      seconds: seconds, memory: memory(of: first), stored: stored)
  }

  // MARK: Time

  /// Seconds of an image like a request's, as many of them at a time as there will be; nil where it is not known and must not be measured.
  private func image(
    _ request: GenerationRequest, of work: ImageWork, measures: Bool, stop: StopFlag, say: (String) -> Void
  ) throws -> Double? {
    if let pace = remembered(request) { return time(of: request, pace) }
    // What the store tells may be of other days and other numbers of threads.
    if !(measures && isSmall(request)), let pace = stored(request) { return time(of: request, pace) }
    guard measures else { return nil }
    let measured = smaller(request, of: work), isSame = (measured.width, measured.height) == (request.width, request.height)
    if let pace = isSame ? nil : remembered(measured) { return time(of: request, scaled(pace, from: measured, to: request)) }
    if !isSmall(measured) || !isSame {
      let size = "\(measured.width)x\(measured.height)"
      say(
        "measuring one step of \(request.models.diffusion) at \(size)\(isSame ? "" : ", from which \(request.width)x\(request.height) is reckoned")"
      )
    }
    return time(of: request, scaled(try measure(measured, stop), from: measured, to: request))
  }

  /// The same request at a size of which a step can be waited for: itself, or at halves of its resolution.
  private func smaller(_ request: GenerationRequest, of work: ImageWork) -> GenerationRequest {
    guard let cost = cost(of: request) else { return request }
    var smaller = request, options = work.options
    while cost.step(width: smaller.width, height: smaller.height) > Self.largestStep, options.conditionSettings.resolution >= 128 {
      options.conditionSettings.resolution /= 2
      guard let next = sample(of: ImageWork(options, count: 1, samples: work.samples)) else { break }
      smaller = next
    }
    return smaller
  }

  private func scaled(_ pace: ImagePace, from measured: GenerationRequest, to request: GenerationRequest) -> ImagePace {
    guard let cost = cost(of: request) else { return pace }
    return pace.scaled(cost, from: (measured.width, measured.height), to: (request.width, request.height))
  }

  private func remembered(_ request: GenerationRequest) -> ImagePace? { generator.place(request).flatMap(paces.pace) }

  /// What images of the store took that are alike.
  private func stored(_ request: GenerationRequest) -> ImagePace? {
    let images = ((try? store.imageTimes(engines: engines)) ?? []).filter { image in
      let other = image.request
      return (other.models.diffusion, other.width, other.height) == (request.models.diffusion, request.width, request.height)
        && (other.precision, other.shortcuts.decoder) == (request.precision, request.shortcuts.decoder)
    }
    // The middle one: the first of a process also reads the weights.
    let steps = images.map { $0.seconds / models.menu.steps($0.request) }.sorted()
    guard !steps.isEmpty else { return nil }
    let step = steps[steps.count / 2] / Double(max(1, min(generator.jobs(for: request), images.count)))
    return ImagePace(step: step, rest: step * models.menu.decoding(request))
  }

  private func time(of request: GenerationRequest, _ pace: ImagePace) -> Double {
    let menu = models.menu
    return pace.step * (menu.steps(request) - menu.decoding(request)) + pace.rest
  }

  /// Makes images of one step that go nowhere, and remembers how long they took.
  private func measure(_ request: GenerationRequest, _ stop: StopFlag) throws -> ImagePace {
    var short = request
    let decoder = request.shortcuts.decoder
    (short.steps, short.sampler, short.timestepSpacing, short.eta) = (1, SamplerName.ddim.rawValue, nil, 0)
    short.shortcuts = Shortcuts { $0.decoder = decoder }
    try generator.prepare { stop.isSet }
    var (step, rest) = try phases(short, stop)
    let jobs = generator.jobs(for: request)
    if step + rest < Self.quick {
      let start = ContinuousClock.now
      try SideBySide.each(jobs, jobs: jobs) { [generator, short] (_: Int, turn: SideBySide.Turn<Int>) -> Void in
        _ = try generator.make(short) { _ in !stop.isSet && !turn.isOver }
      } news: { (_: Int, _: Int) in
      } ended: { (_: Int, _: Void) in
      }
      let share = (ContinuousClock.now - start) / .seconds(1) / Double(jobs) / max(step + rest, .leastNormalMagnitude)
      (step, rest) = (step * share, rest * share)
    }
    let menu = models.menu, evaluated = menu.steps(short) - menu.decoding(short)
    let pace = ImagePace(step: step / max(evaluated, .leastNormalMagnitude), rest: rest)
    if let place = generator.place(request) { paces.remember(pace, place) }
    return pace
  }

  /// Seconds of an image's one step, and of what follows. Reading weights is not in it.
  private func phases(_ short: GenerationRequest, _ stop: StopFlag) throws -> (step: Double, rest: Double) {
    var clock = PhaseClock()
    _ = try generator.make(short) { state in
      clock.reached(state.step)
      return !stop.isSet
    }
    let seconds = clock.seconds
    return (seconds.steps, seconds.rest)
  }

  // MARK: What is asked of the machine

  private var engines: [String] { generator.workers.engines?.names ?? [] }

  private func measures(_ request: GenerationRequest, _ images: Int, _ measuring: Measuring) -> Bool {
    switch measuring {
    case .always: true
    case .worthwhile: engines.isEmpty && (isSmall(request) || images > Self.fewImages)
    case .quick: engines.isEmpty && isSmall(request)
    case .never: false
    }
  }

  private func cost(of request: GenerationRequest) -> DiffusionCost? {
    models.menu.diffusion.first { $0.id == request.models.diffusion }?.cost
  }

  private func isSmall(_ request: GenerationRequest) -> Bool {
    guard let cost = cost(of: request) else { return false }
    return cost.step(width: request.width, height: request.height) < Self.smallStep
  }

  /// Networks and feature maps of as many images as are made at a time; with low memory the largest part of the networks is not known before it
  /// is read, and nothing is said.
  private func memory(of request: GenerationRequest) -> Int? {
    guard engines.isEmpty, models.memory == .ample, let cost = cost(of: request) else { return nil }
    let names = [request.models.diffusion, request.models.controlNet, request.models.detector].compactMap { $0 }
    let weights = names.reduce(0) { $0 + ((try? models.bytes(of: $1)) ?? 0) }
    let maps = cost.maps(
      width: request.width, height: request.height, isGuided: request.guidance > 1, decoder: request.shortcuts.decoder)
    return weights + generator.jobs(for: request) * maps
  }

  /// A request for an image of a work; nil where none of its samples can be read.
  private func sample(of work: ImageWork) -> GenerationRequest? {
    work.samples.lazy.compactMap { support in
      try? requests.requests(item: support.item, classIndex: support.classIndex, options: work.options, count: 1).first
    }.first
  }
}
