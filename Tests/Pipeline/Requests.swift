import Pipeline

/// A request with nothing behind it.
func plainRequest(_ number: Int = 0, steps: Int = 3) -> GenerationRequest {
  GenerationRequest(
    source: SupportSource(dataset: "squares", item: "square-\(number)", classIndex: number % 4 + 1, number: 0, digest: "d"),
    condition: .mask, conditionSettings: ConditionSettings(resolution: 128), prompt: "a real shot photo of cup,",
    negativePrompt: "lowres", sampler: "ddim", steps: steps, guidance: 9, eta: 0, controlScale: 0.5, controlStart: 0, controlEnd: 1,
    guessMode: false, seed: 7, width: 128, height: 128, models: ModelChoice(diffusion: "sd", controlNet: "controlnet-mask"))
}
