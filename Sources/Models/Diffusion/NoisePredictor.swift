/// Guided noise prediction: the networks with everything that stays the same over the steps of a run, and what shortcuts keep from one
/// evaluation for the next. For one thread.
final class NoisePredictor {
  /// What evaluations have to have in common for one to go on with what another kept: features belong to the texts and the ControlNets
  /// they were made with.
  private struct Phase: Equatable {
    let isGuided: Bool
    /// Places of the controls that count.
    let controls: [Int]
  }

  private let unet: UNet
  /// One for each of the run's controls.
  private let controlNets: [ControlNet]
  private let run: DiffusionRun
  private let images: Int
  /// Text states `[2, t, d]` of the negative prompt and the prompt, or `[1, t, d]` of the prompt alone when there is no guidance.
  private let states: Tensor
  /// For every image the negative prompt, then for every image the prompt; or the prompt alone.
  private var texts: [Bool: TextStates] = [:]
  /// What each control's network made of its image.
  private let hints: [Tensor]
  private let interruption: Interruption
  private var cadence: Cadence<Phase>
  /// What evaluations leave for those after them: the UNet's deep features, and the sum of what the ControlNets add.
  private let deep = DeepFeatures()
  private var residuals: ControlResiduals?

  /// - Parameter states: text states `[2, t, d]` of the negative prompt and the prompt, or `[1, t, d]` without guidance.
  init(
    unet: UNet, controlNets: [ControlNet], _ run: DiffusionRun, images: Int, states: Tensor, interruption: @escaping Interruption
  ) throws {
    (self.unet, self.controlNets, self.run, self.interruption) = (unet, controlNets, run, interruption)
    (self.images, self.states, cadence) = (images, states, Cadence(run.shortcuts))
    hints = try zip(controlNets, run.controls).map { network, control in
      try interruption()
      return try LayerWatch.naming { try network.embed(control.image).finite("the ControlNet's view of its image") }
    }
  }

  /// Latents `[n, h, w, c]` to the noise in them, at network evaluation `step` of `steps`. Throws `ModelError.notFiniteLayer`, and what
  /// `interruption` throws.
  func predict(_ latents: Tensor, timestep: Float, step: Int, of steps: Int) throws -> Tensor {
    let phase = Phase(
      isGuided: run.isGuided(inStep: step, of: steps),
      controls: run.controls.indices.filter { run.controls[$0].counts(inStep: step, of: steps) })
    let turn = cadence.next(phase)
    return try LayerWatch.naming { try guided(latents, timestep, phase, turn).finite("the noise prediction") }
  }

  private func guided(_ latents: Tensor, _ timestep: Float, _ phase: Phase, _ turn: Cadence<Phase>.Turn) throws -> Tensor {
    let output = try evaluate(latents, timestep, phase, turn)  // guided [2 n, h, w, c]: negative, then positive
    guard phase.isGuided else { return output }
    // negative + scale (positive - negative)
    let negative = output.slice(0..<images), positive = output.slice(images..<2 * images)
    return Kernels.add(negative, Kernels.add(positive, negative, scale: -1), scale: run.guidanceScale)
  }

  /// The UNet's answer to each text: of the whole network, or of its outermost layers where deep features are at hand.
  private func evaluate(_ latents: Tensor, _ timestep: Float, _ phase: Phase, _ turn: Cadence<Phase>.Turn) throws -> Tensor {
    let texts = texts(isGuided: phase.isGuided), shortcuts = run.shortcuts
    guard turn.isWhole else {
      return try unet.outer(
        latents, timesteps: [timestep], texts: texts, down: residuals?.down, merging: shortcuts.mergedTokens, deep: deep,
        interruption: interruption)
    }
    if turn.asksControl { residuals = try residuals(latents, timestep, phase) }
    // Residuals that serve no other evaluation give their memory back.
    defer { if shortcuts.cacheEvery == 1, shortcuts.controlEvery == 1 { residuals = nil } }
    return try unet(
      latents, timesteps: [timestep], texts: texts, residuals: residuals, merging: shortcuts.mergedTokens,
      deep: shortcuts.cacheEvery > 1 ? deep : nil, interruption: interruption)
  }

  /// The sum of what the ControlNets add; nil where none counts. In guess mode they read the prompt alone, and nothing is added to the negative
  /// prompt's half.
  private func residuals(_ latents: Tensor, _ timestep: Float, _ phase: Phase) throws -> ControlResiduals? {
    let texts = texts(isGuided: phase.isGuided && !run.guessMode)
    var sum: ControlResiduals?
    for index in phase.controls {
      let answer = try controlNets[index](
        latents, timesteps: [timestep], texts: texts, hint: hints[index], scale: run.controls[index].scale,
        guessMode: run.guessMode, interruption: interruption)
      sum = sum.map { $0 + answer } ?? answer
    }
    return run.guessMode && phase.isGuided ? sum?.behindZeros() : sum
  }

  private func texts(isGuided: Bool) -> TextStates {
    if let known = texts[isGuided] { return known }
    let count = states.shape[0]
    let made = TextStates(.stacked((isGuided ? 0..<count : count - 1..<count).map { states.slice($0..<$0 + 1).repeated(images) }))
    texts[isGuided] = made
    return made
  }
}
