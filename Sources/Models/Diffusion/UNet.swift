import Foundation

/// The noise predictor of the Stable Diffusion 1.5 family (Rombach et al. 2022, after Ronneberger et al. 2015; diffusers
/// `UNet2DConditionModel`), built after its `config.json`.
public final class UNet: Sendable {
  public let config: UNetConfig
  private let encoder: UNetEncoder
  private let upBlocks: [UpBlock]  // up_blocks
  private let convNormOut: GroupNorm  // conv_norm_out
  private let convOut: Conv2d  // conv_out

  /// Throws `ModelError.weightsDoNotFit` listing the keys, `badConfig` for a configuration that is not a UNet's.
  public init(_ checkpoint: Checkpoint, _ config: UNetConfig, precision: Precision = .float32) throws {
    guard !config.attendsUp.isEmpty else {
      throw ModelError.badConfig(path: checkpoint.path, reason: "its configuration has no up_block_types: this is not a UNet")
    }
    let loader = WeightLoader(checkpoint, network: "UNet", precision: precision)
    self.config = config
    encoder = UNetEncoder(loader, config)
    upBlocks = config.attendsUp.indices.map { UpBlock(loader("up_blocks.\($0)"), config, index: $0) }
    let width = config.levels[0].channels
    convNormOut = GroupNorm(loader("conv_norm_out"), groups: config.groups, channels: width, eps: config.eps)
    convOut = Conv2d(loader("conv_out"), in: width, out: config.outputChannels, kernel: 3, padding: 1)
    try loader.finish()
  }

  /// Reads a diffusers folder. Throws `ModelError`.
  public convenience init(folder: URL) throws {
    try self.init(Checkpoint(folder: folder), UNetConfig(folder: folder))
  }

  public var timeEmbedding: TimeEmbedding { encoder.timeEmbedding }

  /// Predicts the noise.
  ///
  /// - Parameters:
  ///   - sample: `[n, h, w, c]` latents; fewer, of which n is a multiple, serve the texts over and over.
  ///   - timesteps: one for each sample or one for all, 0 to 1000.
  ///   - context: text states, `[n, t, d]`.
  ///   - residuals: a ControlNet's answer, added to the skip connections and to the middle.
  ///   - interruption: asked before every block; its error ends the pass.
  /// - Returns: `[n, h, w, c]`.
  public func callAsFunction(
    _ sample: Tensor, timesteps: [Float], context: Tensor, residuals: ControlResiduals? = nil,
    interruption: @escaping () throws -> Void = {}
  ) throws -> Tensor {
    try self(sample, timesteps: timesteps, texts: TextStates(context), residuals: residuals, interruption: interruption)
  }

  /// The same with texts whose keys are kept from step to step.
  ///
  /// - Parameters:
  ///   - merging: the part of the tokens that self-attention at the finest attending level goes without, 0...0.75.
  ///   - deep: where the deep features are kept for evaluations to come; nil where none are to come.
  func callAsFunction(
    _ sample: Tensor, timesteps: [Float], texts: TextStates, residuals: ControlResiduals?, merging: Double = 0, deep: DeepFeatures? = nil,
    interruption: @escaping Interruption
  ) throws -> Tensor {
    try config.check(sample, timesteps, texts.states)
    let condition = encoder.condition(timesteps, texts, merging: merging, interruption)
    var (skips, h) = try encoder(encoder.convIn(sample), condition)
    if let residuals {
      guard residuals.down.count == skips.count else { throw Self.misfit }
      skips = try Self.joined(skips, residuals.down)
      h = try Self.joined([h], [residuals.mid])[0]
    }
    return try up(h, skips, condition, deep: deep)
  }

