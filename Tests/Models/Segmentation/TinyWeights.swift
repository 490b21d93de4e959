import Foundation
import Models
import TestSupport

/// Seeded weights of small networks, so that a clone alone can run them.
struct TinyWeights {
  private var noise: Noise
  private var tensors: [(name: String, tensor: Tensor)] = []

  init(seed: UInt64) { noise = Noise(seed) }

  /// A convolution's or linear layer's weight, scaled to keep the signal's size.
  mutating func weight(_ name: String, _ shape: [Int], bias: Bool = false) {
    let inputs = shape.dropFirst().reduce(1, *)
    tensors.append((name + ".weight", noise.tensor(shape, scale: (3 / Float(inputs)).squareRoot())))
    if bias { tensors.append((name + ".bias", noise.tensor([shape[0]], scale: 0.1))) }
  }

  mutating func norm(_ name: String, _ channels: Int, isBatch: Bool) {
    tensors.append((name + ".weight", noise.tensor([channels], scale: 0.2, offset: 1)))
    tensors.append((name + ".bias", noise.tensor([channels], scale: 0.2)))
    guard isBatch else { return }
    tensors.append((name + ".running_mean", noise.tensor([channels], scale: 0.2)))
    tensors.append((name + ".running_var", noise.tensor([channels], scale: 0.3, offset: 1)))
  }

  /// A tensor under its whole name.
  mutating func tensor(_ name: String, _ shape: [Int]) { tensors.append((name, noise.tensor(shape))) }

  /// A residual network of one bottleneck a stage that ends in `outputs` channels; with a deep stem when it has no scope.
  mutating func resnet(_ scope: String? = nil, outputs: [Int]) {
    if let scope {
      weight("\(scope).conv1", [8, 3, 7, 7])
      norm("\(scope).bn1", 8, isBatch: true)
    } else {
      for index in [0, 3, 6] {
        weight("layer0.\(index)", [8, index == 0 ? 3 : 8, 3, 3])
        norm("layer0.\(index + 1)", 8, isBatch: true)
      }
    }
    var inputs = 8
    for (stage, outputs) in outputs.enumerated() {
      let (block, width) = ((scope.map { "\($0)." } ?? "") + "layer\(stage + 1).0", outputs / 4)
      weight("\(block).conv1", [width, inputs, 1, 1])
      weight("\(block).conv2", [width, width, 3, 3])
      weight("\(block).conv3", [outputs, width, 1, 1])
      weight("\(block).downsample.0", [outputs, inputs, 1, 1])
      for (number, channels) in [width, width, outputs].enumerated() { norm("\(block).bn\(number + 1)", channels, isBatch: true) }
      norm("\(block).downsample.1", outputs, isBatch: true)
      inputs = outputs
    }
  }

  static func dcama(seed: UInt64, heads channels: Int = 32, groups outputs: Int = 8) throws -> Checkpoint {
    var weights = TinyWeights(seed: seed)
    weights.resnet("feature_extractor", outputs: [16, channels, channels, channels])
    for stage in 0..<3 {
      for part in 0..<2 { weights.weight("model.DCAMA_blocks.\(stage).linears.\(part)", [channels, channels], bias: true) }
    }
    for (number, inputs) in [1, 1, 1, outputs, outputs].enumerated() {
      for (layer, index) in [0, 3, 6].enumerated() {
        let scope = "model.conv\(number + 1)"
        weights.weight("\(scope).\(index)", [outputs, layer == 0 ? inputs : outputs, 3, 3], bias: true)
        weights.norm("\(scope).\(index + 1)", outputs, isBatch: false)
      }
    }
    var inputs = outputs + 2 * channels + 2 * 16
    for (number, outputs) in [16, 8, 2].enumerated() {
      weights.weight("model.mixer\(number + 1).0", [8, inputs, 3, 3], bias: true)
      weights.weight("model.mixer\(number + 1).2", [outputs, 8, 3, 3], bias: true)
      inputs = outputs
    }
    return try weights.checkpoint()
  }

  func checkpoint() throws -> Checkpoint {
    let folder = try TemporaryFolder()
    try Safetensors.write(tensors, to: folder.file("w.safetensors"))
    return try Checkpoint(file: folder.file("w.safetensors"))
  }
}
