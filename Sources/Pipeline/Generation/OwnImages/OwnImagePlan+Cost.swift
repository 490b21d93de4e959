import Core
import Foundation
import Models
import Render

extension OwnImagePlan {
  /// What `images` of the user's own cost, so many of them made `together`, from a step measured on this machine, in the manner of
  /// `CostEstimator`; what is not remembered in `folder` is measured as `measuring` says. `progress` ends the measurement by returning false.
  ///
  /// Throws `CancellationError`, and what generating does where it is measured.
  public func cost(
    images: Int, together: Int, memory: StableDiffusion.Memory, in folder: URL, _ measuring: CostEstimator.Measuring, progress: () -> Bool
  ) throws -> WorkCost {
    let cost = modelCost, bytes = modelBytes
    let nets = weights.networks.reduce(0) { sum, url in
      sum + ((try? WeightDigests.bytes(of: ModelEntry(id: "", kind: .controlNet(nil), url: url, origin: .option))) ?? 0)
    }
    let settings = request.settings, isGuided = settings.guidance > 1
    let maps = cost?.maps(width: request.width, height: request.height, isGuided: isGuided, decoder: settings.shortcuts.decoder)
    let need = memory == .ample ? maps.flatMap { maps in bytes.map { $0 + nets + maps * together } } : nil
    let isSmall = cost.map { $0.step(width: request.width, height: request.height) < CostEstimator.smallStep } ?? false
    let measures = measuring == .always || measuring != .never && (isSmall || measuring == .worthwhile && images > CostEstimator.fewImages)
    let seconds = try cost.flatMap { cost in try bytes.flatMap { try self.seconds(cost, $0, in: folder, measures, memory, progress) } }
    let files = WorkCost.bytes(images, width: request.width, height: request.height, .png)
    return WorkCost(
      images: images, width: request.width, height: request.height, secondsPerImage: seconds, seconds: seconds.map { $0 * Double(images) },
      memory: need, stored: files)
  }

  private var modelBytes: Int? {
    try? WeightDigests.bytes(of: ModelEntry(id: request.model, kind: .diffusion, url: weights.model, origin: .option))
  }

  private var modelCost: DiffusionCost? {
    let config = weights.model.isFolder ? weights.model : weights.config ?? ModelLibrary.configuration()
    return config.flatMap { try? DiffusionCost(folder: $0) }
  }

  /// Takes over how long images that were made together took, for the cost of those to come.
  func learn(_ seconds: (steps: Double, rest: Double), of images: Int, in folder: URL) {
    guard let cost = modelCost, let bytes = modelBytes, images > 0 else { return }
    let evaluated = steps(evaluations, request, cost) - steps(0, request, cost)
    guard evaluated > 0 else { return }
    MachinePaces(in: folder).learn(
      ImagePace(step: seconds.steps / evaluated / Double(images), rest: seconds.rest / Double(images)),
      MachinePaces.Place(request, bytes: bytes))
  }

  /// So many evaluations of the networks for an image of a request, and its decoding, as steps.
  private func steps(_ evaluations: Int, _ request: OwnImageRequest, _ cost: DiffusionCost) -> Double {
    cost.image(
      width: request.width, height: request.height, evaluations: evaluations, isGuided: request.settings.guidance > 1,
      shortcuts: request.settings.shortcuts, precision: request.settings.precision, controls: request.controls.count)
      / cost.step(width: request.width, height: request.height)
  }

  /// Evaluations of the networks that the request's sampler makes.
  private var evaluations: Int {
    let settings = request.settings, scheduler = ModelLibrary.scheduler(of: weights.model, config: weights.config?.path)
    let sampler = scheduler.flatMap { scheduler in
      try? settings.samplerName().make(scheduler.spaced(settings.timestepSpacing), steps: settings.steps, eta: Float(settings.eta))
    }
    return sampler?.timesteps.count ?? settings.steps
  }

  /// Of one image; nil where nobody measured it.
  private func seconds(
    _ cost: DiffusionCost, _ bytes: Int, in folder: URL, _ measures: Bool, _ memory: StableDiffusion.Memory, _ progress: () -> Bool
  ) throws -> Double? {
    let settings = request.settings, paces = MachinePaces(in: folder)
    func time(_ pace: ImagePace) -> Double {
      pace.step * (steps(evaluations, request, cost) - steps(0, request, cost)) + pace.rest
    }
    if let known = paces.pace(MachinePaces.Place(request, bytes: bytes)) { return time(known) }
    guard measures else { return nil }
    var short = request
    // A step of a large image takes minutes: one of a smaller size tells its time.
    while cost.step(width: short.width, height: short.height) > CostEstimator.largestStep, min(short.width, short.height) >= 128 {
      (short.width, short.height) = (short.width / 128 * 64, short.height / 128 * 64)
    }
    let place = MachinePaces.Place(short, bytes: bytes), isSame = (short.width, short.height) == (request.width, request.height)
    func scaled(_ pace: ImagePace) -> ImagePace {
      pace.scaled(cost, from: (short.width, short.height), to: (request.width, request.height))
    }
    if !isSame, let known = paces.pace(place) { return time(scaled(known)) }
    short.settings = DiffusionSettings {
      ($0.steps, $0.guidance, $0.precision, $0.shortcuts.decoder) = (1, settings.guidance, settings.precision, settings.shortcuts.decoder)
    }
    var clock = PhaseClock()
    let images = isSame ? controlImages : controlImages.map { $0.resized(width: short.width, height: short.height, .area) }
    _ = try short.generate(controlImages: images, weights: weights, digests: [:], memory: memory) { state in
      clock.reached(state.step)
      return progress()
    }
    let seconds = clock.seconds
    let evaluated = max(steps(1, short, cost) - steps(0, short, cost), .leastNormalMagnitude)
    let pace = ImagePace(step: seconds.steps / evaluated, rest: seconds.rest)
    paces.remember(pace, place)
    return time(scaled(pace))
  }
}

extension MachinePaces.Place {
  /// Of one image of the user's own at a time, by this process.
  fileprivate init(_ request: OwnImageRequest, bytes: Int) {
    self.init(
      model: request.model, bytes: bytes, width: request.width, height: request.height, request.settings, jobs: 1, engines: [])
  }
}
