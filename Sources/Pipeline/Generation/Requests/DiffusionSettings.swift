import Core
import Models

/// How an image is generated, whatever it is of: sampling (Ho & Salimans 2022 for the guidance) and what a ControlNet adds (Zhang et al. 2023).
///
/// Options, requests and requests for images of one's own hold it, flat in their JSON. `Setting` describes each of its values.
public struct DiffusionSettings: Hashable, Sendable {
  /// What steers the diffusion.
  public var condition = ConditionType.mask
  public var conditionSettings = ConditionSettings()
  /// Sampler name as given to `--sampler`.
  public var sampler = SamplerName.ddim.rawValue
  /// Denoising steps, 1...1000.
  public var steps = 20
  /// How they are laid over the training steps; nil, and absent from the JSON, for the model's own way.
  public var timestepSpacing: SchedulerConfig.Spacing?
  /// Classifier-free guidance scale, 0...100; 1 switches guidance off.
  public var guidance = 9.0
  /// DDIM's η, 0...1; 0 for the deterministic sampler.
  public var eta = 0.0
  /// Strength of the ControlNet's residuals, 0...10.
  public var controlScale = 1.0
  /// Fractions 0...1 of the steps between which the ControlNet acts.
  public var controlStart = 0.0
  public var controlEnd = 1.0
  /// Whether the control image leads without the prompt's help (ControlNet's guess mode).
  public var guessMode = false
  /// What the networks' products are made of; absent from the JSON for float32.
  public var precision = Precision.float32
  /// What is left out to take less time; each absent from the JSON where nothing is.
  public var shortcuts = Shortcuts()

  /// The published settings (DifFSS: DDIM, guidance 9, strength 1), but with 20 steps instead of the script's 2, and what `change` makes of them.
  public init(_ change: (inout DiffusionSettings) -> Void = { _ in }) { change(&self) }
}

extension DiffusionSettings {
  /// These settings with the default for everything that does not change the image: the same image is the same request.
  func relevant() -> DiffusionSettings {
    var options = GenerationOptions(self)
    for setting in Setting.all where !setting.applies(to: options) { setting.reset(in: &options) }
    options.conditionSettings = options.conditionSettings.relevant(to: condition)
    return options.settings
  }

  /// Of these settings those that do not belong to a control image.
  var sampling: DiffusionSettings {
    var own = self
    let usual = DiffusionSettings()
    (own.condition, own.conditionSettings) = (usual.condition, usual.conditionSettings)
    (own.controlScale, own.controlStart, own.controlEnd) = (usual.controlScale, usual.controlStart, usual.controlEnd)
    return own
  }

  /// Whether the sampler lays its steps by the spacing; lcm has its own.
  var isSpaced: Bool { SamplerName(rawValue: sampler)?.isSpaced == true }

  /// The sampler. Throws `CoreError.badSetting` for a name that there is none of.
  func samplerName() throws -> SamplerName {
    guard let name = SamplerName(rawValue: sampler) else {
      throw CoreError.badSetting(name: "sampler", value: "\"\(PlainText.clean(sampler))\"", allowed: Setting[.sampler].allowed())
    }
    return name
  }

  /// The training steps that the settings visit with a model's schedule; nil where they are out of range.
  public func timesteps(_ scheduler: SchedulerConfig) -> TimestepRange? {
    try? samplerName().range(scheduler.spaced(timestepSpacing), steps: steps)
  }
}

/// Holds diffusion settings, whose values are read and set as its own.
@dynamicMemberLookup
public protocol DiffusionConfigured {
  var settings: DiffusionSettings { get set }
}

extension DiffusionConfigured {
  public subscript<Value>(dynamicMember path: WritableKeyPath<DiffusionSettings, Value>) -> Value {
    get { settings[keyPath: path] }
    set { settings[keyPath: path] = newValue }
  }
}

// MARK: JSON

