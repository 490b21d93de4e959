/// The settings from which requests are made: what the settings panel shows and `generate`'s options set.
public struct GenerationOptions: Hashable, Sendable, DiffusionConfigured {
  public var settings: DiffusionSettings
  /// Replaces the prompt made from the class name; `{name}` in it stands for the class.
  public var prompt: String?
  /// Replaces the published negative prompt.
  public var negativePrompt: String?
  /// The base from which every support's own seed is derived (`SupportSeed`).
  public var seed: UInt64
  /// Replaces models that the library would choose; nil leaves them to it.
  public var models: PreferredModels?

  public init(
    _ settings: DiffusionSettings = DiffusionSettings(), prompt: String? = nil, negativePrompt: String? = nil, seed: UInt64 = 0, models: PreferredModels? = nil
  ) {
    self.settings = settings
    self.prompt = prompt
    self.negativePrompt = negativePrompt
    self.seed = seed
    self.models = models
  }

  /// Throws `CoreError.badSetting` for the first value outside its range.
  public func validate() throws {
    for setting in Setting.all { try setting.validate(self) }
  }
}

extension GenerationOptions: Codable {
  private enum CodingKeys: String, CodingKey { case prompt, negativePrompt, seed, models }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try DiffusionSettings(from: decoder), prompt: try values.decodeIfPresent(String.self, forKey: .prompt),
      negativePrompt: try values.decodeIfPresent(String.self, forKey: .negativePrompt), seed: try values.decode(UInt64.self, forKey: .seed),
      models: try values.decodeIfPresent(PreferredModels.self, forKey: .models))
  }

  public func encode(to encoder: any Encoder) throws {
    try settings.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(prompt, forKey: .prompt)
    try values.encodeIfPresent(negativePrompt, forKey: .negativePrompt)
    try values.encode(seed, forKey: .seed)
    try values.encodeIfPresent(models, forKey: .models)
  }
}
