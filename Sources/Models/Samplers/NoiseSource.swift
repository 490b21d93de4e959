/// Where the noise of a run comes from: one generator for all pictures, or one for each, so that a picture painted in a batch is the
/// one its seed gives alone (diffusers does both).
public struct NoiseSource: Sendable {
  private var generators: [TorchGenerator]

  /// One seed for all pictures, or one a picture.
  public init(seeds: [UInt64]) { generators = seeds.map { TorchGenerator(seed: $0) } }

  /// The next standard normal noise `[n, h, w, c]`: drawn in torch's order for `[n, c, h, w]`, or for `[1, c, h, w]` from each generator.
  public mutating func next(_ shape: [Int]) -> Tensor {
    guard generators.count > 1 else { return generators[0].noise(shape) }
    precondition(shape[0] == generators.count, "\(shape) is noise for another number of pictures than \(generators.count)")
    return .stacked(generators.indices.map { generators[$0].noise([1] + shape.dropFirst()) })
  }
}
