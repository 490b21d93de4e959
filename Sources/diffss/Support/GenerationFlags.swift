import ArgumentParser
import Generation

/// The settings from which generated supports are made: each with its name, help and values from the table of settings.
struct GenerationFlags: ParsableArguments {
  @Option(.condition) var condition: SettingValue?
  @Option(.steps) var steps: SettingValue?
  @Option(.guidance) var guidance: SettingValue?
  @Option(.sampler) var sampler: SettingValue?
  @Option(.timestepSpacing) var timestepSpacing: SettingValue?
  @Option(.precision) var precision: SettingValue?
  @Option(.controlScale) var controlScale: [SettingValue] = []
  @OptionGroup var others: OtherGenerationFlags

  private var given: [SettingValue] { [condition, steps, guidance, sampler, timestepSpacing, precision].compactMap { $0 } + controlScale }

  func validate() throws { try given.validate() }

  /// These flags over what the models of a workbench's data set recommend.
  func options(_ library: ModelLibrary, seed: UInt64) throws -> GenerationOptions {
    if controlScale.count > 1 { throw ValidationError("several --control-scale need several --control") }
    var asked = GenerationOptions()
    try given.apply(to: &asked)
    var options = try others.options(library, conditions: [asked.condition], seed: seed)
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
    try (given + others.given).apply(to: &options)
    try options.validate()
    report(precision: precision.map { [$0.text] } ?? [])
    return options
  }
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

  var given: [SettingValue] {
    controlImage.given + [resolution, eta, prompt, negativePrompt, controlStart, controlEnd].compactMap { $0 }
      + (guessMode ? [SettingValue(id: .guessMode, text: "on")] : [])
  }

  func validate() throws { try given.validate() }

  /// These flags over what the models of a workbench's data set recommend. Throws for a ControlNet of none of the conditions.
  func options(_ library: ModelLibrary, conditions: [ConditionType], seed: UInt64) throws -> GenerationOptions {
    let preferred = try models.named.preferred(for: conditions, in: library)
    var options = library.menu.defaults(for: conditions.first ?? .mask, preferring: preferred)
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