  /// An evaluation of the outermost layers alone, around deep features that an earlier one kept (Ma, Fang and Wang 2023, equation 3). `down` are a
  /// ControlNet's residuals of the first skip connections, as many as `deep.depth` or more.
  ///
  /// Throws as the others; nothing is run unless `deep` holds features.
  func outer(
    _ sample: Tensor, timesteps: [Float], texts: TextStates, down: [Tensor]?, merging: Double = 0, deep: DeepFeatures,
    interruption: @escaping Interruption
  ) throws -> Tensor {
    try config.check(sample, timesteps, texts.states)
    guard let features = deep.features else { throw ModelError.badInput(what: "deep features", reason: "none were kept") }
    let condition = encoder.condition(timesteps, texts, merging: merging, interruption)
    let skips = try encoder.outer(encoder.convIn(sample), condition, count: deep.depth).skips
    return try up(features, down.map { try Self.joined(skips, Array($0.prefix(skips.count))) } ?? skips, condition, deep: nil)
  }

  /// The way up through as many layers as there are feature maps to join.
  private func up(_ x: Tensor, _ skips: [Tensor], _ condition: UNetCondition, deep: DeepFeatures?) throws -> Tensor {
    var h = x, skips = skips
    let layers = upBlocks.flatMap { block in (0..<block.count).map { (block: block, index: $0) } }
    for layer in layers.suffix(skips.count) {
      if let deep, skips.count == deep.depth { deep.features = h }
      h = try layer.block.layer(layer.index, h, condition, skips: &skips)
    }
    return convOut(convNormOut.scaling(h, activation: .silu)).repeated(condition.context.count)  // [n, h, w, c]
  }

  /// Throws `ModelError.badInput` for residuals of other shapes.
  private static func joined(_ maps: [Tensor], _ residuals: [Tensor]) throws -> [Tensor] {
    guard maps.count == residuals.count, zip(residuals, maps).allSatisfy({ $0.canJoin($1) }) else { throw misfit }
    return zip(maps, residuals).map { Kernels.addImages($0, $1) }
  }

  private static let misfit = ModelError.badInput(
    what: "control residuals", reason: "their shapes are not those of this UNet's skip connections")
}

/// The feature map that enters the outermost layers of a UNet's way up, kept from one evaluation for the next ones. For one thread.
final class DeepFeatures {
  /// Layers of the way up that still run, with as many skip connections.
  let depth: Int
  var features: Tensor?

  init(depth: Int = 1) { self.depth = depth }
}

extension Kernels {
  /// The sum of feature maps of which either may be fewer images that serve over and over.
  static func addImages(_ a: Tensor, _ b: Tensor) -> Tensor {
    let images = max(a.shape[0], b.shape[0])
    return add(a.repeated(images), b.repeated(images))
  }
}

extension Tensor {
  /// Whether the shapes are equal but for one of them being fewer images, a divisor of the other's.
  fileprivate func canJoin(_ other: Tensor) -> Bool {
    shape.dropFirst() == other.shape.dropFirst() && max(shape[0], other.shape[0]).isMultiple(of: min(shape[0], other.shape[0]))
  }
}

extension UNetConfig {
  /// Throws `ModelError.badInput` unless the inputs are of the shapes this network takes.
  func check(_ sample: Tensor, _ timesteps: [Float], _ context: Tensor) throws {
    func require(_ holds: Bool, _ what: String, _ reason: String) throws {
      if !holds { throw ModelError.badInput(what: what, reason: reason) }
    }
    try require(
      sample.shape.count == 4 && sample.channels == inputChannels && sample.count > 0, "sample",
      "\(sample.shape) is not [n, h, w, \(inputChannels)]")
    try require(
      timesteps.count == 1 || timesteps.count == sample.shape[0] && sample.shape[0] == context.shape[0], "timestep",
      "\(timesteps.count) values for \(sample.shape[0]) samples")
    try require(
      context.shape.count == 3 && context.shape[0].isMultiple(of: sample.shape[0]) && context.channels == contextSize
        && context.count > 0,
      "encoder_hidden_states", "\(context.shape) is not [\(sample.shape[0]), t, \(contextSize)]")
  }
}
