import Core
import Foundation
import Models
import Render

/// One image generated from control images of the user's own: everything that decides it, beside the files' bytes. Weights are known by their
/// names (`WeightName`); their digests are beside the request (`OwnImageMetadata`).
public struct OwnImageRequest: Hashable, Sendable, DiffusionConfigured {
  /// A ControlNet, the image it reads, and when and how much it counts.
  public struct Control: Codable, Hashable, Sendable {
    /// The ControlNet's name.
    public var network: String
    /// Extents and SHA-256 of the control image's bytes; the bytes themselves are given to `generate`.
    public var digest: String
    public var scale: Double
    /// Fractions 0...1 of the steps between which it acts.
    public var start: Double
    public var end: Double

    init(network: String, image: Image, scale: Double, start: Double, end: Double) {
      self.network = network
      digest = Self.digest(image)
      self.scale = scale
      self.start = start
      self.end = end
    }

    static func digest(_ image: Image) -> String { Digest.hex(image: image, mask: LabelMask(width: 1, height: 1, labels: [0])) }
  }

  /// The name of the diffusers folder or single file.
  public var model: String
  /// The name of the folder whose configurations serve a single file; nil for SD 1.5's.
  public var config: String?
  public var prompt: String
  public var negativePrompt: String
  /// Those of the sampling; condition, scale and window are each control's own.
  public var settings: DiffusionSettings
  public var seed: UInt64
  public var width: Int
  public var height: Int
  public var controls: [Control]
  /// An autoencoder in place of the model's own; nil, and absent from the JSON, for that.
  public var autoencoder: String?
  /// LoRA files merged into the model, in their order; nil, and absent from the JSON, for none.
  public var loras: [LoRAChoice]?
  /// TAESD's decoder; nil, and absent from the JSON, where the autoencoder decodes.
  public var smallDecoder: String?
  /// What the control image was made from; nil, and absent from the JSON, for control images that came ready.
  public var source: OwnSource?
  /// What the text encoder did not see of the prompts; absent from the JSON where it saw all, and before generating.
  public internal(set) var cut: PromptCut?

  /// - Parameters:
  ///   - weights: where the weights are; the request takes their names.
  ///   - settings: of which the sampling counts.
  ///   - controls: what each ControlNet of `weights` reads.
  ///   - loraScales: how much of each LoRA of `weights` is merged.
  ///   - source: what the control image was made from.
  public init(
    _ weights: OwnImageWeights, prompt: String, negativePrompt: String, settings: DiffusionSettings, seed: UInt64, width: Int, height: Int,
    controls: [(image: Image, scale: Double, start: Double, end: Double)], loraScales: [Double] = [], source: OwnSource? = nil
  ) {
    let names = weights.names
    model = names.model
    config = names.config
    autoencoder = names.autoencoder
    smallDecoder = names.smallDecoder
    loras = names.loras.isEmpty ? nil : zip(names.loras, loraScales).map { LoRAChoice(id: $0, scale: $1) }
    self.controls = zip(names.networks, controls).map {
      Control(network: $0, image: $1.image, scale: $1.scale, start: $1.start, end: $1.end)
    }
    self.prompt = prompt
    self.negativePrompt = negativePrompt
    self.settings = settings.sampling.relevant()
    self.seed = seed
    self.width = width
    self.height = height
    self.source = source
    self.source?.detector = names.detector
  }

  /// A generated image with the latents that led to it.
  public struct Output: Sendable {
    /// What the image is of; its seed is the image's own.
    public let request: OwnImageRequest
    public let image: Image
    /// PNG bytes with the request inside.
    public let png: [UInt8]
    /// `[1, h, w, c]` after each step.
    fileprivate let latentsPerStep: [Tensor]

    /// `latents` `[n, c, h, w]` and `latents_per_step` `[steps, n, c, h, w]` of n images, as PyTorch would store them.
    public static func latents(of outputs: [Output]) -> [(name: String, tensor: Tensor)] {
      guard let count = outputs.first?.latentsPerStep.count, count > 0 else { return [] }
      let steps = (0..<count).map { step in Tensor.stacked(outputs.map { $0.latentsPerStep[step] }).nchw() }
      return [
        ("latents", steps[count - 1]), ("latents_per_step", Tensor(steps.flatMap(\.values), shape: [count] + steps[0].shape)),
      ]
    }
  }

