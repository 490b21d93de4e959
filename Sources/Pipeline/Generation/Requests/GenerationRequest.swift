import Data
import Models

/// Everything that decides one generated support, but the weights' bytes: the queue's row, the image's metadata, the
/// cache key and the command line's `--json`.
public struct GenerationRequest: Hashable, Sendable, DiffusionConfigured {
  /// The real support and its class.
  public var source: SupportSource
  public var settings: DiffusionSettings
  /// The full positive prompt.
  public var prompt: String
  public var negativePrompt: String
  /// Seed of the noise, as in `torch.Generator('cpu').manual_seed`.
  public var seed: UInt64
  /// The row of the noise that images with a common seed take; nil, and absent from the JSON, for a seed of one's own.
  public var noiseRow: NoiseRow?
  /// ADE20K class 0...149 of whose colour the mask condition is made; nil, and absent from the JSON, for that of the source's class.
  public var adeIndex: Int?
  /// Pixels of the image, multiples of 64.
  public var width: Int
  public var height: Int
  /// The weights by name; their contents enter the key beside the request.
  public var models: ModelChoice

  public init(
    source: SupportSource, settings: DiffusionSettings, prompt: String, negativePrompt: String, seed: UInt64, noiseRow: NoiseRow? = nil, adeIndex: Int? = nil,
    width: Int, height: Int, models: ModelChoice
  ) {
    self.source = source
    self.settings = settings
    self.prompt = prompt
    self.negativePrompt = negativePrompt
    self.seed = seed
    self.noiseRow = noiseRow
    self.adeIndex = adeIndex
    self.width = width
    self.height = height
    self.models = models
  }

  /// What the request was made from, with its full prompts and its own seed.
  public var options: GenerationOptions {
    GenerationOptions(settings, prompt: prompt, negativePrompt: negativePrompt, seed: seed, models: PreferredModels(models))
  }
}

extension GenerationRequest: Codable {
  private enum CodingKeys: String, CodingKey { case source, prompt, negativePrompt, seed, noiseRow, adeIndex, width, height, models }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      source: try values.decode(SupportSource.self, forKey: .source), settings: try DiffusionSettings(from: decoder),
      prompt: try values.decode(String.self, forKey: .prompt), negativePrompt: try values.decode(String.self, forKey: .negativePrompt),
      seed: try values.decode(UInt64.self, forKey: .seed), noiseRow: try values.decodeIfPresent(NoiseRow.self, forKey: .noiseRow),
      adeIndex: try values.decodeIfPresent(Int.self, forKey: .adeIndex), width: try values.decode(Int.self, forKey: .width),
      height: try values.decode(Int.self, forKey: .height), models: try values.decode(ModelChoice.self, forKey: .models))
  }

  public func encode(to encoder: any Encoder) throws {
    try settings.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(source, forKey: .source)
    try values.encode(prompt, forKey: .prompt)
    try values.encode(negativePrompt, forKey: .negativePrompt)
    try values.encode(seed, forKey: .seed)
    try values.encodeIfPresent(noiseRow, forKey: .noiseRow)
    try values.encodeIfPresent(adeIndex, forKey: .adeIndex)
    try values.encode(width, forKey: .width)
    try values.encode(height, forKey: .height)
    try values.encode(models, forKey: .models)
  }
}

/// What a support is generated from: a real one of a data set, by its name and its pixels. Flat in its JSON.
public struct SupportSource: Hashable, Sendable {
  /// The data set's name.
  public var dataset: String
  public var support: Support.Name
  /// Number of this support among those generated from the same image and class, 0....
  public var number: Int
  /// SHA-256, in hexadecimal, of the image's and the mask's pixels: another folder's image of the same name is another source.
  public var digest: String

  public init(dataset: String, item: String, classIndex: Int, number: Int, digest: String) {
    self.dataset = dataset
    support = Support.Name(item: item, classIndex: classIndex)
    self.number = number
    self.digest = digest
  }

  /// The item's identifier in the data set.
  public var item: String { support.item }
  public var classIndex: Int { support.classIndex }
}

extension SupportSource: Codable {
  private enum CodingKeys: String, CodingKey { case dataset, item, classIndex, number, digest }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      dataset: try values.decode(String.self, forKey: .dataset), item: try values.decode(String.self, forKey: .item),
      classIndex: try values.decode(Int.self, forKey: .classIndex), number: try values.decode(Int.self, forKey: .number),
      digest: try values.decode(String.self, forKey: .digest))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(dataset, forKey: .dataset)
    try values.encode(item, forKey: .item)
    try values.encode(classIndex, forKey: .classIndex)
    try values.encode(number, forKey: .number)
    try values.encode(digest, forKey: .digest)
  }
}

/// The models of a request, by their identifiers in the `ModelLibrary`.
public struct ModelChoice: Codable, Hashable, Sendable {
  /// A Stable Diffusion folder.
  public var diffusion: String
  /// Absent for the condition `none`.
  public var controlNet: String?
  /// Absent for conditions without edges.
  public var detector: String?
  /// An autoencoder in place of the model's own; nil, and absent from the JSON, for that.
  public var autoencoder: String?
  /// LoRA files merged into the model, in their order; nil, and absent from the JSON, for none.
  public var loras: [LoRAChoice]?
  /// TAESD's decoder; nil, and absent from the JSON, where the autoencoder decodes.
  public var smallDecoder: String?

  public init(
    diffusion: String, controlNet: String? = nil, detector: String? = nil, autoencoder: String? = nil, loras: [LoRAChoice]? = nil,
    smallDecoder: String? = nil
  ) {
    self.diffusion = diffusion
    self.controlNet = controlNet
    self.detector = detector
    self.autoencoder = autoencoder
    self.loras = loras
    self.smallDecoder = smallDecoder
  }

  /// The identifiers of all of them.
  var all: [String] { [diffusion, controlNet, detector, autoencoder, smallDecoder].compactMap { $0 } + (loras ?? []).map(\.id) }
}

/// A LoRA file by its name, and how much of it is merged.
public struct LoRAChoice: Codable, Hashable, Sendable {
  public var id: String
  /// -10...10; 1 for what it was trained to add.
  public var scale: Double

  public init(id: String, scale: Double = 1) {
    self.id = id
    self.scale = scale
  }

  public static let scales = -10.0...10
}