extension DiffusionSettings: Codable {
  private enum CodingKeys: String, CodingKey {
    case condition, conditionSettings, sampler, steps, timestepSpacing, guidance, eta, controlScale, controlStart, controlEnd, guessMode,
      precision, guidanceStart, guidanceEnd, controlEvery, cacheEvery, mergeTokens, decoder
  }

  public init(from decoder: any Decoder) throws {
    try self.init(samplingFrom: decoder)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    condition = try values.decode(ConditionType.self, forKey: .condition)
    conditionSettings = try values.decode(ConditionSettings.self, forKey: .conditionSettings)
    controlScale = try values.decode(Double.self, forKey: .controlScale)
    controlStart = try values.decode(Double.self, forKey: .controlStart)
    controlEnd = try values.decode(Double.self, forKey: .controlEnd)
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeSampling(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(condition, forKey: .condition)
    try values.encode(conditionSettings, forKey: .conditionSettings)
    try values.encode(controlScale, forKey: .controlScale)
    try values.encode(controlStart, forKey: .controlStart)
    try values.encode(controlEnd, forKey: .controlEnd)
  }

  /// What a request has whose control images come ready, each with a scale and a window of its own.
  init(samplingFrom decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    sampler = try values.decode(String.self, forKey: .sampler)
    steps = try values.decode(Int.self, forKey: .steps)
    timestepSpacing = try values.decodeIfPresent(SchedulerConfig.Spacing.self, forKey: .timestepSpacing)
    guidance = try values.decode(Double.self, forKey: .guidance)
    eta = try values.decode(Double.self, forKey: .eta)
    guessMode = try values.decode(Bool.self, forKey: .guessMode)
    precision = try values.decodeIfPresent(Precision.self, forKey: .precision) ?? .float32
    shortcuts = try Shortcuts {
      $0.guidanceStart = try values.decodeIfPresent(Double.self, forKey: .guidanceStart) ?? $0.guidanceStart
      $0.guidanceEnd = try values.decodeIfPresent(Double.self, forKey: .guidanceEnd) ?? $0.guidanceEnd
      $0.controlEvery = try values.decodeIfPresent(Int.self, forKey: .controlEvery) ?? $0.controlEvery
      $0.cacheEvery = try values.decodeIfPresent(Int.self, forKey: .cacheEvery) ?? $0.cacheEvery
      $0.mergedTokens = try values.decodeIfPresent(Double.self, forKey: .mergeTokens) ?? $0.mergedTokens
      $0.decoder = try values.decodeIfPresent(Shortcuts.Decoder.self, forKey: .decoder) ?? $0.decoder
    }
  }

  /// The counterpart of `init(samplingFrom:)`.
  func encodeSampling(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(sampler, forKey: .sampler)
    try values.encode(steps, forKey: .steps)
    try values.encodeIfPresent(timestepSpacing, forKey: .timestepSpacing)
    try values.encode(guidance, forKey: .guidance)
    try values.encode(eta, forKey: .eta)
    try values.encode(guessMode, forKey: .guessMode)
    if precision != .float32 { try values.encode(precision, forKey: .precision) }
    let none = Shortcuts()
    if shortcuts.guidanceStart != none.guidanceStart { try values.encode(shortcuts.guidanceStart, forKey: .guidanceStart) }
    if shortcuts.guidanceEnd != none.guidanceEnd { try values.encode(shortcuts.guidanceEnd, forKey: .guidanceEnd) }
    if shortcuts.controlEvery != none.controlEvery { try values.encode(shortcuts.controlEvery, forKey: .controlEvery) }
    if shortcuts.cacheEvery != none.cacheEvery { try values.encode(shortcuts.cacheEvery, forKey: .cacheEvery) }
    if shortcuts.mergedTokens != none.mergedTokens { try values.encode(shortcuts.mergedTokens, forKey: .mergeTokens) }
    if shortcuts.decoder != none.decoder { try values.encode(shortcuts.decoder, forKey: .decoder) }
  }
}
