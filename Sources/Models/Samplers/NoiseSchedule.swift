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

extension SchedulerConfig {
  /// The training steps that `count` sampling steps visit, noisiest first. Throws `ModelError.badSetting`.
  func timesteps(_ count: Int) throws -> [Int] {
    let total = trainingSteps
    guard (1...total).contains(count) else {
      throw ModelError.badSetting(name: "steps", value: "\(count)", allowed: "1 to \(total) for this model")
    }
    let chosen: [Int]
    switch spacing {
    case .leading:
      chosen = (0..<count).reversed().map { $0 * (total / count) + stepsOffset }
    case .linspace:
      let width = count > 1 ? Double(total - 1) / Double(count - 1) : 0
      chosen = (0..<count).reversed().map { Int((Double($0) * width).rounded(.toNearestOrEven)) }
    case .trailing:
      let width = Double(total) / Double(count)
      chosen = (0..<count).map { Int((Double(total) - Double($0) * width).rounded(.toNearestOrEven)) - 1 }
    }
    guard chosen.allSatisfy((0..<total).contains) else {
      throw ModelError.badSetting(
        name: "steps", value: "\(count)", allowed: "with this model's step offset the first would be \(chosen[0]) of \(total)")
    }
    return chosen
  }
}
