extension StableDiffusion {
  /// Paints a picture.
  ///
  /// - Parameter progress: told between layers and, with the latents, after each step; false ends the run.
  /// - Throws: `ModelError.badSetting`, `badInput`, `cancelled`, `notFinite`.
  public func generate(
    _ run: DiffusionRun, progress: (DiffusionProgress) -> Bool = { _ in true }
  ) throws -> DiffusionResult {
    try check(run)
    let sampler = try run.sampler.make(scheduler, steps: run.steps, eta: run.eta)
    let steps = sampler.timesteps.count
    var finished = 0
    func interruption() throws {
      guard progress(DiffusionProgress(step: finished, steps: steps, latents: nil)) else { throw ModelError.cancelled }
    }
    return try withoutActuallyEscaping(interruption) { interruption in
      let isGuided = run.guidanceScale > 1
      let texts = isGuided ? [run.negativePrompt, run.prompt] : [run.prompt]
      let noisePredictor = try NoisePredictor(
        self, run, states: textEncoder(texts.map(tokenizer.encode)), isGuided: isGuided, interruption: interruption)

      let factor = autoencoder.config.factor
      var sampling = SamplingRun(
        sampler, shape: [1, run.height / factor, run.width / factor, autoencoder.config.latentChannels],
        generator: TorchGenerator(seed: run.seed))
      var latentsPerStep: [Tensor] = []
      while let latents = try sampling.next({ input, timestep, step in
        try noisePredictor.predict(input, timestep: timestep, step: step, of: steps)
      }) {
        finished += 1
        latentsPerStep.append(latents)
        guard progress(DiffusionProgress(step: finished, steps: steps, latents: latents)) else { throw ModelError.cancelled }
      }
      let latents = try sampling.sample.finite("the latents")
      return DiffusionResult(
        image: try picture(of: latents, interruption: interruption), latents: latents, latentsPerStep: latentsPerStep)
    }
  }

  /// Latents as diffusion leaves them, `[n, h, w, c]`, to pictures in 0...1, `[n, height, width, 3]`.
  public func picture(of latents: Tensor, interruption: () throws -> Void = {}) throws -> Tensor {
    let config = autoencoder.config
    let scaled = Kernels.scale(latents, by: 1 / config.scalingFactor, offset: config.shiftFactor)
    let decoded = try autoencoder.decode(scaled, interruption: interruption)
    return Kernels.clamp(Kernels.scale(decoded, by: 0.5, offset: 0.5), 0, 1)
  }

  private func check(_ run: DiffusionRun) throws {
    let factor = autoencoder.config.factor
    for (name, extent) in [("width", run.width), ("height", run.height)] {
      guard extent > 0, extent % factor == 0, extent <= 8192 else {
        throw ModelError.badSetting(name: name, value: "\(extent)", allowed: "multiples of \(factor) up to 8192")
      }
    }
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
          what: "control image", reason: "its shape is \(control.image.shape), the picture's is [1, \(run.height), \(run.width), 3]")
      }
      guard control.scale.isFinite else {
        throw ModelError.badSetting(name: "control scale", value: "\(control.scale)", allowed: "a finite number")
      }
    }
  }
}

/// Guided noise prediction: the networks with everything that stays the same over the steps.
private struct NoisePredictor {
  private let model: StableDiffusion
  private let run: DiffusionRun
  private let isGuided: Bool
  /// Of the negative prompt and the prompt, or of the prompt alone when there is no guidance.
  private let texts: TextStates
  /// What each ControlNet reads: the same, or in guess mode the prompt alone.
  private let controlTexts: [TextStates]
  /// What each control's network made of its image.
  private let hints: [Tensor]
  private let interruption: Interruption

  init(_ model: StableDiffusion, _ run: DiffusionRun, states: Tensor, isGuided: Bool, interruption: @escaping Interruption) throws {
    (self.model, self.run, self.isGuided, self.interruption) = (model, run, isGuided, interruption)
    texts = TextStates(states)
    controlTexts = run.controls.map { _ in TextStates(run.guessMode && isGuided ? states.slice(1..<2) : states) }
    hints = try run.controls.map { control in
      try interruption()
      return try model.controlNets[control.network].embed(control.image)
    }
  }

  /// Latents `[1, h, w, c]` to the noise in them.
  func predict(_ latents: Tensor, timestep: Float, step: Int, of steps: Int) throws -> Tensor {
    let output = try model.unet(
      latents, timesteps: [timestep], texts: texts, residuals: residuals(latents, timestep: timestep, step: step, of: steps),
      interruption: interruption)  // [2, h, w, c]: negative, positive
    guard isGuided else { return output }
    // negative + scale (positive - negative)
    let negative = output.slice(0..<1), positive = output.slice(1..<2)
    return Kernels.add(negative, Kernels.add(positive, negative, scale: -1), scale: run.guidanceScale)
  }

  /// The sum of what the ControlNets add in a step; nil outside of all their windows.
  private func residuals(_ latents: Tensor, timestep: Float, step: Int, of steps: Int) throws -> ControlResiduals? {
    var sum: ControlResiduals?
    for (index, control) in run.controls.enumerated() where control.counts(inStep: step, of: steps) {
      let answer = try model.controlNets[control.network](
        latents, timesteps: [timestep], texts: controlTexts[index], hint: hints[index], scale: control.scale,
        guessMode: run.guessMode, interruption: interruption)
      sum = sum.map { $0 + answer } ?? answer
    }
    return run.guessMode && isGuided ? sum?.behindZeros() : sum
  }
}
