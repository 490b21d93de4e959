import Models

/// The settings from which requests are made: what the settings pane shows and `generate`'s options set.
public struct GenerationOptions: Codable, Hashable, Sendable {
  public var condition: ConditionType
  public var conditionSettings: ConditionSettings
  /// Replaces the prompt made from the class name; `{name}` in it stands for the class.
  public var prompt: String?
  /// Replaces the published negative prompt.
  public var negativePrompt: String?
  /// Sampler name as given to `--sampler`.
  public var sampler: String
  /// 1...1000.
  public var steps: Int
  /// How they are laid over the training steps; nil, and absent from the JSON, for the model's own way.
  public var timestepSpacing: SchedulerConfig.Spacing?
  /// Classifier-free guidance scale, 0...100; 1 switches guidance off.
  public var guidance: Double
  /// DDIM's η, 0...1.
  public var eta: Double
  /// Strength of the ControlNet's residuals, 0...10.
  public var controlScale: Double
  /// Fractions 0...1 of the steps between which the ControlNet acts.
  public var controlStart: Double
  public var controlEnd: Double
  /// ControlNet's guess mode.
  public var guessMode: Bool
  /// The base from which every support's own seed is derived (`SupportSeed`).
  public var seed: UInt64
  /// Replaces models that the library would choose; nil leaves them to it.
  public var models: PreferredModels?

  /// The published settings (DifFSS: DDIM, guidance 9, strength 1), but with 20 steps instead of the script's 2.
  public init(
    condition: ConditionType = .mask, conditionSettings: ConditionSettings = ConditionSettings(), prompt: String? = nil,
    negativePrompt: String? = nil, sampler: String = "ddim", steps: Int = 20,
    timestepSpacing: SchedulerConfig.Spacing? = nil, guidance: Double = 9, eta: Double = 0,
    controlScale: Double = 1, controlStart: Double = 0, controlEnd: Double = 1, guessMode: Bool = false, seed: UInt64 = 0,
    models: PreferredModels? = nil
  ) {
    self.condition = condition
    self.conditionSettings = conditionSettings
    self.prompt = prompt
    self.negativePrompt = negativePrompt
    self.sampler = sampler
    self.steps = steps
    self.timestepSpacing = timestepSpacing
    self.guidance = guidance
    self.eta = eta
    self.controlScale = controlScale
    self.controlStart = controlStart
    self.controlEnd = controlEnd
    self.guessMode = guessMode
    self.seed = seed
    self.models = models
  }

  /// Throws `PipelineError.badSetting` for the first value outside its range.
  public func validate() throws {
    func require(_ fine: Bool, _ name: String, _ value: Any, _ allowed: String) throws {
      if !fine { throw PipelineError.badSetting(name: name, value: "\(value)", allowed: allowed) }
    }
    try conditionSettings.validate()
    guard let name = SamplerName(rawValue: sampler) else { throw Self.unknownSampler(sampler) }
    try require((1...1000).contains(steps), "steps", steps, "1...1000")
    try require((0...100).contains(guidance), "guidance", guidance, "0...100")
    try require((0...1).contains(eta), "eta", eta, "0...1")
    try require(eta == 0 || name == .ddim, "eta", eta, "0 with sampler \(sampler), only ddim knows others")
    try require((0...10).contains(controlScale), "control scale", controlScale, "0...10")
    try require((0...1).contains(controlStart), "control start", controlStart, "0...1")
    try require((0...1).contains(controlEnd) && controlEnd >= controlStart, "control end", controlEnd, "\(controlStart)...1")
  }

  /// The training steps that the settings visit with a model's schedule; nil where they are out of range.
  public func timesteps(_ scheduler: SchedulerConfig) -> TimestepRange? {
    SamplerName(rawValue: sampler).flatMap { try? $0.range(scheduler.spaced(timestepSpacing), steps: steps) }
  }

  static func unknownSampler(_ name: String) -> PipelineError {
    .badSetting(
      name: "sampler", value: "\"\(PlainText.clean(name))\"", allowed: SamplerName.allCases.map(\.rawValue).joined(separator: ", "))
  }
}
