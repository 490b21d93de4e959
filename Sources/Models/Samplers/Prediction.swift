extension SchedulerConfig.Prediction {
  /// Splits an element of a sample `signal x₀ + noise ε` with the network's answer to it into `x₀` and `ε`.
  @inline(__always)
  func parts(_ sample: Float, _ output: Float, signal: Float, noise: Float) -> (original: Float, epsilon: Float) {
    switch self {
    case .epsilon: ((sample - noise * output) / signal, output)
    case .sample: (output, (sample - signal * output) / noise)
    case .velocity: (signal * sample - noise * output, signal * output + noise * sample)  // Salimans and Ho 2022, appendix D
    }
  }

  /// The image without noise that the network sees in a sample.
  func original(_ sample: Tensor, _ output: Tensor, at level: NoiseLevel) -> Tensor {
    let (signal, noise) = (Float(level.signal), Float(level.noise))
    return sample.zipped(output) { parts($0, $1, signal: signal, noise: noise).original }
  }

  /// The noise that the network sees in a sample.
  func epsilon(_ sample: Tensor, _ output: Tensor, at level: NoiseLevel) -> Tensor {
    guard self != .epsilon else { return output }
    let (signal, noise) = (Float(level.signal), Float(level.noise))
    return sample.zipped(output) { parts($0, $1, signal: signal, noise: noise).epsilon }
  }
}

extension SchedulerConfig {
  /// Throws `ModelError.badSetting` when the model asks to clamp predicted samples, of a sampler that does not.
  func refuseClipping(_ sampler: SamplerName) throws {
    if clipsSample == true {
      throw ModelError.badSetting(
        name: "sampler", value: sampler.rawValue, allowed: "this model's clip_sample is known to ddim, heun and lcm only")
    }
  }

  /// Throws `ModelError.badSetting` when a network that predicts noise is to be asked for it where there is nothing else: no image follows from the answer.
  func refuseNoiseAlone(_ sampler: SamplerName, share alpha: Float) throws {
    if alpha == 0, prediction == .epsilon {
      throw ModelError.badSetting(
        name: "sampler", value: sampler.rawValue,
        allowed: "this model's schedule ends in pure noise (rescale_betas_zero_snr), which only a v_prediction or sample model starts from")
    }
  }

  /// Throws `ModelError.badSetting` when the model's schedule was rescaled, of a sampler that does not know of it.
  func refuseZeroTerminalSNR(_ sampler: SamplerName) throws {
    if zeroTerminalSNR {
      throw ModelError.badSetting(
        name: "sampler", value: sampler.rawValue, allowed: "this model's rescale_betas_zero_snr is not known to pndm and heun, nor to diffusers' schedulers of these names")
    }
  }
}
