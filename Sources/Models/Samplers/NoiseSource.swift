/// Where the noise of a run comes from: one generator for all images, or one for each, so that an image generated in a batch is the
/// one its seed gives alone (diffusers does both).
public struct NoiseSource: Sendable {
  private var generators: [TorchGenerator]
  private let row: NoiseRow?

  /// One seed for all images, or one an image; with `row` each image takes that row of its own generator's noise.
  public init(seeds: [UInt64], row: NoiseRow? = nil) {
    generators = seeds.map { TorchGenerator(seed: $0) }
    self.row = row
  }

  /// The next standard normal noise `[n, h, w, c]`: drawn in torch's order for `[n, c, h, w]`, or for `[1, c, h, w]` from each generator.
  public mutating func next(_ shape: [Int]) -> Tensor {
    guard generators.count > 1 || row != nil else { return generators[0].noise(shape) }
    precondition(shape[0] == generators.count, "\(shape) is noise for another number of images than \(generators.count)")
    let row = row ?? NoiseRow(row: 0, rows: 1)
    // The other rows are drawn and dropped: torch draws all values of a batch before it turns them into normal ones.
    return .stacked(
      generators.indices.map { generators[$0].noise([row.rows] + shape.dropFirst()).slice(row.row..<row.row + 1) })
  }
}
