/// Guided noise prediction: the networks with everything that stays the same over the steps of a run.
struct NoisePredictor {
  private let unet: UNet
  /// One for each of the run's controls.
  private let controlNets: [ControlNet]
  private let run: DiffusionRun
  /// Of the negative prompt for every image, then of the prompt for every image; of the prompt alone when there is no guidance.
  private let texts: TextStates
  /// What each ControlNet reads: the same, or in guess mode the prompt alone.
  private let controlTexts: [TextStates]
  /// What each control's network made of its image.
  private let hints: [Tensor]
  private let interruption: Interruption

  /// - Parameter states: text states `[2, t, d]` of the negative prompt and the prompt, or `[1, t, d]` without guidance.
  init(
    unet: UNet, controlNets: [ControlNet], _ run: DiffusionRun, images: Int, states: Tensor, interruption: @escaping Interruption
  ) throws {
    (self.unet, self.controlNets, self.run, self.interruption) = (unet, controlNets, run, interruption)
    func forAll(_ texts: [Int]) -> TextStates {
      TextStates(.stacked(texts.map { states.slice($0..<$0 + 1).repeated(images) }))
    }
    texts = forAll(run.isGuided ? [0, 1] : [0])
    controlTexts = run.controls.map { _ in forAll(run.isGuided ? run.guessMode ? [1] : [0, 1] : [0]) }
    hints = try zip(controlNets, run.controls).map { network, control in
      try interruption()
      return try LayerWatch.naming { try network.embed(control.image).finite("the ControlNet's view of its image") }
    }
  }

  /// Latents `[n, h, w, c]` to the noise in them. Throws `ModelError.notFiniteLayer`, and what `interruption` throws.
  func predict(_ latents: Tensor, timestep: Float, step: Int, of steps: Int) throws -> Tensor {
    try LayerWatch.naming { try guided(latents, timestep: timestep, step: step, of: steps).finite("the noise prediction") }
  }

  private func guided(_ latents: Tensor, timestep: Float, step: Int, of steps: Int) throws -> Tensor {
    let output = try unet(
      latents, timesteps: [timestep], texts: texts, residuals: residuals(latents, timestep: timestep, step: step, of: steps),
      interruption: interruption)  // [2 n, h, w, c]: negative, then positive
    guard run.isGuided else { return output }
    // negative + scale (positive - negative)
    let images = latents.shape[0]
    let negative = output.slice(0..<images), positive = output.slice(images..<2 * images)
    return Kernels.add(negative, Kernels.add(positive, negative, scale: -1), scale: run.guidanceScale)
  }

  /// The sum of what the ControlNets add in a step; nil outside of all their windows.
  private func residuals(_ latents: Tensor, timestep: Float, step: Int, of steps: Int) throws -> ControlResiduals? {
    var sum: ControlResiduals?
    for (index, control) in run.controls.enumerated() where control.counts(inStep: step, of: steps) {
      let answer = try controlNets[index](
        latents, timesteps: [timestep], texts: controlTexts[index], hint: hints[index], scale: control.scale,
        guessMode: run.guessMode, interruption: interruption)
      sum = sum.map { $0 + answer } ?? answer
    }
    return run.guessMode && run.isGuided ? sum?.behindZeros() : sum
  }
}
