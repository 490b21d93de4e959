/// Heun's second-order steps along the probability flow (Karras et al. 2022, algorithm 1), as
/// `diffusers.HeunDiscreteScheduler` runs it without churn.
///
/// Every interval takes two network evaluations but the last, which ends without noise: n steps are 2 n - 1 evaluations.
public struct Heun: Sampler {
  public let timesteps: [Float]
  private let schedule: SigmaSchedule
  private let prediction: SchedulerConfig.Prediction
  private let clipRange: Float?
  /// Where an interval began and the direction there.
  private var start: (sample: Tensor, slope: Tensor)?

  public var initialNoiseScale: Float { schedule.initialNoiseScale }

  /// - Parameter steps: 1 up to the number of training steps.
  /// - Throws: `ModelError.badSetting`.
  public init(_ config: SchedulerConfig, steps: Int) throws {
    try config.refuseZeroTerminalSNR(.heun)
    schedule = try SigmaSchedule(config, steps: steps, spacing: config.sigmaSpacing, endsAtZero: true)
    timesteps = schedule.timesteps.prefix(1) + schedule.timesteps.dropFirst().flatMap { [$0, $0] }
    prediction = config.prediction
    clipRange = config.clipsSample ?? false ? config.clipRange : nil
  }

  /// The evaluations are at the levels 0, 1, 1, 2, 2, ...
  private func level(_ step: Int) -> Int { (step + 1) / 2 }

  public func networkInput(_ sample: Tensor, step: Int) -> Tensor { schedule.networkInput(sample, step: level(step)) }

  public mutating func advance(_ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource) -> Tensor {
    let here = level(step)
    let sigma = schedule.sigma(here)
    let original = original(sample, output: output, step: step)
    let slope = Tensor.sum((1 / sigma, sample), (-1 / sigma, original))
    guard let start else {
      self.start = (sample, slope)
      return .sum((1, sample), (schedule.sigma(here + 1) - sigma, slope))
    }
    self.start = nil
    let half = (sigma - schedule.sigma(here - 1)) / 2
    return .sum((1, start.sample), (half, start.slope), (half, slope))
  }

  public func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor {
    schedule.original(sample, output, step: level(step), prediction).clipped(clipRange)
  }
}
