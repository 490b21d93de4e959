/// One way of walking from noise to an image. A value: a copy goes on by itself from the same place.
///
/// The steps are counted as diffusers counts them, one network evaluation each, so that control windows and
/// per-step results mean the same; a second-order method has two of them for each of its intervals.
public protocol Sampler: Sendable {
  /// The time that the network reads at each step, first to last.
  var timesteps: [Float] { get }
  /// What standard normal noise is multiplied by to become the first sample.
  var initialNoiseScale: Float { get }
  /// The network's input at a step, made from the sample.
  func networkInput(_ sample: Tensor, step: Int) -> Tensor
  /// The sample after a step.
  /// - Parameters:
  ///   - output: the network's answer to `networkInput(sample, step:)`, guidance applied, of the sample's shape.
  ///   - source: where a stochastic method draws its noise.
  mutating func advance(_ sample: Tensor, output: Tensor, step: Int, noise source: inout NoiseSource) -> Tensor
  /// The image without noise that the network sees in the sample of a step, `x₀`, by its answer `output`: for previews, no step needs
  /// it.
  func original(_ sample: Tensor, output: Tensor, step: Int) -> Tensor
}

extension Sampler {
  public var initialNoiseScale: Float { 1 }
  public func networkInput(_ sample: Tensor, step: Int) -> Tensor { sample }
}

/// A run of a sampler: one `next` is one step. Cancelling is not asking again.
public struct SamplingRun: Sendable {
  /// What the next step will tell the network and count as; nil when the run is over.
  public var upcoming: (step: Int, timestep: Float)? {
    step < sampler.timesteps.count ? (step, sampler.timesteps[step]) : nil
  }
  /// The sample as it is, `[n, h, w, c]`.
  public private(set) var sample: Tensor
  /// What the network saw in the sample of the last step, without its noise; nil before the first one.
  public var original: Tensor? {
    seen.map { sampler.original($0.sample, output: $0.output, step: step - 1) }
  }
  /// The sample before the last step, and the network's answer to it.
  private var seen: (sample: Tensor, output: Tensor)?
  private var sampler: any Sampler
  private var noise: NoiseSource
  private var step = 0

  /// Starts from the source's first noise of a shape `[n, h, w, c]`.
  public init(_ sampler: any Sampler, shape: [Int], noise: NoiseSource) {
    var noise = noise
    let first = noise.next(shape)
    self.init(sampler, first: first, noise: noise)
  }

  /// Starts from given standard normal noise `[n, h, w, c]`.
  public init(_ sampler: any Sampler, first: Tensor, noise: NoiseSource) {
    let scale = sampler.initialNoiseScale
    sample = scale == 1 ? first : first.mapped { $0 * scale }
    self.sampler = sampler
    self.noise = noise
  }

  /// Makes one step and returns the new sample, nil when there are no more.
  /// - Parameter network: the noise prediction for an input, a time step and the number of the step; its errors pass through.
  public mutating func next(
    _ network: (_ input: Tensor, _ timestep: Float, _ step: Int) throws -> Tensor
  ) rethrows -> Tensor? {
    guard let (step, timestep) = upcoming else { return nil }
    let output = try network(sampler.networkInput(sample, step: step), timestep, step)
    seen = (sample, output)
    sample = sampler.advance(sample, output: output, step: step, noise: &noise)
    self.step += 1
    return sample
  }
}
