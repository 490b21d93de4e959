import Core
import Foundation
import Models

extension OwnImagePlan {
  /// What `images` of the user's own cost, so many of them made `together`, from a step measured on this machine, in the manner of
  /// `CostEstimator`; what is not remembered in `folder` is measured as `measuring` says. `progress` ends the measurement by returning false.
  ///
  /// Throws `CancellationError`, and what generating does where it is measured.
  public func cost(
    images: Int, together: Int, memory: StableDiffusion.Memory, in folder: URL, _ measuring: CostEstimator.Measuring, progress: () -> Bool
  ) throws -> WorkCost {
    let own = ModelEntry(id: request.model, kind: .diffusion, url: weights.model, origin: .option)
    let config = weights.model.isFolder ? weights.model : weights.config ?? ModelLibrary.configuration()
    let cost = config.flatMap { try? DiffusionCost(folder: $0) }, bytes = try? WeightDigests.bytes(of: own)
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

  /// Of one image; nil where nobody measured it.
  private func seconds(
    _ cost: DiffusionCost, _ bytes: Int, in folder: URL, _ measures: Bool, _ memory: StableDiffusion.Memory, _ progress: () -> Bool
  ) throws -> Double? {
    let settings = request.settings, paces = MachinePaces(in: folder), place = MachinePaces.Place(request, bytes: bytes)
    let step = cost.step(width: request.width, height: request.height)
    func steps(_ evaluations: Int, _ settings: DiffusionSettings) -> Double {
      cost.image(
        width: request.width, height: request.height, evaluations: evaluations, isGuided: settings.guidance > 1,
        shortcuts: settings.shortcuts,
        precision: settings.precision, controls: request.controls.count) / step
    }
    let scheduler = ModelLibrary.scheduler(of: weights.model, config: weights.config?.path)
    let sampler = scheduler.flatMap { scheduler in
      try? settings.samplerName().make(scheduler.spaced(settings.timestepSpacing), steps: settings.steps, eta: Float(settings.eta))
    }
    func time(_ pace: ImagePace) -> Double {
      pace.step * (steps(sampler?.timesteps.count ?? settings.steps, settings) - steps(0, settings)) + pace.rest
    }
    if let known = paces.pace(place) { return time(known) }
    guard measures else { return nil }
    var short = request
    short.settings = DiffusionSettings {
      ($0.steps, $0.guidance, $0.precision, $0.shortcuts.decoder) = (1, settings.guidance, settings.precision, settings.shortcuts.decoder)
    }
    var begin: ContinuousClock.Instant?, end: ContinuousClock.Instant?
    _ = try short.generate(controlImages: controlImages, weights: weights, digests: [:], memory: memory) { state in
      begin = begin ?? .now
      if state.step >= 1 { end = end ?? .now }
      return progress()
    }
    let now = ContinuousClock.now, start = begin ?? now, middle = end ?? now
    let evaluated = max(steps(1, short.settings) - steps(0, short.settings), .leastNormalMagnitude)
    let pace = ImagePace(step: (middle - start) / .seconds(1) / evaluated, rest: (now - middle) / .seconds(1))
    paces.remember(pace, place)
    return time(pace)
  }
}

extension MachinePaces.Place {
  /// Of one image of the user's own at a time, by this process.
  fileprivate init(_ request: OwnImageRequest, bytes: Int) {
    self.init(
      model: request.model, bytes: bytes, width: request.width, height: request.height, request.settings, jobs: 1, engines: [])
  }
}
