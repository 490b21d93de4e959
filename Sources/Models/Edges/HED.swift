import Foundation

/// Holistically-nested edge detection (Xie and Tu 2015) in ControlNet's layout: `norm`, `blockN.convs.M`, `blockN.projection`.
///
/// Depths and widths are read from the weights. RGB 0 ... 255 goes in, unscaled.
public struct HED: EdgeDetector {
  private let norm: Tensor
  private let blocks: [Block]

  private struct Block: Sendable {
    let convs: [Conv2d]
    let projection: Conv2d

    init(_ loader: WeightLoader, inputs: Int) {
      var channels = inputs
      var convs: [Conv2d] = []
      while let outputs = loader("convs.\(convs.count)").shape("weight")?.first {
        convs.append(Conv2d(loader("convs.\(convs.count)"), in: channels, out: outputs, kernel: 3, padding: 1))
        channels = outputs
      }
      self.convs = convs
      projection = Conv2d(loader("projection"), in: channels, out: 1, kernel: 1)
    }
  }

  /// Throws `ModelError.weightsDoNotFit`.
  public init(_ checkpoint: Checkpoint) throws {
    let loader = WeightLoader(checkpoint, network: "HED")
    norm = loader.parameter("norm", [1, 3, 1, 1]).widened()
    var channels = 3
    var blocks: [Block] = []
    for number in 1...5 {
      let scope = loader("block\(number)")
      blocks.append(Block(scope, inputs: channels))
      channels = scope.shape("projection.weight")?.dropFirst().first ?? channels
    }
    self.blocks = blocks
    try loader.finish()
  }

  /// The five side outputs, each at its own scale: `[1, H / 2^i, W / 2^i, 1]`. Throws as `edges(rgb:)`.
  public func projections(rgb: Tensor) throws -> [Tensor] {
    try rgb.checkImage("HED", side: 16)
    let ones = Tensor([1, 1, 1], shape: [3])
    var x = Kernels.scaleChannels(rgb, by: ones, offsets: norm.mapped { -$0 })  // [1, h, w, 3]
    return blocks.enumerated().map { index, block in
      if index > 0 { x = Kernels.maxPool(x, Window(height: 2, width: 2, stride: 2)) }
      for conv in block.convs { x = conv(x, activation: .relu) }  // [1, h / 2^i, w / 2^i, c]
      return block.projection(x)
    }
  }

  public func edges(rgb: Tensor) throws -> Tensor {
    let (height, width) = (rgb.shape[safe: 1] ?? 0, rgb.shape[safe: 2] ?? 0)
    let maps = try projections(rgb: rgb)
      .map { Kernels.bilinear($0, height: height, width: width, alignCorners: false) }
    let sum = maps.dropFirst().reduce(maps[0]) { Kernels.add($0, $1) }
    // ControlNet averages in single and takes the sigmoid in double precision; 8-bit maps depend on it.
    let count = Float(maps.count)
    return try sum.finite("HED's edge map").mapped { Float(1 / (1 + exp(-Double($0 / count)))) }
  }
}

extension [Int] {
  subscript(safe index: Int) -> Int? { indices.contains(index) ? self[index] : nil }
}
