/// Pseudo numerical methods (Liu et al. 2022, equations 9 and 12) with linear multistep steps of growing order in place of the
/// Runge-Kutta ones, as `diffusers.PNDMScheduler` runs it with `skip_prk_steps`.
///
/// The second time step is visited twice: n steps are n + 1 network evaluations.
public struct PNDM: Sampler {
  public let timesteps: [Float]
  private let steps: [Int]
  private let stride: Int
  private let alphas: [Float]
  private let finalAlpha: Float
  private let prediction: SchedulerConfig.Prediction
  /// The network's last answers, at most four, newest last.
  private var outputs: [Tensor] = []
  /// The first sample, from which the second step starts again.
  private var first: Tensor?

  /// - Parameter steps: 1 up to the number of training steps.
  /// - Throws: `ModelError.badSetting`.
  public init(_ config: SchedulerConfig, steps count: Int) throws {
    try config.refuseClipping(.pndm)
    try config.refuseZeroTerminalSNR(.pndm)
    guard config.skipsRungeKutta else {
      throw ModelError.badSetting(name: "sampler", value: "pndm", allowed: "this model's skip_prk_steps is false, only true is supported")
    }
    guard config.prediction != .sample else {
      throw ModelError.badSetting(name: "sampler", value: "pndm", allowed: "this model predicts samples, pndm needs epsilon or v_prediction")
    }
    let visited = try config.timesteps(count)
    steps = Array(visited.prefix(2) + visited.dropFirst())
    timesteps = steps.map(Float.init)
    stride = config.trainingSteps / count
    alphas = NoiseSchedule(config).alphas
    finalAlpha = config.setAlphaToOne ?? false ? 1 : alphas[0]
    prediction = config.prediction
  }

  public mutating func advance(_ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource) -> Tensor {
    // The second evaluation repeats the first step with the mean of both ends.
    let repeats = step == 1
    let time = repeats ? steps[step] + stride : steps[step]
    if !repeats { outputs = outputs.suffix(3) + [output] }
    if step == 0 { first = sample }
    let start = repeats ? first ?? sample : sample
    return transferred(start, multistep(output, step: step), from: time, to: time - stride)
  }

  public func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor {
    prediction.original(sample, output, at: NoiseLevel(alpha: alphas[steps[step]]))
  }

  /// Equation 12, and its forms of lower order while there are fewer answers (Adams and Bashforth).
  private func multistep(_ output: Tensor, step: Int) -> Tensor {
    let e = Array(outputs.reversed())
    if step == 1 { return .sum((0.5, output), (0.5, e[0])) }
    return switch e.count {
    case 1: output
    case 2: .sum((3.0 / 2, e[0]), (-1.0 / 2, e[1]))
    case 3: .sum((23.0 / 12, e[0]), (-16.0 / 12, e[1]), (5.0 / 12, e[2]))
    default: .sum((55.0 / 24, e[0]), (-59.0 / 24, e[1]), (37.0 / 24, e[2]), (-9.0 / 24, e[3]))
    }
  }

  /// Equation 9: a sample at one time step to another with a given noise prediction.
  private func transferred(_ sample: Tensor, _ output: Tensor, from time: Int, to previous: Int) -> Tensor {
    let alpha = alphas[min(time, alphas.count - 1)]
    let epsilon = prediction.epsilon(sample, output, at: NoiseLevel(alpha: alpha))
    let (a, b) = (Double(alpha), Double(previous >= 0 ? alphas[previous] : finalAlpha))
    let divisor = a * (1 - b).squareRoot() + (a * (1 - a) * b).squareRoot()
    return .sum(((b / a).squareRoot(), sample), ((a - b) / divisor, epsilon))
  }
}
