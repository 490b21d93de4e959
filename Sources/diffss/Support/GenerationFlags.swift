import ArgumentParser
import Generation

/// The settings from which generated supports are made: each with its name, help and values from the table of settings.
struct GenerationFlags: ParsableArguments {
  @Option(help: .speed) var speed: SpeedPreset?
  @Option(.condition) var condition: SettingValue?
  @Option(.steps) var steps: SettingValue?
  @Option(.guidance) var guidance: SettingValue?
  @Option(.sampler) var sampler: SettingValue?
  @Option(.timestepSpacing) var timestepSpacing: SettingValue?
  @Option(.precision) var precision: SettingValue?
  @Option(.controlScale) var controlScale: [SettingValue] = []
  @Option(.guidanceStart) var guidanceStart: SettingValue?
  @Option(.guidanceEnd) var guidanceEnd: SettingValue?
  @Option(.controlEvery) var controlEvery: SettingValue?
  @Option(.cacheEvery) var cacheEvery: SettingValue?
  @Option(.mergeTokens) var mergeTokens: SettingValue?
  @OptionGroup var others: OtherGenerationFlags

  private var given: [SettingValue] {
    [
      condition, steps, guidance, sampler, timestepSpacing, precision, guidanceStart, guidanceEnd, controlEvery, cacheEvery, mergeTokens,
    ].compactMap { $0 } + controlScale
  }

  func validate() throws { try given.validate() }

  /// These flags over what the models of a workbench's data set recommend.
  func options(_ library: ModelLibrary, seed: UInt64) throws -> GenerationOptions {
    if controlScale.count > 1 { throw ValidationError("several --control-scale need several --control") }
    var asked = GenerationOptions()
    try given.apply(to: &asked)
    var options = try others.options(library, conditions: [asked.condition], speed: speed, seed: seed)
    try given.apply(to: &options)
    try options.validate()
    report(precision: precision.map { [$0.text] } ?? [])
    report(shortRange: library.menu.timesteps(options), options.sampler)
    return options
  }

  /// Options that were given and mean nothing beside ready control images.
  var ofControlImage: [String] {
    ([condition, others.resolution].compactMap { $0 } + others.controlImage.given).map { "--\($0.id.rawValue)" }
  }

  /// These flags for an image of one's own.
  func ownOptions(seed: UInt64) throws -> GenerationOptions {
    var options = GenerationOptions(seed: seed)
    // Whether there is a small decoder, the plan finds when the model is known.
    speed?.apply(to: &options, hasSmallDecoder: false)
    try (given + others.given).apply(to: &options)
    try options.validate()
    report(precision: precision.map { [$0.text] } ?? [])
    return options
  }
}

extension SpeedPreset: ExpressibleByArgument {}

extension ArgumentHelp {
  /// Of the dial.
  static let speed: ArgumentHelp =
    "Settings that go together: exact, every network at every step; fast and draft take less time and leave something out (docs/speed.md). Options beside it win over it."
}

/// What a sweep takes but does not vary.
struct OtherGenerationFlags: ParsableArguments {
  @OptionGroup var controlImage: ConditionFlags
  @OptionGroup var models: ModelFlags
  @Option(.resolution) var resolution: SettingValue?
  @Option(.eta) var eta: SettingValue?
  @Option(.prompt) var prompt: SettingValue?
  @Option(.negativePrompt) var negativePrompt: SettingValue?
  @Option(.controlStart) var controlStart: SettingValue?
  @Option(.controlEnd) var controlEnd: SettingValue?
  @Flag(.guessMode) var guessMode: Bool
  @Option(.decoder) var decoder: SettingValue?

  var given: [SettingValue] {
    controlImage.given + [resolution, eta, prompt, negativePrompt, controlStart, controlEnd, decoder].compactMap { $0 }
      + (guessMode ? [SettingValue(id: .guessMode, text: "on")] : [])
  }

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
