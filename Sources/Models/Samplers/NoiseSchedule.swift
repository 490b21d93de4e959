import Foundation

/// The share of signal left after each training step, in the precision PyTorch computes it in.
struct NoiseSchedule: Sendable {
  /// Product of (1 - beta) up to and including each step.
  let alphas: [Float]

  init(_ config: SchedulerConfig) {
    let betas = config.trainedBetas ?? Self.betas(config)
    // torch.cumprod keeps a double-precision running product and rounds each entry.
    var product = 1.0
    let cumulative = betas.map { beta -> Float in
      product *= Double(1 - beta)
      return Float(product)
    }
    alphas = config.zeroTerminalSNR ? Self.rescaled(cumulative) : cumulative
  }

  /// Noise against signal after each step, `√((1 - ᾱ) / ᾱ)`.
  var sigmas: [Float] {
    alphas.map { alpha in
      // Pure noise would be infinitely noisy: diffusers stops at half precision's smallest number.
      let alpha = max(alpha, 0x1p-24)
      return ((1 - alpha) / alpha).squareRoot()
    }
  }

  private static func betas(_ config: SchedulerConfig) -> [Float] {
    let count = config.trainingSteps
    switch config.betaSchedule {
    case .linear: return linspace(config.betaStart, config.betaEnd, count)
    case .scaledLinear:
      return linspace(Float(Double(config.betaStart).squareRoot()), Float(Double(config.betaEnd).squareRoot()), count)
        .map { $0 * $0 }
    case .squaredCosine:
      // Nichol and Dhariwal 2021, equation 17.
      func signal(_ t: Double) -> Double { pow(cos((t + 0.008) / 1.008 * .pi / 2), 2) }
      return (0..<count).map { i in
        Float(min(1 - signal(Double(i + 1) / Double(count)) / signal(Double(i) / Double(count)), 0.999))
      }
    }
  }

  /// Shifts and scales the square roots so that the last is 0 and the first stays.
  private static func rescaled(_ alphas: [Float]) -> [Float] {
    let roots = alphas.map { $0.squareRoot() }
    guard let first = roots.first, let last = roots.last, first > last else { return alphas }
    return roots.map { root in
      let moved = (root - last) * (first / (first - last))
      return moved * moved
    }
  }

  /// `torch.linspace` in float32: from the start for the first half, from the end for the second.
  static func linspace(_ start: Float, _ end: Float, _ count: Int) -> [Float] {
    guard count > 1 else { return [start] }
    let step = (end - start) / Float(count - 1)
    return (0..<count).map { $0 < count / 2 ? start + step * Float($0) : end - step * Float(count - $0 - 1) }
  }
}

/// How much of a sample is signal and how much noise: `x = signal x₀ + noise ε`, the squares adding up to 1.
struct NoiseLevel: Sendable {
  let signal: Double
  let noise: Double

  /// After a training step with `ᾱ` of the signal's power left.
  init(alpha: Float) {
    signal = Double(alpha).squareRoot()
    noise = Double(1 - alpha).squareRoot()
  }

  /// At a ratio of noise to signal.
  init(sigma: Float) {
    let sigma = Double(sigma)
    signal = 1 / (sigma * sigma + 1).squareRoot()
    noise = sigma * signal
  }

  /// Half the logarithm of the signal-to-noise ratio, λ of the exponential integrators; infinite without noise.
  var lambda: Double { log(signal) - log(noise) }
}
