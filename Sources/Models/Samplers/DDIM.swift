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
    finalAlpha = config.setAlphaToOne ? 1 : alphas[0]
    prediction = config.prediction
    clipRange = config.clipRange
    self.eta = eta
  }

  public mutating func advance(
    _ sample: Tensor, output: Tensor, step: Int, generator: inout TorchGenerator
  ) -> Tensor {
    precondition(sample.shape == output.shape, "a prediction \(output.shape) for a sample \(sample.shape)")
    let time = steps[step]
    let alpha = alphas[time]
    let previousAlpha = time >= stride ? alphas[time - stride] : finalAlpha
    let (signal, noise) = (alpha.squareRoot(), (1 - alpha).squareRoot())
    // Equation 16; the published variance formula.
    let variance = (1 - previousAlpha) / (1 - alpha) * (1 - alpha / previousAlpha)
    let deviation = eta * max(variance, 0).squareRoot()
    let previousSignal = previousAlpha.squareRoot()
    let direction = max(1 - previousAlpha - deviation * deviation, 0).squareRoot()
    let fresh = eta > 0 ? generator.noise(sample.shape) : nil

    var result = Tensor(uninitialized: sample.shape)
    result.withUnsafeMutable { target in
      sample.withUnsafe { x in
        output.withUnsafe { predicted in
          for i in 0..<sample.count {
            var original: Float
            let epsilon: Float
            switch prediction {
            case .epsilon:
              original = (x[i] - noise * predicted[i]) / signal
              epsilon = predicted[i]
            case .sample:
              original = predicted[i]
              epsilon = (x[i] - signal * original) / noise
            case .velocity:
              original = signal * x[i] - noise * predicted[i]
              epsilon = signal * predicted[i] + noise * x[i]
            }
            if let clipRange { original = min(max(original, -clipRange), clipRange) }
            target[i] = previousSignal * original + direction * epsilon
          }
        }
      }
      fresh?.withUnsafe { drawn in
        for i in 0..<sample.count { target[i] += deviation * drawn[i] }
      }
    }
    return result
  }
}
