/// Convolutions of each of the five blocks of VGG-16 (Simonyan and Zisserman 2015, configuration D), all 3x3.
private let convolutions = [2, 2, 3, 3, 3]

/// VGG-16 with batch norm as BAM's and HDMNet's authors cut it: `layer0` ... `layer4`, one block each.
///
/// The poolings round up, the last one is left out: output stride 16.
struct StagedVGG: StagedBackbone {
  private let blocks: [[ConvNorm]]
  let widths: [Int]

  init(_ loader: WeightLoader) {
    var channels = 3
    var widths: [Int] = []
    blocks = convolutions.enumerated().map { block, count in
      let layers = (0..<count).map { index in
        let scope = loader("layer\(block)"), outputs = scope("\(3 * index)").outputs
        defer { channels = outputs }
        return ConvNorm(scope("\(3 * index)"), scope("\(3 * index + 1)"), in: channels, out: outputs, kernel: 3, bias: true)
      }
      widths.append(channels)
      return layers
    }
    self.widths = Array(widths.dropFirst())
  }

  var outputStride: Int { 16 }

  /// Stage 2 has twice stage 3's grid and is resized to it, corners aligned.
  func middle(_ image: Tensor) -> (stage2: Tensor, stage3: Tensor) {
    let stage2 = (0...2).reduce(image) { pooled(block($1, $0)) }
    let stage3 = pooled(block(3, stage2))
    return (Kernels.bilinear(stage2, height: stage3.shape[1], width: stage3.shape[2], alignCorners: true), stage3)
  }

  func last(_ stage3: Tensor) -> Tensor { block(4, stage3) }

  private func block(_ index: Int, _ x: Tensor) -> Tensor { blocks[index].reduce(x) { $1($0, activation: .relu) } }

  /// The largest of each 2x2 pixels; of an odd extent's last pixels too.
  private func pooled(_ x: Tensor) -> Tensor {
    let padding = Padding(top: 0, left: 0, bottom: x.shape[1] % 2, right: x.shape[2] % 2)
    return Kernels.maxPool(x, Window(height: 2, width: 2, stride: 2, padding: padding))
  }
}

/// VGG-16 without batch norm as HSNet taps it, torchvision's keys: `features.N`.
///
/// Taps are the convolutions of blocks 4 and 5, before their ReLU, and the map behind the last pooling. The poolings round down.
struct TappedVGG: TappedBackbone {
  private let blocks: [[Conv2d]]

  init(_ loader: WeightLoader) {
    var channels = 3, index = 0
    blocks = convolutions.map { count in
      // A ReLU is counted behind each convolution, a pooling behind each block.
      defer { index += 1 }
      return (0..<count).map { _ in
        let scope = loader("features.\(index)"), outputs = scope.outputs
        defer { (channels, index) = (outputs, index + 2) }
        return Conv2d(scope, in: channels, out: outputs, kernel: 3, padding: 1)
      }
    }
  }

  var depths: [Int] { [convolutions[3], convolutions[4], 1] }

  func grids(_ side: Int) -> [Int] { [8, 16, 32].map { side / $0 } }

  func taps(_ image: Tensor) -> [Tensor] {
    var x = image
    var taps: [Tensor] = []
    for (index, block) in blocks.enumerated() {
      for layer in block {
        let before = layer(x)
        if index >= 3 { taps.append(before) }
        x = Kernels.activate(before, .relu)
      }
      x = Kernels.maxPool(x, Window(height: 2, width: 2, stride: 2))
    }
    return taps + [x]
  }
}
