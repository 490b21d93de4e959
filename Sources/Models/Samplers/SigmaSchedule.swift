import Foundation

/// The noise levels a sampler walks down and the time that the network reads at each (Karras et al. 2022, algorithm 1).
struct SigmaSchedule: Sendable {
  /// Ratios of noise to signal, one more than there are steps; the last is where the walk ends.
  let sigmas: [Float]
  /// One a step.
  let timesteps: [Float]
  /// Whether the first sample counts as pure noise.
  private let startsAtNoise: Bool

  /// The levels of samplers that take a sample for signal plus `σ` times noise; time steps need not be whole.
  /// Throws `ModelError.badSetting`.
  init(_ config: SchedulerConfig, steps count: Int, spacing: SchedulerConfig.SigmaSpacing, endsAtZero: Bool) throws {
    let trained = NoiseSchedule(config).sigmas
    let places = try config.places(count, spacing: .linspace)
    let levels = places.map { Self.interpolated(trained, at: Double(Float($0))) }
    let laid = spacing.levels(from: levels[0], to: levels[levels.count - 1], count: count)
    sigmas = ((laid ?? levels) + [endsAtZero ? 0 : Double(trained[0])]).map(Float.init)
    timesteps = laid?.map { Float(Self.time(of: $0, in: trained)) } ?? places.map(Float.init)
    startsAtNoise = config.spacing != .leading
  }

  /// The levels of the multistep solvers: whole time steps, the least noisy one left out.
  ///
  /// - Parameter lambdaMinimum: training steps with less half log-SNR than this are not visited.
  /// - Throws: `ModelError.badSetting`.
  init(
    multistep config: SchedulerConfig, steps count: Int, spacing: SchedulerConfig.SigmaSpacing,
    lambdaMinimum: Double = -.infinity
  ) throws {
    let schedule = NoiseSchedule(config), trained = schedule.sigmas
    let clipped = trained.count { NoiseLevel(sigma: $0).lambda < lambdaMinimum }
    let places = try config.places(count, spacing: .linspace, leavesLast: true, end: config.trainingSteps - clipped)
      .map { $0.rounded(.toNearestOrEven) }
    let laid = spacing.levels(from: Double(trained[trained.count - 1]), to: Double(trained[0]), count: count)
    let levels = laid ?? places.map { Self.interpolated(trained, at: $0) }
    let rounds = spacing != .exponential
    sigmas = (levels + [config.endsAtZero ? 0 : Double(trained[0])]).map(Float.init)
    timesteps = (laid?.map { level in
      let time = Self.time(of: level, in: trained)
      return rounds ? time.rounded(.toNearestOrEven) : time.rounded(.towardZero)
    } ?? places).map(Float.init)
    startsAtNoise = true
  }

  /// What standard normal noise is multiplied by, for a sample of signal plus `σ` times noise.
  var initialNoiseScale: Float {
    let largest = sigmas.max() ?? 0
    return startsAtNoise ? largest : (largest * largest + 1).squareRoot()
  }

  /// A sample of signal plus `σ` times noise as the network knows it, of variance 1.
  func networkInput(_ sample: Tensor, step: Int) -> Tensor {
    .sum((NoiseLevel(sigma: sigmas[step]).signal, sample))
  }

  /// A level by its step; the one after the last step is where the walk ends.
  func sigma(_ step: Int) -> Double { Double(sigmas[step]) }

  /// The image that the network sees in a sample of signal plus `σ` times noise, by its answer to `networkInput`.
  func original(_ sample: Tensor, _ output: Tensor, step: Int, _ prediction: SchedulerConfig.Prediction) -> Tensor {
    let level = NoiseLevel(sigma: sigmas[step])
    let signal = Float(level.signal), noise = Float(level.noise)
    return sample.zipped(output) { prediction.parts(signal * $0, $1, signal: signal, noise: noise).original }
  }

  /// `numpy.interp` over 0, 1, 2, ...
  private static func interpolated(_ values: [Float], at place: Double) -> Double {
    guard place > 0 else { return Double(values[0]) }
    let index = Int(place)
    guard index < values.count - 1 else { return Double(values[values.count - 1]) }
    let (low, high) = (Double(values[index]), Double(values[index + 1]))
    return low + (high - low) * (place - Double(index))
  }

  /// The training step of a level, interpolated in its logarithm. `trained` rises.
  private static func time(of sigma: Double, in trained: [Float]) -> Double {
    let level = log(max(sigma, 1e-10))
    // Logarithms of single precision, as NumPy takes of what PyTorch gives: rounding to whole steps must fall alike.
    let index = min(max((trained.firstIndex { Double(log($0)) > level } ?? trained.count) - 1, 0), max(trained.count - 2, 0))
    guard index + 1 < trained.count else { return 0 }
    let (low, high) = (log(trained[index]), log(trained[index + 1]))
    let weight = min(max((Double(low) - level) / Double(low - high), 0), 1)
    return (1 - weight) * Double(index) + weight * Double(index + 1)
  }
}

extension SchedulerConfig.SigmaSpacing {
  /// `count` levels between two, falling; nil where the sampling steps decide.
  fileprivate func levels(from highest: Double, to lowest: Double, count: Int) -> [Double]? {
    func laid(_ ramp: (Double) -> Double) -> [Double] {
      (0..<count).map { ramp(count > 1 ? Double($0) / Double(count - 1) : 0) }
    }
    switch self {
    case .steps: return nil
    case .karras:
      let rho = 7.0
      let (high, low) = (pow(highest, 1 / rho), pow(lowest, 1 / rho))
      return laid { pow(high + $0 * (low - high), rho) }
    case .exponential, .logarithmic:
      return laid { exp(log(highest) + $0 * (log(lowest) - log(highest))) }
    }
  }
}
