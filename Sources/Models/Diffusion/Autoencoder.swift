import Foundation

/// The autoencoder between images and latents (Rombach et al. 2022; diffusers `AutoencoderKL`).
public final class Autoencoder: Sendable {
  public let config: AutoencoderConfig
  private let encoder: ImageEncoder
  private let quantConv: Conv2d?  // quant_conv
  private let postQuantConv: Conv2d?  // post_quant_conv
  private let decoder: LatentDecoder

  /// Takes the older names of the attention weights too. Throws `ModelError.weightsDoNotFit` listing the keys.
  public init(_ checkpoint: Checkpoint, _ config: AutoencoderConfig, precision: Precision = .float32) throws {
    let loader = WeightLoader(try checkpoint.renamed(by: .autoencoder), network: "autoencoder", precision: precision)
    self.config = config
    let latent = config.latentChannels
    encoder = ImageEncoder(loader("encoder"), config)
    quantConv = config.usesQuantConv ? Conv2d(loader("quant_conv"), in: 2 * latent, out: 2 * latent, kernel: 1) : nil
    postQuantConv = config.usesPostQuantConv ? Conv2d(loader("post_quant_conv"), in: latent, out: latent, kernel: 1) : nil
    decoder = LatentDecoder(loader("decoder"), config)
    try loader.finish()
  }

  /// Reads a diffusers folder. Throws `ModelError`.
  public convenience init(folder: URL) throws {
    try self.init(Checkpoint(folder: folder), AutoencoderConfig(folder: folder))
  }

  /// Latents `[n, h, w, c]`, taken as they are, to images `[n, f h, f w, 3]` in about -1...1.
  ///
  /// Throws `ModelError.badInput`, and what `interruption` throws.
  public func decode(_ latents: Tensor, interruption: () throws -> Void = {}) throws -> Tensor {
    guard latents.shape.count == 4, latents.channels == config.latentChannels, latents.count > 0 else {
      throw ModelError.badInput(what: "latent", reason: "\(latents.shape) is not [n, h, w, \(config.latentChannels)]")
    }
    return try decoder(postQuantConv?(latents) ?? latents, interruption)
  }

  /// Images `[n, f h, f w, 3]` in -1...1 to the mean and the logarithm of the variance (limited to -30...20) of their
  /// latents, each `[n, h, w, c]`.
  ///
  /// Throws `ModelError.badInput`, and what `interruption` throws.
  public func encode(_ image: Tensor, interruption: () throws -> Void = {}) throws -> (mean: Tensor, logVariance: Tensor) {
    guard image.shape.count == 4, image.channels == config.imageChannels, image.count > 0,
      image.shape[1] % config.factor == 0, image.shape[2] % config.factor == 0
    else {
      throw ModelError.badInput(what: "image", reason: "\(image.shape) is not [n, H, W, 3] with multiples of \(config.factor)")
    }
    let h = try encoder(image, interruption)
    let moments = quantConv?(h) ?? h  // [n, h, w, 2 c]
    let latent = config.latentChannels
    return (moments.slicedChannels(0..<latent), Kernels.clamp(moments.slicedChannels(latent..<2 * latent), -30, 20))
  }
}

private let eps: Float = 1e-6

private struct ImageEncoder: Sendable {
  private struct Level: Sendable {
    let resnets: [ResnetBlock]
    let downsampler: Conv2d?  // downsamplers.0.conv
  }

  private let convIn: Conv2d  // conv_in
  private let downBlocks: [Level]  // down_blocks
  private let midBlock: AutoencoderMidBlock  // mid_block
  private let convNormOut: GroupNorm  // conv_norm_out
  private let convOut: Conv2d  // conv_out

  init(_ loader: WeightLoader, _ config: AutoencoderConfig) {
    let widths = config.widths, last = widths.count - 1
    convIn = Conv2d(loader("conv_in"), in: config.imageChannels, out: widths[0], kernel: 3, padding: 1)
    downBlocks = widths.indices.map { index in
      let block = loader("down_blocks.\(index)")
      return Level(
        resnets: (0..<config.blocksPerLevel).map {
          ResnetBlock(
            block("resnets.\($0)"), in: $0 == 0 ? widths[max(index - 1, 0)] : widths[index], out: widths[index], time: nil,
            groups: config.groups, eps: eps)
        },
        downsampler: index == last
          ? nil
          : Conv2d(
            block("downsamplers.0.conv"), in: widths[index], out: widths[index], kernel: 3, stride: 2,
            padding: Padding(top: 0, left: 0, bottom: 1, right: 1)))
    }
    midBlock = AutoencoderMidBlock(loader("mid_block"), config)
    convNormOut = GroupNorm(loader("conv_norm_out"), groups: config.groups, channels: widths[last], eps: eps)
    convOut = Conv2d(loader("conv_out"), in: widths[last], out: 2 * config.latentChannels, kernel: 3, padding: 1)
  }

