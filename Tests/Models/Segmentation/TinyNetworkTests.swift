import Foundation
import Models
import TestSupport
import Testing

/// The other networks on small weights drawn from a seed; numbers recorded when the same code agreed with the published ones.
@Suite struct TinyNetworkTests {
  private static func image(_ seed: UInt64, _ side: Int) -> Tensor {
    var noise = Noise(seed)
    return noise.tensor([1, side, side, 3])
  }

  private static func support(_ network: some FewShotSegmenter, _ seed: UInt64, _ side: Int) throws -> SupportExample {
    let half = (0..<side * side).map { Float($0 % side < side / 2 ? 1 : 0) }
    return SupportExample(features: try network.features(of: image(seed, side)), mask: Tensor(half, shape: [1, side, side, 1]))
  }

  private func expect(_ tensor: Tensor, _ recorded: [Float], _ tolerance: Float) {
    let values = tensor.values
    let picked = (0..<5).map { values[$0 * (values.count - 1) / 4] }
    #expect(Difference.largest(picked, recorded) < tolerance, "\(picked)")
  }

  @Test func hed() throws {
    let network = try HED(TinyWeights.hed(seed: 11))
    let photo = Kernels.scale(Self.image(12, 48), by: 3, offset: 1)
    try expect(network.edges(rgb: photo), [0.4905063, 0.54949594, 0.5271523, 0.5773199, 0.58759], 1e-4)
  }

  @Test func pidinet() throws {
    let network = try PiDiNet(TinyWeights.pidinet(seed: 13))
    let photo = Kernels.scale(Self.image(14, 48), by: 127, offset: 127)
    try expect(network.edges(rgb: photo), [0.3107395, 0.99592495, 0.9969001, 0.12850931, 0.13154066], 1e-4)
  }

  @Test func hsnet() throws {
    let network = try HSNet(TinyWeights.hsnet(seed: 15))
    let query = try network.features(of: Self.image(16, 96))
    let supports = try [17, 18].map { try Self.support(network, $0, 96) }
    let result = try network.segment(query: query, supports: supports)
    #expect(result.logits.shape == [2, 96, 96, 2])
    #expect(result.votes?.max() ?? 0 <= 2)
    expect(result.logits, [0.05739273, -0.09311731, -0.09451151, -0.083257526, -0.1325219], 1e-3)
    let alone = try network.segment(query: query, supports: [supports[1]])
    #expect(alone.logits.values == result.logits.slice(1..<2).values)
  }

  /// An even kernel would shift the map by a pixel at every layer.
  @Test func evenKernelsAreRefused() throws {
    let checkpoint = try TinyWeights.hsnet(seed: 15)
    let folder = try TemporaryFolder()
    let tensors = try checkpoint.names.map { name in
      let isEven = name.hasSuffix("encoder_layer3.3.conv2.weight")
      return (name: name, tensor: isEven ? Tensor(zeros: [8, 8, 4, 4]) : try checkpoint.tensor(name))
    }
    try Safetensors.write(tensors, to: folder.file("even.safetensors"))
    #expect(throws: ModelError.self) { try HSNet(Checkpoint(file: folder.file("even.safetensors"))) }
  }

  @Test func bam() throws {
    let network = try BAM(TinyWeights.bam(seed: 19))
    let query = try network.features(of: Self.image(20, 65))
    let supports = try [21, 22, 23].map { try Self.support(network, $0, 65) }
    let result = try network.segment(query: query, supports: supports)
    expect(result.logits, [-0.041179873, -0.047689565, -0.047850035, -0.046881553, 0.22591262], 1e-3)
    let turned = try network.segment(query: query, supports: supports.reversed())
    #expect(Difference.largest(result.logits.values, turned.logits.values) < 1e-4)
    #expect(throws: ModelError.self) { try network.segment(query: query, supports: Array(supports.prefix(2))) }
  }

  /// Loading whatever is left of damaged weights ends in a network or in an error.
  @Test(arguments: ["hed", "pidinet", "hsnet", "bam"]) func damagedWeightsNeverCrash(name: String) throws {
    let checkpoint =
      switch name {
      case "hed": try TinyWeights.hed(seed: 1)
      case "pidinet": try TinyWeights.pidinet(seed: 1)
      case "hsnet": try TinyWeights.hsnet(seed: 1)
      default: try TinyWeights.bam(seed: 1)
      }
    let folder = try TemporaryFolder()
    var refused = 0
    for seed in 0..<60 {
      var noise = Noise(UInt64(seed))
      var tensors = try checkpoint.names.map { (name: $0, tensor: try checkpoint.tensor($0)) }
      let (a, b) = (noise.int(0...tensors.count - 1), noise.int(0...tensors.count - 1))
      switch seed % 3 {
      case 0: (tensors[a].tensor, tensors[b].tensor) = (tensors[b].tensor, tensors[a].tensor)
      case 1: tensors.remove(at: a)
      default: tensors[a].tensor = Tensor(zeros: [tensors[a].tensor.shape[0] + 1] + tensors[a].tensor.shape.dropFirst())
      }
      try Safetensors.write(tensors, to: folder.file("d.safetensors"))
      do {
        let damaged = try Checkpoint(file: folder.file("d.safetensors"))
        switch name {
        case "hed": _ = try HED(damaged)
        case "pidinet": _ = try PiDiNet(damaged)
        case "hsnet": _ = try HSNet(damaged)
        default: _ = try BAM(damaged)
        }
      } catch is ModelError { refused += 1 }
    }
    // What is missing or misshapen in two of three.
    #expect(refused >= 40)
  }
}