  /// Generates `count` images, of this seed and the ones after it, so many of them `together`; `controlImages` are those in the order of `controls`,
  /// `weights` the places of what it names, with their `digests`.
  ///
  /// `progress` hears how far all of it is, many times a step (its previews are of the first image), and ends the work by returning false:
  /// then `CancellationError` is thrown. `preview` is TAESD's decoder, a file or folder, where `weights` names none.
  /// `engine` evaluates the networks in the place of this process. `timed` hears how long the steps of a round took
  /// and what came behind, and of how many images.
  /// Throws `ModelError` for weights that do not fit, `GenerationError.notANumber`, and `CoreError.badSetting` for a sampler that there is none of.
  public func generate(
    controlImages: [Image], weights: OwnImageWeights, digests: [String: String], count: Int = 1, together: Int = .max,
    memory: StableDiffusion.Memory = .ample, preview: URL? = nil, engine: EngineSession? = nil,
    timed: (_ seconds: (steps: Double, rest: Double), _ images: Int) -> Void = { _, _ in }, progress: (GenerationProgress) -> Bool
  ) throws -> [Output] {
    let diffusion = try StableDiffusion.load(
      model: weights.model, controlNets: weights.networks, config: weights.config ?? ModelLibrary.configuration(), memory: memory, precision: settings.precision,
      smallDecoder: weights.smallDecoder ?? preview,
      additions: ModelAdditions(
        autoencoder: weights.autoencoder,
        adapters: zip(weights.loras, loras ?? []).map { LowRankSource(url: $0, scale: Float($1.scale)) }), engine: engine)
    let run = try DiffusionRun(
      settings, prompt: prompt, negativePrompt: negativePrompt, seed: seed, width: width, height: height,
      controls: zip(controls, controlImages).enumerated().map { number, pair in
        ControlInput(
          image: Tensor(unit: pair.1.rgb), network: number, scale: Float(pair.0.scale), start: pair.0.start, end: pair.0.end)
      })
    let cut = PromptCut(prompt: prompt, negativePrompt: negativePrompt, guidance: settings.guidance, cut: diffusion.tokenizer.cut)
    for line in cut?.lines ?? [] { Log.generating.warning("\(line)") }
    let requests = (0..<count).map { number in
      var own = self
      own.cut = cut
      own.seed = seed &+ UInt64(number)
      return own
    }
    let demo = weights.demo, size = max(1, min(together, count)), rounds = (count + size - 1) / size
    do {
      let results = try (0..<rounds).flatMap { round in
        let seeds = requests[round * size..<min(count, (round + 1) * size)].map(\.seed)
        var clock = PhaseClock()
        let results = try diffusion.generate(run, seeds: seeds) { state in
          let own = GenerationProgress(state, of: diffusion)
          clock.reached(own.step)
          return progress(own.of(round, rounds))
        }
        timed(clock.seconds, seeds.count)
        return results
      }
      return try zip(requests, results).map { own, result in
        let image = try Image(unit: result.image)
        let metadata = try OwnImageMetadata(own, weights: digests, demoWeights: demo?.models, engine: engine?.facts)
        return Output(
          request: own, image: image, png: try image.pngData(text: metadata.entries()),
          latentsPerStep: result.latentsPerStep)
      }
    } catch ModelError.cancelled {
      throw CancellationError()
    }
  }
}

extension GenerationProgress {
  /// Of one of several rounds of as many steps; previews are of the first.
  fileprivate func of(_ round: Int, _ rounds: Int) -> GenerationProgress {
    GenerationProgress(step: round * steps + step, steps: rounds * steps, preview: round == 0 ? preview : nil)
  }
}

extension OwnImageRequest: Codable {
  private enum CodingKeys: String, CodingKey {
    case model, config, prompt, negativePrompt, seed, width, height, controls, autoencoder, loras, smallDecoder, source, cut
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    settings = try DiffusionSettings(samplingFrom: decoder)
    model = try values.decode(String.self, forKey: .model)
    config = try values.decodeIfPresent(String.self, forKey: .config)
    prompt = try values.decode(String.self, forKey: .prompt)
    negativePrompt = try values.decode(String.self, forKey: .negativePrompt)
    seed = try values.decode(UInt64.self, forKey: .seed)
    width = try values.decode(Int.self, forKey: .width)
    height = try values.decode(Int.self, forKey: .height)
    controls = try values.decode([Control].self, forKey: .controls)
    autoencoder = try values.decodeIfPresent(String.self, forKey: .autoencoder)
    loras = try values.decodeIfPresent([LoRAChoice].self, forKey: .loras)
    smallDecoder = try values.decodeIfPresent(String.self, forKey: .smallDecoder)
    source = try values.decodeIfPresent(OwnSource.self, forKey: .source)
    cut = try values.decodeIfPresent(PromptCut.self, forKey: .cut)
  }

  public func encode(to encoder: any Encoder) throws {
    try settings.encodeSampling(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(model, forKey: .model)
    try values.encodeIfPresent(config, forKey: .config)
    try values.encode(prompt, forKey: .prompt)
    try values.encode(negativePrompt, forKey: .negativePrompt)
    try values.encode(seed, forKey: .seed)
    try values.encode(width, forKey: .width)
    try values.encode(height, forKey: .height)
    try values.encode(controls, forKey: .controls)
    try values.encodeIfPresent(autoencoder, forKey: .autoencoder)
    try values.encodeIfPresent(loras, forKey: .loras)
    try values.encodeIfPresent(smallDecoder, forKey: .smallDecoder)
    try values.encodeIfPresent(source, forKey: .source)
    try values.encodeIfPresent(cut, forKey: .cut)
  }
}