  func callAsFunction(_ image: Tensor, _ interruption: Interruption) throws -> Tensor {
    var h = convIn(image)  // [n, H, W, c]
    for level in downBlocks {
      for resnet in level.resnets {
        try interruption()
        h = resnet(h)
      }
      if let downsampler = level.downsampler { h = downsampler(h) }  // [n, H / 2, W / 2, c]
    }
    h = try midBlock(h, interruption)
    return convOut(convNormOut.scaling(h, activation: .silu))  // [n, h, w, 2 latent]
  }
}

private struct LatentDecoder: Sendable {
  private struct Level: Sendable {
    let resnets: [ResnetBlock]
    let upsampler: Conv2d?  // upsamplers.0.conv
  }

  private let convIn: Conv2d  // conv_in
  private let midBlock: AutoencoderMidBlock  // mid_block
  private let upBlocks: [Level]  // up_blocks
  private let convNormOut: GroupNorm  // conv_norm_out
  private let convOut: Conv2d  // conv_out

  init(_ loader: WeightLoader, _ config: AutoencoderConfig) {
    let widths = Array(config.widths.reversed()), last = widths.count - 1
    convIn = Conv2d(loader("conv_in"), in: config.latentChannels, out: widths[0], kernel: 3, padding: 1)
    midBlock = AutoencoderMidBlock(loader("mid_block"), config)
    upBlocks = widths.indices.map { index in
      let block = loader("up_blocks.\(index)")
      return Level(
        resnets: (0...config.blocksPerLevel).map {
          ResnetBlock(
            block("resnets.\($0)"), in: $0 == 0 ? widths[max(index - 1, 0)] : widths[index], out: widths[index], time: nil,
            groups: config.groups, eps: eps)
        },
        upsampler: index == last
          ? nil : Conv2d(block("upsamplers.0.conv"), in: widths[index], out: widths[index], kernel: 3, padding: 1, doubling: .exact))
    }
    convNormOut = GroupNorm(loader("conv_norm_out"), groups: config.groups, channels: widths[last], eps: eps)
    convOut = Conv2d(loader("conv_out"), in: widths[last], out: config.imageChannels, kernel: 3, padding: 1)
  }

  func callAsFunction(_ latents: Tensor, _ interruption: Interruption) throws -> Tensor {
    var h = try midBlock(convIn(latents), interruption)  // [n, h, w, c]
    for level in upBlocks {
      for resnet in level.resnets {
        try interruption()
        h = resnet(h)
      }
      if let upsampler = level.upsampler {
        try interruption()
        h = upsampler(h, upsampledTo: Extent(height: 2 * h.shape[1], width: 2 * h.shape[2]))  // [n, 2 h, 2 w, c]
      }
    }
    return convOut(convNormOut.scaling(h, activation: .silu))  // [n, H, W, 3]
  }
}

/// The middle of either half (`UNetMidBlock2D`): attention over all pixels, one head, between two residual blocks.
private struct AutoencoderMidBlock: Sendable {
  private let first: ResnetBlock  // resnets.0
  private let groupNorm: GroupNorm?  // attentions.0.group_norm
  private let attention: Attention?  // attentions.0
  private let second: ResnetBlock  // resnets.1

  init(_ loader: WeightLoader, _ config: AutoencoderConfig) {
    let width = config.widths[config.widths.count - 1]
    func resnet(_ index: Int) -> ResnetBlock {
      ResnetBlock(loader("resnets.\(index)"), in: width, out: width, time: nil, groups: config.groups, eps: eps)
    }
    first = resnet(0)
    let middle = loader("attentions.0")
    groupNorm = config.attendsMiddle ? GroupNorm(middle("group_norm"), groups: config.groups, channels: width, eps: eps) : nil
    attention = config.attendsMiddle ? Attention(middle, size: width, context: width, heads: 1, bias: true) : nil
    second = resnet(1)
  }

  func callAsFunction(_ x: Tensor, _ interruption: Interruption) throws -> Tensor {
    try interruption()
    var h = first(x)  // [n, h, w, c]
    if let groupNorm, let attention {
      try interruption()
      let tokens = h.reshaped([h.shape[0], h.shape[1] * h.shape[2], h.channels])  // [n, h * w, c]
      let normal = Operand(groupNorm(tokens))
      h = attention(normal, keys: attention.keys(of: normal), residual: tokens).reshaped(h.shape)
    }
    try interruption()
    return second(h)
  }
}
