import Foundation
import Models
import Render

/// One picture painted from control images of the user's own: everything that decides it, beside the files' bytes. Weights are known by their
/// names (`WeightName`); their digests stand beside the request (`OwnPictureMetadata`).
public struct OwnPictureRequest: Codable, Hashable, Sendable {
  /// A ControlNet, the picture it reads, and when and how much it counts.
  public struct Control: Codable, Hashable, Sendable {
    /// The ControlNet's name.
    public var network: String
    /// Extents and SHA-256 of the control image's bytes; the bytes themselves are given to `paint`.
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
  public var sampler: SamplerName
  public var steps: Int
  /// How they are laid over the training steps; nil, and absent from the JSON, for the model's own way, and where the sampler does not ask.
  public var timestepSpacing: SchedulerConfig.Spacing?
  public var guidance: Double
  public var eta: Double
  public var seed: UInt64
  public var width: Int
  public var height: Int
  public var guessMode: Bool
  public var controls: [Control]
  /// An autoencoder in place of the model's own; nil, and absent from the JSON, for that.
  public var autoencoder: String?
  /// LoRA files merged into the model, in their order; nil, and absent from the JSON, for none.
  public var loras: [LoRAChoice]?
  /// What the text encoder did not see of the prompts; absent from the JSON where it saw all, and before painting.
  public internal(set) var cut: PromptCut?

  /// - Parameters:
  ///   - weights: where the weights lie; the request takes their names.
  ///   - controls: what each ControlNet of `weights` reads.
  ///   - loraScales: how much of each LoRA of `weights` is merged.
  public init(
    _ weights: OwnPictureWeights, prompt: String, negativePrompt: String, sampler: SamplerName, steps: Int,
    timestepSpacing: SchedulerConfig.Spacing? = nil, guidance: Double, eta: Double, seed: UInt64, width: Int, height: Int, guessMode: Bool,
    controls: [(image: Image, scale: Double, start: Double, end: Double)], loraScales: [Double] = []
  ) {
    let names = weights.names
    model = names.model
    config = names.config
    autoencoder = names.autoencoder
    loras = names.loras.isEmpty ? nil : zip(names.loras, loraScales).map { LoRAChoice(id: $0, scale: $1) }
    self.controls = zip(names.networks, controls).map {
      Control(network: $0, image: $1.image, scale: $1.scale, start: $1.start, end: $1.end)
    }
    self.timestepSpacing = sampler.isSpaced ? timestepSpacing : nil
    self.prompt = prompt
    self.negativePrompt = negativePrompt
    self.sampler = sampler
    self.steps = steps
    self.guidance = guidance
    self.eta = eta
    self.seed = seed
    self.width = width
    self.height = height
    self.guessMode = guessMode
  }

  /// A painted picture with the latents that led to it.
  public struct Painting: Sendable {
    /// What the picture is of; its seed is the picture's own.
    public let request: OwnPictureRequest
    public let image: Image
    /// PNG bytes with the request inside.
    public let png: [UInt8]
    /// `[1, h, w, c]` after each step.
    fileprivate let latentsPerStep: [Tensor]

    /// `latents` `[n, c, h, w]` and `latents_per_step` `[steps, n, c, h, w]` of n pictures, as PyTorch would store them.
    public static func latents(of paintings: [Painting]) -> [(name: String, tensor: Tensor)] {
      guard let count = paintings.first?.latentsPerStep.count, count > 0 else { return [] }
      let steps = (0..<count).map { step in Tensor.stacked(paintings.map { $0.latentsPerStep[step] }).nchw() }
      return [
        ("latents", steps[count - 1]), ("latents_per_step", Tensor(steps.flatMap(\.values), shape: [count] + steps[0].shape)),
      ]
    }
  }

  /// Paints `pictures` pictures together, of this seed and the ones after it; `images` are the control images in the order of `controls`, `weights`
  /// the places of what it names, with their `digests`.
  ///
  /// `progress` hears how far it is, many times a step (its previews are of the first picture), and ends the work by returning false:
  /// then `CancellationError` is thrown. `preview` is TAESD's decoder, a file or folder.
  /// Throws `ModelError` for weights that do not fit and `PipelineError.notANumber`.
  public func paint(
    images: [Image], weights: OwnPictureWeights, digests: [String: String], pictures: Int = 1, memory: StableDiffusion.Memory = .ample, preview: URL? = nil,
    progress: (GenerationProgress) -> Bool
  ) throws -> [Painting] {
    let diffusion = try StableDiffusion.load(
      model: weights.model, controlNets: weights.networks, config: weights.config ?? ModelLibrary.configuration(), memory: memory, preview: preview,
      additions: ModelAdditions(
        autoencoder: weights.autoencoder,
        adapters: zip(weights.loras, loras ?? []).map { LowRankSource(url: $0, scale: Float($1.scale)) }))
    let run = DiffusionRun(
      prompt: prompt, negativePrompt: negativePrompt, sampler: sampler, steps: steps, spacing: timestepSpacing,
      guidanceScale: Float(guidance), eta: Float(eta), seed: seed, width: width, height: height, guessMode: guessMode,
      controls: zip(controls, images).enumerated().map { number, pair in
        ControlInput(
          image: Tensor(unit: pair.1.rgb), network: number, scale: Float(pair.0.scale), start: pair.0.start, end: pair.0.end)
      })
    let cut = PromptCut(prompt: prompt, negativePrompt: negativePrompt, guidance: guidance, cut: diffusion.tokenizer.cut)
    for line in cut?.lines ?? [] { Log.painting.warning("\(line)") }
    let requests = (0..<pictures).map { number in
      var own = self
      own.cut = cut
      own.seed = seed &+ UInt64(number)
      return own
    }
    let demo = weights.demo
    do {
      let results = try diffusion.generate(run, seeds: requests.map(\.seed)) { progress(GenerationProgress($0, of: diffusion)) }
      return try zip(requests, results).map { own, result in
        let image = try Image(unit: result.image)
        return Painting(
          request: own, image: image, png: try image.pngData(text: OwnPictureMetadata(own, weights: digests, demoWeights: demo?.models).entries()),
          latentsPerStep: result.latentsPerStep)
      }
    } catch ModelError.cancelled {
      throw CancellationError()
    }
  }
}
