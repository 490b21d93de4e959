import Generation

/// A request with nothing behind it.
func plainRequest(_ number: Int = 0, steps: Int = 3) -> GenerationRequest {
  GenerationRequest(
    source: SupportSource(dataset: "squares", item: "square-\(number)", classIndex: number % 4 + 1, number: 0, digest: "d"),
    settings: DiffusionSettings { ($0.conditionSettings.resolution, $0.steps, $0.controlScale) = (128, steps, 0.5) },
    prompt: "a real shot photo of cup,", negativePrompt: "lowres", seed: 7, width: 128, height: 128, models: ModelChoice(diffusion: "sd", controlNet: "controlnet-mask"))
}
