import Foundation

/// TAESD's decoder (Ollin Boer Bohan; diffusers `AutoencoderTiny`): images of full size from the latents of Stable Diffusion 1.5, in
/// a hundredth of the autoencoder's time and not quite as good.
public final class TinyDecoder: LatentPreview {
  /// Three convolutions around which the input is led, then ReLU.
  private struct Block: Sendable {
    private let first, second, third: Conv2d  // conv.0, conv.2, conv.4

    init(_ loader: WeightLoader, width: Int) {
      func conv(_ key: String) -> Conv2d { Conv2d(loader(key), in: width, out: width, kernel: 3, padding: 1) }
      (first, second, third) = (conv("conv.0"), conv("conv.2"), conv("conv.4"))
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      third(second(first(x, activation: .relu), activation: .relu), residual: x, activation: .relu)
    }
  }

  /// Blocks of one resolution and the convolution behind them, which reads each pixel doubled except at the last.
  private struct Level: Sendable {
    let blocks: [Block]
    let conv: Conv2d
  }

  /// Channels of its feature maps, as published.
  static let width = 64
  /// Pixels a latent stands for in each direction: it doubles three times.
  static let factor = 8
  /// Blocks of each resolution, coarsest first.
  static let blocksOfLevels = [3, 3, 3, 1]

  /// Channels of the latents it reads.
  let latentChannels: Int
  private let convIn: Conv2d
  private let levels: [Level]

  /// Whether the decoder in a file or folder takes an autoencoder's latents, as its headers tell; false where it cannot be read.
  public static func isMade(_ url: URL, for autoencoder: AutoencoderConfig) -> Bool {
    guard let checkpoint = try? url.isFolder ? Checkpoint(headersOfFolder: url) : Checkpoint(headersOf: url) else { return false }
    let shape = checkpoint.shape(of: "1.weight") ?? checkpoint.shape(of: "decoder.layers.0.weight")
    return shape?.count == 4 && shape?[1] == autoencoder.latentChannels && autoencoder.factor == factor
  }

  /// Whether it takes an autoencoder's latents.
  func isMade(for autoencoder: AutoencoderConfig) -> Bool {
    latentChannels == autoencoder.latentChannels && autoencoder.factor == Self.factor
  }

  /// Reads `taesd_decoder.safetensors` or `.pth`, or the decoder in a file or folder of diffusers' AutoencoderTiny.
  /// Throws `ModelError.weightsDoNotFit` listing the keys.
  public init(_ url: URL) throws {
    let checkpoint = try url.isFolder ? Checkpoint(folder: url) : Checkpoint(file: url)
    // The original counts the clamp in front as a layer of its own.
    let isOriginal = checkpoint.shape(of: "1.weight") != nil
    let loader = WeightLoader(isOriginal ? checkpoint : checkpoint.part(below: "decoder.layers."))
    var place = isOriginal ? 1 : 0
    func next() -> WeightLoader {
      defer { place += 1 }
      return loader("\(place)")
    }
    let first = next()
    let shape = first.shape("weight") ?? []
    // A file that holds no such layer is reported by its keys.
    let (width, channels) = shape.count == 4 && shape[0] <= 1024 && shape[1] <= 64 ? (shape[0], shape[1]) : (Self.width, 4)
    latentChannels = channels
    convIn = Conv2d(first, in: latentChannels, out: width, kernel: 3, padding: 1)
    place += 1  // ReLU
    levels = Self.blocksOfLevels.map { count in
      let blocks = (0..<count).map { _ in Block(next(), width: width) }
      let isLast = count == 1
      if !isLast { place += 1 }  // doubling
      let conv = Conv2d(
        next(), in: width, out: isLast ? 3 : width, kernel: 3, padding: 1, bias: isLast, doubling: isLast ? .free : .exact)
      return Level(blocks: blocks, conv: conv)
    }
    try loader.finish()
  }

  public func image(of latents: Tensor) -> Tensor { decode(latents) }

  /// Finished latents as diffusion leaves them, `[n, h, w, 4]`, to images in 0...1, `[n, 8 h, 8 w, 3]`.
  public func decode(_ latents: Tensor) -> Tensor {
    // Far-off values are bent towards 3.
    let bent = Tensor(latents.values.map { 3 * tanh($0 / 3) }, shape: latents.shape)
    var h = convIn(bent, activation: .relu)  // [n, h, w, width]
    for (index, level) in levels.enumerated() {
      for block in level.blocks { h = block(h) }
      let isLast = index == levels.count - 1
      h = level.conv(h, upsampledTo: isLast ? nil : Extent(height: 2 * h.shape[1], width: 2 * h.shape[2]))
    }
    return Kernels.clamp(h, 0, 1)
  }
}
