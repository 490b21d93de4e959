import Foundation
import Models
import TestSupport
import Testing

/// What holds for any weights, on a small network drawn from a seed.
@Suite struct TinyDCAMATests {
  private static func image(_ seed: UInt64, _ side: Int = 64) -> Tensor {
    var noise = Noise(seed)
    return noise.tensor([1, side, side, 3])
  }

  /// A disc.
  private static func mask(_ side: Int = 64) -> Tensor {
    let values = (0..<side * side).map { i -> Float in
      let (y, x) = (i / side - side / 2, i % side - side / 3)
      return y * y + x * x < side * side / 12 ? 1 : 0
    }
    return Tensor(values, shape: [1, side, side, 1])
  }

  @Test func aRepeatedSupportChangesNothing() throws {
    let network = try DCAMA(TinyWeights.dcama(seed: 1))
    let support = SupportExample(features: try network.features(of: Self.image(2)), mask: Self.mask())
    let query = try network.features(of: Self.image(3))
    let one = try network.segment(query: query, supports: [support])
    let three = try network.segment(query: query, supports: [support, support, support])
    #expect(one.logits.shape == [1, 64, 64, 2] && one.mask.count == 64 * 64)
    #expect(Difference.largest(one.logits.values, three.logits.values) < 1e-4)
    let other = SupportExample(features: try network.features(of: Self.image(4)), mask: Self.mask())
    let two = try network.segment(query: query, supports: [support, other])
    let swapped = try network.segment(query: query, supports: [other, support])
    #expect(Difference.largest(two.logits.values, swapped.logits.values) < 1e-4)
    #expect(Difference.largest(one.logits.values, two.logits.values) > 1e-3)
  }

  /// Logits recorded when the same code agreed with the published network's.
  @Test func recordedLogits() throws {
    let network = try DCAMA(TinyWeights.dcama(seed: 1))
    let result = try network.segment(query: Self.image(3), supports: [(Self.image(2), Self.mask())])
    let logits = result.logits.values
    let picked = [0, 1, 2047, 4096, 8191].map { logits[$0] }
    #expect(Difference.largest(picked, Self.recorded) < 1e-3, "\(picked)")
  }

  private static let recorded: [Float] = [-0.1757213, 0.10252868, 0.1296424, -0.29537934, 0.057585143]

  @Test func widthsThatDoNotDivideAreRefused() throws {
    #expect(throws: ModelError.self) { try DCAMA(TinyWeights.dcama(seed: 1, heads: 12)) }
    #expect(throws: ModelError.self) { try DCAMA(TinyWeights.dcama(seed: 1, groups: 6)) }
  }

  /// Whatever a damaged weight file still holds, loading ends in a network or in an error.
  @Test func damagedWeightsNeverCrash() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try TinyWeights.dcama(seed: 1)
    try Safetensors.write(checkpoint.names.map { ($0, try checkpoint.tensor($0)) }, to: folder.file("w.safetensors"))
    let good = Array(try Data(contentsOf: folder.file("w.safetensors")))
    var mutations = Mutations(seed: 5), refused = 0
    for _ in 0..<200 {
      try folder.write(mutations.damaged(good, focus: 12_000), to: "d.safetensors")
      do { _ = try DCAMA(Checkpoint(file: folder.file("d.safetensors"))) } catch is ModelError { refused += 1 }
    }
    // Whole tensors exchanged for others of another shape.
    for seed in 0..<100 {
      var noise = Noise(UInt64(seed))
      var tensors = try checkpoint.names.map { (name: $0, tensor: try checkpoint.tensor($0)) }
      let (a, b) = (noise.int(0...tensors.count - 1), noise.int(0...tensors.count - 1))
      (tensors[a].tensor, tensors[b].tensor) = (tensors[b].tensor, tensors[a].tensor)
      try Safetensors.write(tensors, to: folder.file("s.safetensors"))
      do { _ = try DCAMA(Checkpoint(file: folder.file("s.safetensors"))) } catch is ModelError { refused += 1 }
    }
    #expect(refused > 100)
  }
}
