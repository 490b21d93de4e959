import Models

/// How long images take beside one another.
extension ModelMenu {
  /// Denoising steps of the model that would be used, with guidance, the ControlNet and Float32, that take as long as an image with these
  /// settings: fewer than its own where something is left out, more for decoding. Its own where the model's configuration cannot be read.
  public func steps(_ options: GenerationOptions) -> Double {
    steps(options.settings, pair(for: options.condition, preferring: options.models)?.diffusion, side: options.conditionSettings.resolution)
  }

  /// The same of a request.
  public func steps(_ request: GenerationRequest) -> Double {
    steps(request.settings, diffusion.first { $0.id == request.models.diffusion }, side: min(request.width, request.height))
  }

  /// Of `steps` those that the decoder takes.
  func decoding(_ request: GenerationRequest) -> Double {
    steps(request.settings, diffusion.first { $0.id == request.models.diffusion }, side: min(request.width, request.height), evaluations: 0)
  }

  /// `evaluations` nil for those that the sampler makes.
  private func steps(_ settings: DiffusionSettings, _ model: Diffusion?, side: Int, evaluations: Int? = nil) -> Double {
    guard let model, let cost = model.cost else { return Double(evaluations ?? settings.steps) }
    let controls = settings.condition == .none ? 0 : 1
    let sampler = model.scheduler.flatMap { scheduler in
      try? settings.samplerName().make(scheduler.spaced(settings.timestepSpacing), steps: settings.steps, eta: Float(settings.eta))
    }
    let image = cost.image(
      width: side, height: side, evaluations: evaluations ?? sampler?.timesteps.count ?? settings.steps, isGuided: settings.guidance > 1,
      shortcuts: settings.shortcuts, precision: settings.precision, controls: settings.controlScale == 0 ? 0 : controls,
      start: settings.controlStart, end: settings.controlEnd)
    let step =
      cost.image(width: side, height: side, evaluations: 2, isGuided: true, controls: controls)
      - cost.image(width: side, height: side, evaluations: 1, isGuided: true, controls: controls)
    return image / step
  }

  /// Seconds that such a step took in images of the diffusion model that would be used without further choice: the middle one of them, as the
  /// first of a process also reads the weights. Nil without any.
  public func secondsPerStep(_ images: [(request: GenerationRequest, seconds: Double)]) -> Double? {
    let model = (pair(for: .mask) ?? pair(for: .none))?.diffusion.id
    let paces = images.filter { $0.request.models.diffusion == model }.map { $0.seconds / steps($0.request) }.sorted()
    return paces.isEmpty ? nil : paces[paces.count / 2]
  }
}
