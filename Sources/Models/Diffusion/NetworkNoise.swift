/// A run's networks in this process, with what shortcuts keep from one evaluation for the next.
final class NetworkNoise: NoiseEvaluator {
  private let unet: UNet
  /// One for each of the run's controls.
  private let controlNets: [ControlNet]
  private let run: EngineRun
  /// For every image the negative prompt, then for every image the prompt; or the prompt alone.
  private var texts: [Bool: TextStates] = [:]
  /// What each control's network made of its image.
  private let hints: [Tensor]
  private let interruption: Interruption
  /// What evaluations leave for those after them: the UNet's deep features, and the sum of what the ControlNets add.
  private let deep = DeepFeatures()
  private var residuals: ControlResiduals?

  init(unet: UNet, controlNets: [ControlNet], _ run: EngineRun, interruption: @escaping Interruption) throws {
    (self.unet, self.controlNets, self.run, self.interruption) = (unet, controlNets, run, interruption)
    hints = try zip(controlNets, run.controls).map { network, control in
      try interruption()
      return try LayerWatch.naming { try network.embed(control.image).finite("the ControlNet's view of its image") }
    }
  }

  func evaluate(_ latents: Tensor, _ evaluation: Evaluation) throws -> Tensor {
    let texts = texts(isGuided: evaluation.isGuided), shortcuts = run.shortcuts
    guard evaluation.isWhole else {
      return try unet.outer(
        latents, timesteps: [evaluation.timestep], texts: texts, down: residuals?.down, merging: shortcuts.mergedTokens, deep: deep,
        interruption: interruption)
    }
    if evaluation.asksControl { residuals = try residuals(latents, evaluation) }
    // Residuals that serve no other evaluation give their memory back.
    defer { if shortcuts.cacheEvery == 1, shortcuts.controlEvery == 1 { residuals = nil } }
    return try unet(
      latents, timesteps: [evaluation.timestep], texts: texts, residuals: residuals, merging: shortcuts.mergedTokens,
      deep: shortcuts.cacheEvery > 1 ? deep : nil, interruption: interruption)
  }

  /// The sum of what the ControlNets add; nil where none counts. In guess mode they read the prompt alone, and nothing is added to the negative
  /// prompt's half.
  private func residuals(_ latents: Tensor, _ evaluation: Evaluation) throws -> ControlResiduals? {
    let texts = texts(isGuided: evaluation.isGuided && !run.guessMode)
    var sum: ControlResiduals?
    for index in evaluation.controls {
      let answer = try controlNets[index](
        latents, timesteps: [evaluation.timestep], texts: texts, hint: hints[index], scale: run.controls[index].scale,
        guessMode: run.guessMode, interruption: interruption)
      sum = sum.map { $0 + answer } ?? answer
    }
    return run.guessMode && evaluation.isGuided ? sum?.behindZeros() : sum
  }

  private func texts(isGuided: Bool) -> TextStates {
    if let known = texts[isGuided] { return known }
    let count = run.texts.shape[0]
    let made = TextStates(.stacked((isGuided ? 0..<count : count - 1..<count).map { run.texts.slice($0..<$0 + 1).repeated(run.shape[0]) }))
    texts[isGuided] = made
    return made
  }
}
