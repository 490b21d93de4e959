import ArgumentParser
import Generation

/// The settings from which generated supports are made: each with its name, help and values from the table of settings.
struct GenerationFlags: ParsableArguments {
  @OptionGroup(title: "Condition") var steering: SteeringFlags
  @OptionGroup(title: "Diffusion") var diffusion: DiffusionFlags
  @OptionGroup var others: OtherGenerationFlags

  var speed: SpeedPreset? { diffusion.speed }
  var steps: SettingValue? { diffusion.steps }
  var guidance: SettingValue? { diffusion.guidance }
  var controlScale: [SettingValue] { steering.controlScale }

  private var given: [SettingValue] { steering.given + diffusion.given + controlScale }

  func validate() throws { try given.validate() }

  /// These flags over what the models of a workbench's data set recommend.
  func options(_ library: ModelLibrary, seed: UInt64) throws -> GenerationOptions {
    if controlScale.count > 1 { throw ValidationError("several --control-scale need several --control") }
    var asked = GenerationOptions()
    try given.apply(to: &asked)
    var options = try others.options(library, conditions: [asked.condition], speed: speed, seed: seed)
    try given.apply(to: &options)
    try options.validate()
    report(precision: diffusion.precision.map { [$0.text] } ?? [])
    report(shortRange: library.menu.timesteps(options), options.sampler)
    return options
  }

  /// Settings of generated supports that were given.
  var ofImages: [Setting.ID] { (given + others.given).map(\.id).filter { $0 != .precision } }

  /// Options that were given and mean nothing beside ready control images.
  var ofControlImage: [String] {
    ([steering.condition, others.window.resolution].compactMap { $0 } + others.controlImage.given).map { "--\($0.id.rawValue)" }
  }

  /// These flags for an image of one's own.
  func ownOptions(seed: UInt64) throws -> GenerationOptions {
    var options = GenerationOptions(seed: seed)
    // Whether there is a small decoder, the plan finds when the model is known.
    speed?.apply(to: &options, hasSmallDecoder: false)
    try (given + others.given).apply(to: &options)
    try options.validate()
    report(precision: diffusion.precision.map { [$0.text] } ?? [])
    return options
  }
}

/// What steers the diffusion.
struct SteeringFlags: ParsableArguments {
  @Option(.condition) var condition: SettingValue?
  @Option(.controlScale) var controlScale: [SettingValue] = []

  /// But `controlScale`.
  var given: [SettingValue] { [condition].compactMap { $0 } }
}

/// How it is done, as far as a sweep gives lists of it.
struct DiffusionFlags: ParsableArguments {
  @Option(help: .speed) var speed: SpeedPreset?
  @Option(.steps) var steps: SettingValue?
  @Option(.guidance) var guidance: SettingValue?
  @Option(.sampler) var sampler: SettingValue?
  @Option(.timestepSpacing) var timestepSpacing: SettingValue?
  @Option(.precision) var precision: SettingValue?
  @Option(.guidanceStart) var guidanceStart: SettingValue?
  @Option(.guidanceEnd) var guidanceEnd: SettingValue?
  @Option(.controlEvery) var controlEvery: SettingValue?
  @Option(.cacheEvery) var cacheEvery: SettingValue?
  @Option(.mergeTokens) var mergeTokens: SettingValue?

  var given: [SettingValue] {
    [steps, guidance, sampler, timestepSpacing, precision, guidanceStart, guidanceEnd, controlEvery, cacheEvery, mergeTokens].compactMap {
      $0
    }
  }
}

extension SpeedPreset: ExpressibleByArgument {}

extension ArgumentHelp {
  /// Of the dial.
  static let speed: ArgumentHelp = """
    Settings that go together: exact, every network at every step; fast and draft take less time and leave something out (docs/speed.md). \
    Options beside it win over it.
    """
}

/// What a sweep takes but does not vary.
struct OtherGenerationFlags: ParsableArguments {
  @OptionGroup(title: "Condition") var controlImage: ConditionFlags
  @OptionGroup(title: "Condition") var window: ControlWindowFlags
  @OptionGroup(title: "Diffusion") var prompts: PromptFlags
  @OptionGroup(title: "Models") var models: ModelFlags

  var decoder: SettingValue? { prompts.decoder }

  var given: [SettingValue] { controlImage.given + window.given + prompts.given }

  func validate() throws { try given.validate() }

  /// These flags over what the models of a workbench's data set recommend. Throws for a ControlNet of none of the conditions.
  func options(
    _ library: ModelLibrary, conditions: [ConditionType], speed: SpeedPreset? = nil, seed: UInt64
  ) throws -> GenerationOptions {
    let preferred = try models.named.preferred(for: conditions, in: library)
    var options = library.menu.defaults(for: conditions.first ?? .mask, preferring: preferred)
    speed?.apply(to: &options, hasSmallDecoder: library.menu.hasSmallDecoder(options))
    try given.apply(to: &options)
    options.seed = seed
    return options
  }
}

/// When and how the ControlNet acts, and the size of what it reads.
struct ControlWindowFlags: ParsableArguments {
  @Option(.resolution) var resolution: SettingValue?
  @Option(.controlStart) var controlStart: SettingValue?
  @Option(.controlEnd) var controlEnd: SettingValue?
  @Flag(.guessMode) var guessMode: Bool

  var given: [SettingValue] {
    [resolution, controlStart, controlEnd].compactMap { $0 } + (guessMode ? [SettingValue(id: .guessMode, text: "on")] : [])
  }
}

/// What is generated, and what no sweep varies of how.
struct PromptFlags: ParsableArguments {
  @Option(.prompt) var prompt: SettingValue?
  @Option(.negativePrompt) var negativePrompt: SettingValue?
  @Option(.eta) var eta: SettingValue?
  @Option(.decoder) var decoder: SettingValue?

  var given: [SettingValue] { [eta, prompt, negativePrompt, decoder].compactMap { $0 } }
}

/// How a control image is made, beside its size. What the condition does not use is passed over.
struct ConditionFlags: ParsableArguments {
  @Option(.detector) var detector: SettingValue?
  @Option(.threshold) var threshold: SettingValue?
  @Flag(.thinning) var thinning: Bool
  @Option(.cannyLow) var cannyLow: SettingValue?
  @Option(.cannyHigh) var cannyHigh: SettingValue?
  @Option(.dilation) var dilation: SettingValue?
  @Option(.blur) var blur: SettingValue?
  @Option(.detectResolution) var detectResolution: SettingValue?

  var given: [SettingValue] {
    [detector, threshold, cannyLow, cannyHigh, dilation, blur, detectResolution].compactMap { $0 }
      + (thinning ? [SettingValue(id: .thinning, text: "on")] : [])
  }

  func validate() throws { try given.validate() }
}
