import Models

extension DiffusionRun {
  /// What settings make of a prompt, a seed, a size and control images. Throws `CoreError.badSetting` for a sampler that there is none of.
  init(
    _ settings: DiffusionSettings, prompt: String, negativePrompt: String, seed: UInt64, noiseRow: NoiseRow? = nil, width: Int, height: Int,
    controls: [ControlInput]
  ) throws {
    self.init(
      prompt: prompt, negativePrompt: negativePrompt, sampler: try settings.samplerName(), steps: settings.steps,
      spacing: settings.timestepSpacing, guidanceScale: Float(settings.guidance), eta: Float(settings.eta), seed: seed, noiseRow: noiseRow,
      width: width, height: height, guessMode: settings.guessMode, shortcuts: settings.shortcuts, controls: controls)
  }
}
