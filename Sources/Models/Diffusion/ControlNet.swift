import Foundation

/// What a ControlNet adds to a UNet: one tensor for each skip connection, finest first, and one for the middle.
public struct ControlResiduals: Sendable {
  /// `[n, h, w, c]`, of the skip connections' shapes.
  public var down: [Tensor]
  /// `[n, h, w, c]`, of the middle block's shape.
  public var mid: Tensor

  public init(down: [Tensor], mid: Tensor) {
    self.down = down
    self.mid = mid
  }

  /// The sum of two networks' answers.
  static func + (a: ControlResiduals, b: ControlResiduals) -> ControlResiduals {
    ControlResiduals(down: zip(a.down, b.down).map { Kernels.addImages($0, $1) }, mid: Kernels.addImages(a.mid, b.mid))
  }

  /// The same with zeros for as many images before it.
  func behindZeros() -> ControlResiduals {
    func padded(_ x: Tensor) -> Tensor { .stacked([Tensor(zeros: x.shape), x]) }
    return ControlResiduals(down: down.map(padded), mid: padded(mid))
  }
}

/// A copy of a UNet's way down that reads a control image (Zhang et al. 2023; diffusers `ControlNetModel`).
public final class ControlNet: Sendable {
  public let config: UNetConfig
  private let encoder: UNetEncoder
  private let hint: HintNetwork  // controlnet_cond_embedding
  private let downTaps: [Conv2d]  // controlnet_down_blocks
  private let midTap: Conv2d  // controlnet_mid_block

  /// Throws `ModelError.weightsDoNotFit` listing the keys, `badConfig` for a configuration that is not a ControlNet's.
  public init(_ checkpoint: Checkpoint, _ config: UNetConfig, precision: Precision = .float32) throws {
    guard !config.hintChannels.isEmpty else {
      throw ModelError.badConfig(
        path: checkpoint.path, reason: "its configuration has no conditioning_embedding_out_channels: this is not a ControlNet")
    }
    let loader = WeightLoader(checkpoint, network: "ControlNet", precision: precision)
    self.config = config
    encoder = UNetEncoder(loader, config)
    hint = HintNetwork(loader("controlnet_cond_embedding"), widths: config.hintChannels, out: config.levels[0].channels)
    var widths = [config.levels[0].channels]
    for (index, level) in config.levels.enumerated() {
      let isLast = index == config.levels.count - 1
      widths += Array(repeating: level.channels, count: config.blocksPerLevel + (isLast ? 0 : 1))
    }
    func tap(_ key: String, _ width: Int) -> Conv2d { Conv2d(loader(key), in: width, out: width, kernel: 1) }
    downTaps = widths.enumerated().map { tap("controlnet_down_blocks.\($0)", $1) }
    midTap = tap("controlnet_mid_block", widths[widths.count - 1])
    try loader.finish()
  }

  convenience init(_ part: (weights: Checkpoint, config: UNetConfig)) throws { try self.init(part.weights, part.config) }

  /// Reads a diffusers folder. Throws `ModelError`.
  public convenience init(folder: URL) throws {
    try self.init(Checkpoint(folder: folder), UNetConfig(folder: folder))
  }

  /// Pixels of the control image a latent stands for, in each direction.
  public var hintFactor: Int { config.hintFactor }

  /// The control image as the network reads it. It does not depend on the step: once a run is enough.
  ///
  /// - Parameter image: `[n, H, W, 3]` in 0...1, H and W being `hintFactor` times the latents' extents.
  /// - Returns: `[n, h, w, c]`.
  public func embed(_ image: Tensor) throws -> Tensor {
    guard image.shape.count == 4, image.channels == 3, image.count > 0, image.shape[1] % hintFactor == 0,
      image.shape[2] % hintFactor == 0
    else {
      throw ModelError.badInput(what: "control image", reason: "\(image.shape) is not [n, H, W, 3] with multiples of \(hintFactor)")
    }
    return hint(config.isBlueFirst ? image.withReversedChannels() : image)
  }

