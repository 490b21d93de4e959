extension StableDiffusion {
  /// Generates an image.
  ///
  /// - Parameter progress: told between layers and, with the latents, after each step; false ends the run.
  /// - Throws: `ModelError.badSetting`, `badInput`, `cancelled`, `notFiniteLayer`, `notFinite` for what no layer is to blame for, and what
  ///   reading networks throws.
  public func generate(
    _ run: DiffusionRun, progress: (DiffusionProgress) -> Bool = { _ in true }
  ) throws -> DiffusionResult {
    try generate(run, seeds: [run.seed], progress: progress)[0]
  }

  /// Generates an image for each seed, all of them a step at a time; each is what its seed gives alone.
  public func generate(
    _ run: DiffusionRun, seeds: [UInt64], progress: (DiffusionProgress) -> Bool = { _ in true }
  ) throws -> [DiffusionResult] {
    try check(run, images: seeds.count)
    try checkMemory(for: run, images: seeds.count)
    let sampler = try run.sampler.make(scheduler.spaced(run.spacing), steps: run.steps, eta: run.eta)
    let steps = sampler.timesteps.count
    var finished = 0
    func interruption() throws {
      guard progress(DiffusionProgress(step: finished, steps: steps)) else { throw ModelError.cancelled }
    }
    return try withoutActuallyEscaping(interruption) { interruption in
      try interruption()
      let states = try texts(of: run, interruption)
      let latentsPerStep = try denoised(run, sampler, seeds: seeds, states: states, interruption: interruption) { sampling in
        finished += 1
        guard progress(DiffusionProgress(step: finished, steps: steps, sampling: sampling)) else { throw ModelError.cancelled }
      }
      let decode = try decoder(run.shortcuts.decoder, interruption)
      // A decoder's maps are of other sizes than those of the steps: both sets of them would be the most that a run takes.
      if run.shortcuts.decoder == .full { MemoryPool.shared.empty(beyond: 1 << 28) }
      defer { leave() }
      return try seeds.indices.map { index in
        let own = latentsPerStep.map { $0.slice(index..<index + 1) }
        let latents = own[own.count - 1]
        return DiffusionResult(image: try decode(latents), latents: latents, latentsPerStep: own)
      }
    }
  }

  /// How latents may be looked at while a run goes on: by TAESD's decoder where the model was given one, else by a linear projection
  /// fitted at the first call. Nil where memory is low and there is no decoder. Throws what reading the autoencoder throws.
  public func preview() throws -> (any LatentPreview)? {
    if let tinyDecoder { return tinyDecoder }
    guard memory == .ample else { return nil }
    return try projection.value { try LatentProjection(autoencoder.config, decode: decoder(.full) {}) }
  }

  /// What turns finished latents into an image. Throws what reading the autoencoder throws, and `ModelError.noSmallDecoder`.
  private func decoder(_ decoder: Shortcuts.Decoder, _ interruption: @escaping Interruption) throws -> (Tensor) throws -> Tensor {
    switch decoder {
    case .full:
      let config = autoencoder.config
      if let (engine, plan) = elsewhere {
        return { try config.image(of: $0) { try engine.decode($0, of: plan, interruption: interruption) } }
      }
      let autoencoder = try autoencoder()
      return { try autoencoder.image(of: $0, interruption: interruption) }
    case .small:
      guard let tinyDecoder else { throw ModelError.noSmallDecoder(path: path) }
      return {
        try interruption()
        return tinyDecoder.decode($0)
      }
    }
  }

  /// Text states of the negative prompt and the prompt, `[2, t, d]`, or of the prompt alone when there is no guidance.
  private func texts(of run: DiffusionRun, _ interruption: @escaping Interruption) throws -> Tensor {
    defer { leave() }
    let ids = (run.isGuided ? [run.negativePrompt, run.prompt] : [run.prompt]).map(tokenizer.encode)
    if let (engine, plan) = elsewhere {
      return try engine.textStates(ids, of: plan, interruption: interruption).finite("the text encoder's output")
    }
    let encoder = try textEncoder()
    return try LayerWatch.naming { try encoder(ids).finite("the text encoder's output") }
  }

  /// The latents after each step, `[n, h, w, c]`.
  private func denoised(
    _ run: DiffusionRun, _ sampler: any Sampler, seeds: [UInt64], states: Tensor, interruption: @escaping Interruption,
    step finish: (SamplingRun) throws -> Void
  ) throws -> [Tensor] {
    defer { leave() }
    let factor = autoencoder.config.factor
    let shape = [seeds.count, run.height / factor, run.width / factor, autoencoder.config.latentChannels]
    var predictor = NoisePredictor(
      try evaluator(EngineRun(run, texts: states, shape: shape), interruption), run, images: seeds.count)
    var sampling = SamplingRun(
      sampler, shape: shape,
      noise: NoiseSource(seeds: seeds, row: run.noiseRow))
    var latentsPerStep: [Tensor] = []
    while let latents = try sampling.next({ input, timestep, step in
      try predictor.predict(input, timestep: timestep, step: step, of: sampler.timesteps.count)
    }) {
      latentsPerStep.append(try latents.finite("the latent image"))
      try finish(sampling)
    }
    return latentsPerStep
  }

  /// Who answers for the networks of a run. Throws what reading them throws.
  private func evaluator(_ run: EngineRun, _ interruption: @escaping Interruption) throws -> any NoiseEvaluator {
    if let (engine, plan) = elsewhere { return try engine.begin(run, of: plan, interruption: interruption) }
    return try NetworkNoise(unet: unet(), controlNets: run.controls.map { try controlNets[$0.network]() }, run, interruption: interruption)
  }

  /// Gives the memory of a part that will not run again soon back to the system, where there is little of it.
  private func leave() { if memory == .low { MemoryPool.shared.empty() } }

  private func check(_ run: DiffusionRun, images: Int) throws {
    let factor = autoencoder.config.factor
    for (name, extent) in [("width", run.width), ("height", run.height)] {
      guard extent > 0, extent % factor == 0, extent <= 8192 else {
        throw ModelError.badSetting(name: name, value: "\(extent)", allowed: "multiples of \(factor) up to 8192")
      }
    }
    guard (1...64).contains(images) else {
      throw ModelError.badSetting(name: "batch", value: "\(images)", allowed: "1...64 images")
    }
    if let place = run.noiseRow, !place.isValid {
      throw ModelError.badSetting(name: "noise row", value: "\(place.row) of \(place.rows)", allowed: "a row of at most 64, counted from 0")
    }
    try run.shortcuts.check()
    if run.shortcuts.decoder == .small, tinyDecoder == nil { throw ModelError.noSmallDecoder(path: path) }
    guard run.guidanceScale.isFinite else {
      throw ModelError.badSetting(name: "guidance scale", value: "\(run.guidanceScale)", allowed: "a finite number")
    }
    for control in run.controls {
      guard controlNets.indices.contains(control.network) else {
        throw ModelError.badSetting(
          name: "ControlNet number", value: "\(control.network)", allowed: "\(controlNets.count) are loaded, counted from 0")
      }
      guard control.image.shape == [1, run.height, run.width, 3] else {
        throw ModelError.badInput(
          what: "control image", reason: "its shape is \(control.image.shape), the image's is [1, \(run.height), \(run.width), 3]")
      }
      guard control.scale.isFinite else {
        throw ModelError.badSetting(name: "control scale", value: "\(control.scale)", allowed: "a finite number")
      }
    }
  }
}

extension Autoencoder {
  /// Latents as diffusion leaves them, `[n, h, w, c]`, to images in 0...1, `[n, height, width, 3]`. Throws as `decode`, and
  /// `ModelError.notFiniteLayer`.
  public func image(of latents: Tensor, interruption: () throws -> Void = {}) throws -> Tensor {
    try config.image(of: latents) { try decode($0, interruption: interruption) }
  }
}

extension AutoencoderConfig {
  /// The same with a decoder of this configuration, whoever runs it.
  func image(of latents: Tensor, decode: (Tensor) throws -> Tensor) throws -> Tensor {
    let scaled = Kernels.scale(latents, by: 1 / scalingFactor, offset: shiftFactor)
    let decoded = try LayerWatch.naming { try decode(scaled).finite("the decoded image") }
    return Kernels.clamp(Kernels.scale(decoded, by: 0.5, offset: 0.5), 0, 1)
  }
}

extension EngineRun {
  fileprivate init(_ run: DiffusionRun, texts: Tensor, shape: [Int]) {
    self.init(
      texts: texts, controls: run.controls.map { Control(network: $0.network, scale: $0.scale, image: $0.image) }, guessMode: run.guessMode,
      shortcuts: run.shortcuts, shape: shape)
  }
}
