/// Euler steps to a lower noise level than wanted, and fresh noise up to it (Song et al. 2021, ancestral sampling), as
/// `diffusers.EulerAncestralDiscreteScheduler` runs it. Draws noise in every step, the last one included.
public struct EulerAncestral: Sampler {
  private let schedule: SigmaSchedule
  private let prediction: SchedulerConfig.Prediction

  public var timesteps: [Float] { schedule.timesteps }
  public var initialNoiseScale: Float { schedule.initialNoiseScale }

  /// - Parameter steps: 1 up to the number of training steps.
  /// - Throws: `ModelError.badSetting`.
  public init(_ config: SchedulerConfig, steps: Int) throws {
    try config.refuseClipping(.eulerAncestral)
    schedule = try SigmaSchedule(config, steps: steps, spacing: .steps, endsAtZero: true)
    prediction = config.prediction
  }

  public func networkInput(_ sample: Tensor, step: Int) -> Tensor { schedule.networkInput(sample, step: step) }

  public mutating func advance(_ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource) -> Tensor {
    let original = original(sample, output: output, step: step)
    let (from, to) = (schedule.sigma(step), schedule.sigma(step + 1))
    let up = (to * to * (from * from - to * to)).squareRoot() / from
    let down = (to * to - up * up).squareRoot()
    return .sum((down / from, sample), (1 - down / from, original), (up, source.next(sample.shape)))
  }

  public func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor {
    schedule.original(sample, output, step: step, prediction)
  }
}