  /// - Parameters:
  ///   - sample: `[n, h, w, c]` latents; fewer, of which n is a multiple, serve the texts over and over.
  ///   - timesteps: one for each sample or one for all, 0 to 1000.
  ///   - context: text states, `[n, t, d]`.
  ///   - hint: what `embed` gave, for n images or for one that serves all.
  ///   - scale: what the residuals are multiplied by.
  ///   - guessMode: fades the residuals from the middle (1) to the finest (0.1) beside.
  public func callAsFunction(
    _ sample: Tensor, timesteps: [Float], context: Tensor, hint: Tensor, scale: Float = 1, guessMode: Bool = false,
    interruption: @escaping () throws -> Void = {}
  ) throws -> ControlResiduals {
    let residuals = try self(
      sample, timesteps: timesteps, texts: TextStates(context), hint: hint, scale: scale, guessMode: guessMode,
      interruption: interruption)
    let images = context.shape[0]
    return ControlResiduals(down: residuals.down.map { $0.repeated(images) }, mid: residuals.mid.repeated(images))
  }

  /// The same with texts whose keys are kept from step to step. Residuals that no text had a part in may be one image for all.
  func callAsFunction(
    _ sample: Tensor, timesteps: [Float], texts: TextStates, hint: Tensor, scale: Float, guessMode: Bool,
    interruption: @escaping Interruption
  ) throws -> ControlResiduals {
    try config.check(sample, timesteps, texts.states)
    guard hint.shape[0] == 1 || hint.shape[0] == sample.shape[0] else {
      throw ModelError.badInput(what: "control image", reason: "\(hint.shape[0]) for \(sample.shape[0]) samples")
    }
    let hints = hint.repeated(sample.shape[0])
    guard hints.shape == Array(sample.shape.dropLast()) + [config.levels[0].channels] else {
      throw ModelError.badInput(
        what: "control image", reason: "it stands for \(hint.shape[1])x\(hint.shape[2]) latents, not \(sample.shape[1])x\(sample.shape[2])")
    }
    let condition = encoder.condition(timesteps, texts, interruption)
    let (skips, mid) = try encoder(encoder.convIn(sample, residual: hints), condition)
    let factors = (0...skips.count).map { index in
      guessMode ? scale * Float(pow(10, Double(index) / Double(skips.count) - 1)) : scale
    }
    func scaled(_ x: Tensor, _ factor: Float) -> Tensor { factor == 1 ? x : Kernels.scale(x, by: factor) }
    return ControlResiduals(
      down: skips.indices.map { scaled(downTaps[$0](skips[$0]), factors[$0]) }, mid: scaled(midTap(mid), factors[skips.count]))
  }
}

/// The small convolution network that brings a control image to the size of the latents (`ControlNetConditioningEmbedding`).
private struct HintNetwork: Sendable {
  private let convIn: Conv2d  // conv_in
  private let blocks: [Conv2d]
  private let convOut: Conv2d  // conv_out

  init(_ loader: WeightLoader, widths: [Int], out outputs: Int) {
    convIn = Conv2d(loader("conv_in"), in: 3, out: widths[0], kernel: 3, padding: 1)
    blocks = (0..<2 * (widths.count - 1)).map { index in
      let level = index / 2
      return Conv2d(
        loader("blocks.\(index)"), in: widths[level], out: widths[level + index % 2], kernel: 3, stride: 1 + index % 2, padding: 1)
    }
    convOut = Conv2d(loader("conv_out"), in: widths[widths.count - 1], out: outputs, kernel: 3, padding: 1)
  }

  func callAsFunction(_ image: Tensor) -> Tensor {
    var h = convIn(image, activation: .silu)  // [n, H, W, c]
    for block in blocks { h = block(h, activation: .silu) }  // every second halves: [n, h, w, c]
    return convOut(h)
  }
}

extension Tensor {
  /// Red, green, blue to blue, green, red.
  fileprivate func withReversedChannels() -> Tensor {
    .concatenated((0..<channels).reversed().map { slicedChannels($0..<$0 + 1) })
  }
}

extension UNetConfig {
  /// Pixels of the control image a latent stands for, in each direction; of a ControlNet.
  var hintFactor: Int { 1 << max(hintChannels.count - 1, 0) }
}
