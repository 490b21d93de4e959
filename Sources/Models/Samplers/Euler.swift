/// Euler steps along the probability flow (Karras et al. 2022, algorithm 1 without its correction), as
/// `diffusers.EulerDiscreteScheduler` runs it without churn.
public struct Euler: Sampler {
  private let schedule: SigmaSchedule
  private let prediction: SchedulerConfig.Prediction

  public var timesteps: [Float] { schedule.timesteps }
  public var initialNoiseScale: Float { schedule.initialNoiseScale }

  /// - Parameter steps: 1 up to the number of training steps.
  /// - Throws: `ModelError.badSetting`.
  public init(_ config: SchedulerConfig, steps: Int) throws {
    try config.refuseClipping(.euler)
    schedule = try SigmaSchedule(config, steps: steps, spacing: config.sigmaSpacing, endsAtZero: config.endsAtZero)
    prediction = config.prediction
  }

  public func networkInput(_ sample: Tensor, step: Int) -> Tensor { schedule.networkInput(sample, step: step) }

  public mutating func advance(_ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource) -> Tensor {
    let original = original(sample, output: output, step: step)
    // x + (σ' - σ) (x - x₀) / σ
    let kept = schedule.sigma(step + 1) / schedule.sigma(step)
    return .sum((kept, sample), (1 - kept, original))
  }

  public func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor {
    schedule.original(sample, output, step: step, prediction)
  }
}
