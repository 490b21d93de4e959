/// Denoising diffusion implicit models (Song et al. 2020, equations 12 and 16), as `diffusers.DDIMScheduler` runs it.
public struct DDIM: Sampler {
  public let timesteps: [Float]
  private let steps: [Int]
  private let stride: Int
  private let alphas: [Float]
  private let finalAlpha: Float
  private let prediction: SchedulerConfig.Prediction
  private let clipRange: Float?
  private let eta: Float

  /// - Parameters:
  ///   - steps: 1 up to the number of training steps.
  ///   - eta: 0 (deterministic) ... 1 (as noisy as DDPM).
  /// - Throws: `ModelError.badSetting`.
  public init(_ config: SchedulerConfig, steps count: Int, eta: Float = 0) throws {
    guard (0...1).contains(eta) else {
      throw ModelError.badSetting(name: "eta", value: "\(eta)", allowed: "0 to 1")
    }
    steps = try config.timesteps(count)
    timesteps = steps.map(Float.init)
    stride = config.trainingSteps / count
    alphas = NoiseSchedule(config).alphas
    finalAlpha = config.setAlphaToOne ?? true ? 1 : alphas[0]
    prediction = config.prediction
    try config.refuseNoiseAlone(.ddim, share: alphas[steps[0]])
    clipRange = config.clipsSample ?? true ? config.clipRange : nil
    self.eta = eta
  }

  public mutating func advance(
    _ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource
  ) -> Tensor {
    let time = steps[step]
    let alpha = alphas[time]
    let previousAlpha = time >= stride ? alphas[time - stride] : finalAlpha
    let (signal, noise) = (alpha.squareRoot(), (1 - alpha).squareRoot())
    // Equation 16; the published variance formula.
    let variance = (1 - previousAlpha) / (1 - alpha) * (1 - alpha / previousAlpha)
    let deviation = eta * max(variance, 0).squareRoot()
    let previousSignal = previousAlpha.squareRoot()
    let direction = max(1 - previousAlpha - deviation * deviation, 0).squareRoot()

    let limit = clipRange ?? .infinity
    let result = sample.zipped(output) { x, predicted in
      let (original, epsilon) = prediction.parts(x, predicted, signal: signal, noise: noise)
      return previousSignal * min(max(original, -limit), limit) + direction * epsilon
    }
    return eta > 0 ? result.zipped(source.next(sample.shape)) { $0 + deviation * $1 } : result
  }

  /// The first term of equation 12.
  public func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor {
    prediction.original(sample, output, at: NoiseLevel(alpha: alphas[steps[step]])).clipped(clipRange)
  }
}
