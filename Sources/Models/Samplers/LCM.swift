/// Multistep consistency sampling (Luo et al. 2023, algorithm 3), as `diffusers.LCMScheduler` runs it: every answer is taken for
/// the whole way to the image, and fresh noise leads back to the next level. The last step draws none.
public struct LCM: Sampler {
  public let timesteps: [Float]
  private let steps: [Int]
  private let alphas: [Float]
  private let prediction: SchedulerConfig.Prediction
  private let clipRange: Float?
  private let timestepScaling: Double

  /// - Parameter steps: 1 up to the `original_inference_steps` of the distilled solver.
  /// - Throws: `ModelError.badSetting`.
  public init(_ config: SchedulerConfig, steps count: Int) throws {
    let original = config.originalInferenceSteps
    guard (1...original).contains(count) else {
      throw ModelError.badSetting(name: "steps", value: "\(count)", allowed: "1 to \(original) with sampler lcm for this model")
    }
    let stride = config.trainingSteps / original
    let skip = Double(original) / Double(count)
    steps = (0..<count).map { (original - Int(Double($0) * skip)) * stride - 1 }
    timesteps = steps.map(Float.init)
    alphas = NoiseSchedule(config).alphas
    prediction = config.prediction
    try config.refuseNoiseAlone(.lcm, share: alphas[steps[0]])
    clipRange = config.clipsSample ?? false ? config.clipRange : nil
    timestepScaling = config.timestepScaling
  }

  public mutating func advance(_ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource) -> Tensor {
    let denoised = original(sample, output: output, step: step)
    guard step + 1 < steps.count else { return denoised }
    let next = NoiseLevel(alpha: alphas[steps[step + 1]])
    return .sum((next.signal, denoised), (next.noise, source.next(sample.shape)))
  }

  /// Where every answer leads at once: the network's image, by the boundary condition.
  public func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor {
    let original = prediction.original(sample, output, at: NoiseLevel(alpha: alphas[steps[step]])).clipped(clipRange)
    // The boundary condition (section 4.1): at time 0 the sample is the image.
    let (time, deviation) = (Double(steps[step]) * timestepScaling, 0.5)
    let total = time * time + deviation * deviation
    return .sum((time / total.squareRoot(), original), (deviation * deviation / total, sample))
  }
}
