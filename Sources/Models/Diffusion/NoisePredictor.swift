/// Guided noise prediction over the steps of a run: which networks are asked at each evaluation, and what is made of their answers. For one thread.
struct NoisePredictor {
  /// What evaluations have to have in common for one to go on with what another kept: features belong to the texts and the ControlNets
  /// they were made with.
  private struct Phase: Equatable {
    let isGuided: Bool
    /// Places of the controls that count.
    let controls: [Int]
  }

  private let networks: any NoiseEvaluator
  private let run: DiffusionRun
  private let images: Int
  private var cadence: Cadence<Phase>

  init(_ networks: any NoiseEvaluator, _ run: DiffusionRun, images: Int) {
    (self.networks, self.run, self.images, cadence) = (networks, run, images, Cadence(run.shortcuts))
  }

  /// Latents `[n, h, w, c]` to the noise in them, at network evaluation `step` of `steps`. Throws `ModelError.notFiniteLayer`, and what
  /// the networks throw.
  mutating func predict(_ latents: Tensor, timestep: Float, step: Int, of steps: Int) throws -> Tensor {
    let phase = Phase(
      isGuided: run.isGuided(inStep: step, of: steps),
      controls: run.controls.indices.filter { run.controls[$0].counts(inStep: step, of: steps) })
    let turn = cadence.next(phase)
    let evaluation = Evaluation(
      timestep: timestep, isGuided: phase.isGuided, controls: phase.controls, isWhole: turn.isWhole, asksControl: turn.asksControl)
    return try LayerWatch.naming { try guided(networks.evaluate(latents, evaluation), phase).finite("the noise prediction") }
  }

  private func guided(_ output: Tensor, _ phase: Phase) -> Tensor {
    guard phase.isGuided else { return output }
    // negative + scale (positive - negative)
    let negative = output.slice(0..<images), positive = output.slice(images..<2 * images)
    return Kernels.add(negative, Kernels.add(positive, negative, scale: -1), scale: run.guidanceScale)
  }
}
