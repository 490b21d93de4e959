/// The convolutional part of a residual network (He et al. 2015), torchvision's keys; depth and widths are read from the weights.
struct ResNet: Sendable {
  /// How the image comes in; both end in a 3x3 max pooling of stride 2.
  enum Stem {
    /// One 7x7 convolution of stride 2: `conv1`, `bn1`.
    case plain
    /// Three 3x3 convolutions, the first of stride 2: `layer0.0/3/6`, norms at `layer0.1/4/7`.
    case deep
  }

  private let stem: [ConvNorm]
  /// The blocks of `layer1` ... `layer4`.
  let stages: [[ResidualBlock]]

  /// - Parameters:
  ///   - strides: of the first block of each stage.
  ///   - dilations: of all 3x3 convolutions of each stage.
  init(_ loader: WeightLoader, stem: Stem = .plain, strides: [Int] = [1, 2, 2, 2], dilations: [Int] = [1, 1, 1, 1]) {
    var channels = 3
    func convolution(_ conv: String, _ norm: String, kernel: Int, stride: Int) -> ConvNorm {
      let outputs = loader(conv).outputs
      defer { channels = outputs }
      return ConvNorm(loader(conv), loader(norm), in: channels, out: outputs, kernel: kernel, stride: stride)
    }
    switch stem {
    case .plain: self.stem = [convolution("conv1", "bn1", kernel: 7, stride: 2)]
    case .deep:
      self.stem = [0, 3, 6].map {
        convolution("layer0.\($0)", "layer0.\($0 + 1)", kernel: 3, stride: $0 == 0 ? 2 : 1)
      }
    }
    stages = (0..<4).map { stage in
      var blocks: [ResidualBlock] = []
      repeat {
        let block = ResidualBlock(
          loader("layer\(stage + 1).\(blocks.count)"), inputs: channels, stride: blocks.isEmpty ? strides[stage] : 1,
          dilation: dilations[stage])
        blocks.append(block)
        channels = block.outputs
      } while loader.has("layer\(stage + 1).\(blocks.count).conv1.weight")
      return blocks
    }
  }

  /// Channels at the end of each stage.
  var widths: [Int] { stages.map { $0.last?.outputs ?? 0 } }

  /// `[n, H, W, 3]` to `[n, H / 4, W / 4, c]`, extents rounded up.
  func stem(_ image: Tensor) -> Tensor {
    let x = stem.reduce(image) { $1($0, activation: .relu) }
    return Kernels.maxPool(x, Window(height: 3, width: 3, stride: 2, padding: 1))
  }

  /// One stage, 0 to 3, with every ReLU.
  func stage(_ index: Int, _ x: Tensor) -> Tensor { stages[index].reduce(x) { $1($0) } }

  /// The sum of branch and shortcut before its last ReLU of every block from a stage on, shallow to deep; `[n, H, W, 3]` in.
  func sums(_ image: Tensor, from first: Int = 0) -> [Tensor] {
    var x = (0..<first).reduce(stem(image)) { stage($1, $0) }
    return stages.dropFirst(first).joined().map { block in
      let sum = block.sum(x)
      x = Kernels.activate(sum, .relu)
      return sum
    }
  }
}

/// A residual block: two 3x3 convolutions, or a bottleneck of 1x1, 3x3, 1x1 with the stride in the middle.
struct ResidualBlock: Sendable {
  let outputs: Int
  private let convolutions: [ConvNorm]
  private let downsample: ConvNorm?

  init(_ loader: WeightLoader, inputs: Int, stride: Int, dilation: Int) {
    let isBottleneck = loader.has("conv3.weight")
    let width = loader("conv1").outputs
    outputs = isBottleneck ? loader("conv3").outputs : loader("conv2").outputs
    func convolution(
      _ number: Int, in inputs: Int, out outputs: Int, kernel: Int, stride: Int = 1, dilation: Int = 1
    ) -> ConvNorm {
      ConvNorm(
        loader("conv\(number)"), loader("bn\(number)"), in: inputs, out: outputs, kernel: kernel, stride: stride,
        dilation: dilation)
    }
    convolutions =
      isBottleneck
      ? [
        convolution(1, in: inputs, out: width, kernel: 1),
        convolution(2, in: width, out: width, kernel: 3, stride: stride, dilation: dilation),
        convolution(3, in: width, out: outputs, kernel: 1),
      ]
      : [
        convolution(1, in: inputs, out: width, kernel: 3, stride: stride, dilation: dilation),
        convolution(2, in: width, out: outputs, kernel: 3, dilation: dilation),
      ]
    downsample =
      stride != 1 || inputs != outputs || loader.has("downsample.0.weight")
      ? ConvNorm(loader("downsample.0"), loader("downsample.1"), in: inputs, out: outputs, kernel: 1, stride: stride) : nil
  }

  /// Branch plus shortcut, without the last ReLU.
  func sum(_ x: Tensor, activation: Activation = .none) -> Tensor {
    let shortcut = downsample?(x) ?? x
    let branch = convolutions.dropLast().reduce(x) { $1($0, activation: .relu) }
    return convolutions[convolutions.count - 1](branch, residual: shortcut, activation: activation)
  }

  /// With the last ReLU.
  func callAsFunction(_ x: Tensor) -> Tensor { sum(x, activation: .relu) }
}

extension WeightLoader {
  /// The number of outputs of the convolution or linear layer in this scope; 0 when it is missing, which the report will say.
  var outputs: Int { shape("weight")?.first ?? 0 }
  /// The side of its kernel, at most 7; 1 for a linear layer. An even one counts as the next odd one: asking for that fails,
  /// as it should, for half of an even kernel's padding is missing.
  var kernel: Int {
    guard let shape = shape("weight"), shape.count == 4 else { return 1 }
    return min(max(shape[3], 1), 7) | 1
  }
}
