import Foundation

/// The second-order multistep DPM-Solver++ (Lu et al. 2022b, algorithm 2) and its stochastic form (equation 19), as
/// `diffusers.DPMSolverMultistepScheduler` runs `dpmsolver++` and `sde-dpmsolver++`.
///
/// The stochastic form draws noise in every step, the last one included.
public struct DPMSolver: Sampler {
  public let timesteps: [Float]
  private let levels: [NoiseLevel]
  private let prediction: SchedulerConfig.Prediction
  private let isStochastic: Bool
  private let solverType: SchedulerConfig.SolverType
  private let endsInFirstOrder: Bool
  /// What the network saw in the sample a step before.
  private var previous: Tensor?

  /// - Parameters:
  ///   - name: one of the three `dpmpp-2m` samplers.
  ///   - steps: 1 up to the number of training steps, less one unless time steps are spaced `trailing`.
  /// - Throws: `ModelError.badSetting`.
  init(_ name: SamplerName, _ config: SchedulerConfig, steps: Int) throws {
    try config.refuseClipping(name)
    guard config.solverOrder == 2 else {
      throw ModelError.badSetting(
        name: "sampler", value: name.rawValue, allowed: "it is of second order, this model's solver_order is \(config.solverOrder)")
    }
    let schedule = try SigmaSchedule(
      multistep: config, steps: steps, spacing: name == .dpmpp2mKarras ? .karras : config.sigmaSpacing,
      lambdaMinimum: config.lambdaMinimum)
    timesteps = schedule.timesteps
    levels = schedule.sigmas.map { NoiseLevel(sigma: $0) }
    prediction = config.prediction
    isStochastic = name == .dpmpp2mSDE
    solverType = config.solverType == .heun ? .heun : .midpoint
    endsInFirstOrder = config.endsAtZero || config.eulerAtFinal || (config.lowerOrderFinal && timesteps.count < 15)
  }

  public mutating func advance(_ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource) -> Tensor {
    let (here, next) = (levels[step], levels[step + 1])
    let h = next.lambda - here.lambda
    // A stochastic step forgets the sample twice as fast and makes up for it with noise.
    let rate = isStochastic ? 2.0 : 1.0
    let gain = -next.signal * expm1(-rate * h)
    let kept = next.noise / here.noise * (isStochastic ? exp(-h) : 1)

    let original = original(sample, output: output, step: step)
    defer { previous = original }
    var result = Tensor.sum((kept, sample), (gain, original))
    let isLast = step == timesteps.count - 1
    if let previous, !(isLast && endsInFirstOrder) {
      // The difference over the interval before, carried over to this one.
      let ratio = h / (here.lambda - levels[step - 1].lambda)
      let weight = ratio * (solverType == .midpoint ? gain / 2 : next.signal - gain / (rate * h))
      result = .sum((1, result), (weight, original), (-weight, previous))
    }
    guard isStochastic else { return result }
    let fresh = next.noise * (-expm1(-2 * h)).squareRoot()
    return .sum((1, result), (fresh, source.next(sample.shape)))
  }

  public func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor { prediction.original(sample, output, at: levels[step]) }
}
