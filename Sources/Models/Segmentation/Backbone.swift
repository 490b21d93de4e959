/// The convolutional network through which BAM and HDMNet see photographs: four stages, the last two on one grid.
protocol StagedBackbone: Sendable {
  /// Channels at the end of each stage.
  var widths: [Int] { get }
  /// Pixels of the photograph to one of stages 3 and 4.
  var outputStride: Int { get }

  /// Stages 2 and 3 of a photograph `[1, S, S, 3]`, on stage 3's grid: `[1, h, w, c]` each.
  func middle(_ image: Tensor) -> (stage2: Tensor, stage3: Tensor)

  /// Stage 4 from stage 3: `[1, h, w, c]` to the same grid.
  func last(_ stage3: Tensor) -> Tensor
}

/// The convolutional network whose maps HSNet correlates, at three scales.
protocol TappedBackbone: Sendable {
  /// How many maps each scale has, fine to coarse.
  var depths: [Int] { get }
  /// Grid of each scale for a photograph of `side` pixels, fine to coarse.
  func grids(_ side: Int) -> [Int]

  /// Every map of a photograph `[1, S, S, 3]`, fine to coarse, before its ReLU where it has one: `[1, h, w, c]` each.
  func taps(_ image: Tensor) -> [Tensor]
}

extension WeightLoader {
  /// BAM's and HDMNet's backbone in this scope, by the names of its weights.
  func stagedBackbone() -> any StagedBackbone {
    has("layer1.0.weight") ? StagedVGG(self) : DilatedResNet(self)
  }

  /// HSNet's backbone in this scope, by the names of its weights.
  func tappedBackbone() -> any TappedBackbone {
    has("features.0.weight") ? TappedVGG(self) : TappedResNet(self)
  }
}

/// A residual network with a deep stem and output stride 8: stages 3 and 4 are dilated by 2 and 4.
struct DilatedResNet: StagedBackbone {
  private let network: ResNet

  init(_ loader: WeightLoader) {
    network = ResNet(loader, stem: .deep, strides: [1, 2, 1, 1], dilations: [1, 1, 2, 4])
  }

  var widths: [Int] { network.widths }
  var outputStride: Int { 8 }

  func middle(_ image: Tensor) -> (stage2: Tensor, stage3: Tensor) {
    let stage2 = network.stage(1, network.stage(0, network.stem(image)))
    return (stage2, network.stage(2, stage2))
  }

  func last(_ stage3: Tensor) -> Tensor { network.stage(3, stage3) }
}

/// A plain residual network, tapped at every block of its last three stages.
struct TappedResNet: TappedBackbone {
  private let network: ResNet

  init(_ loader: WeightLoader) { network = ResNet(loader) }

  var depths: [Int] { network.stages.dropFirst().map(\.count) }

  func grids(_ side: Int) -> [Int] { [8, 16, 32].map { (side + $0 - 1) / $0 } }

  func taps(_ image: Tensor) -> [Tensor] { network.sums(image, from: 1) }
}
