import Foundation

/// The time step as a vector: sinusoids of many frequencies (Vaswani et al. 2017, section 3.5) through two linear layers.
public struct TimeEmbedding: Sendable {
  private let linear1: Linear
  private let linear2: Linear
  private let size: Int
  private let cosineFirst: Bool
  private let frequencyShift: Float

  init(_ loader: WeightLoader, _ config: UNetConfig) {
    size = config.levels[0].channels
    linear1 = Linear(loader("linear_1"), in: size, out: config.timeSize)
    linear2 = Linear(loader("linear_2"), in: config.timeSize, out: config.timeSize)
    cosineFirst = config.cosineFirst
    frequencyShift = config.frequencyShift
  }

  /// Time steps to `[n, 4 c]`.
  public func callAsFunction(_ timesteps: [Float]) -> Tensor {
    linear2(linear1(sinusoid(timesteps), activation: .silu))
  }

  /// Time steps to `[n, c]`. The products are rounded to Float32 as PyTorch's are: at step 1000 the rounding shows.
  public func sinusoid(_ timesteps: [Float]) -> Tensor {
    let half = size / 2
    let frequencies = (0..<half).map { exp(Float(-log(10000.0)) * Float($0) / (Float(half) - frequencyShift)) }
    let values = timesteps.flatMap { time in
      let sines = frequencies.map { sin(time * $0) }, cosines = frequencies.map { cos(time * $0) }
      return (cosineFirst ? cosines + sines : sines + cosines) + Array(repeating: 0, count: size % 2)
    }
    return Tensor(values, shape: [timesteps.count, size])
  }
}
