import Foundation

/// The unified predictor-corrector (Zhao et al. 2023, algorithms 5 and 6) on predicted samples, as
/// `diffusers.UniPCMultistepScheduler` runs it.
///
/// An answer corrects the sample it was asked for before it predicts the next: one evaluation a step serves both.
public struct UniPC: Sampler {
  public let timesteps: [Float]
  private let levels: [NoiseLevel]
  private let prediction: SchedulerConfig.Prediction
  private let order: Int
  private let isFirstForm: Bool
  private let lowerOrderFinal: Bool
  private let uncorrectedSteps: Set<Int>
  /// What the network saw in the last samples, at most `order`, newest first.
  private var originals: [Tensor] = []
  /// The sample before the last prediction, and the order it was made with.
  private var last: (sample: Tensor, order: Int)?

  /// - Parameter steps: 1 up to the number of training steps, less one unless time steps are spaced `trailing`.
  /// - Throws: `ModelError.badSetting`.
  public init(_ config: SchedulerConfig, steps: Int) throws {
    try config.refuseClipping(.unipc)
    let schedule = try SigmaSchedule(multistep: config, steps: steps, spacing: config.sigmaSpacing)
    timesteps = schedule.timesteps
    levels = schedule.sigmas.map { NoiseLevel(sigma: $0) }
    prediction = config.prediction
    order = config.solverOrder
    isFirstForm = config.solverType == .bh1
    lowerOrderFinal = config.lowerOrderFinal
    uncorrectedSteps = config.uncorrectedSteps
  }

  public mutating func advance(_ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource) -> Tensor {
    let original = original(sample, output: output, step: step)
    var sample = sample
    if let last, !uncorrectedSteps.contains(step - 1) {
      sample = update(last.sample, from: step - 1, order: last.order, reached: original)
    }
    originals = [original] + originals.prefix(order - 1)
    let remaining = lowerOrderFinal ? timesteps.count - step : order
    let now = min(order, remaining, step + 1)
    last = (sample, now)
    return update(sample, from: step, order: now, reached: nil)
  }

  public func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor { prediction.original(sample, output, at: levels[step]) }

  /// Equation 3 of the paper (predictor), or 4 (corrector) when the end's own original is given as `reached`.
  private func update(_ sample: Tensor, from step: Int, order: Int, reached: Tensor?) -> Tensor {
    let (here, next) = (levels[step], levels[step + 1])
    let h = next.lambda - here.lambda
    // Differences of originals to the newest, at points measured in steps of h.
    var points = (1..<order).map { (levels[step - $0].lambda - here.lambda) / h }
    var others = (1..<order).map { originals[$0] }
    if let reached {
      points.append(1)
      others.append(reached)
    }
    let scale = isFirstForm ? -h : expm1(-h)
    let weights = Self.weights(points, h: -h, scale: scale)
    var result = Tensor.sum((next.noise / here.noise, sample), (-next.signal * expm1(-h), originals[0]))
    for (index, other) in others.enumerated() {
      let weight = -next.signal * scale * weights[index] / points[index]
      result = .sum((1, result), (weight, other), (-weight, originals[0]))
    }
    return result
  }

  /// What the differences at some points weigh: the solution of a Vandermonde system (theorem 3.1). A single one weighs a half.
  private static func weights(_ points: [Double], h: Double, scale: Double) -> [Double] {
    guard points.count > 1 else { return points.map { _ in 0.5 } }
    var (phi, factorial) = (expm1(h) / h - 1, 1.0)
    var rows = points.indices.map { power in
      let row = points.map { pow($0, Double(power)) } + [phi * factorial / scale]
      factorial *= Double(power + 2)
      phi = phi / h - 1 / factorial
      return row
    }
    // Elimination without pivoting: points are distinct, the first row is of ones.
    for pivot in rows.indices {
      for other in rows.indices where other != pivot {
        let factor = rows[other][pivot] / rows[pivot][pivot]
        rows[other] = zip(rows[other], rows[pivot]).map { $0 - factor * $1 }
      }
    }
    return rows.indices.map { rows[$0][points.count] / rows[$0][$0] }
  }
}
