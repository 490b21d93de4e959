import ArgumentParser
import Generation

/// Which diffusion models generate.
struct ModelFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Stable Diffusion, by its name in `diffss models list`, or a diffusers folder or a single file by its path. When absent: the first one with a ControlNet for the condition.",
      valueName: "name"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "ControlNet, by its name or path likewise; repeat for several conditions, or for several --control. When absent: the first one that fits and whose name says that it is for the condition.",
      valueName: "name"))
  var controlnet: [String] = []

  @Option(
    help: ArgumentHelp(
      "Autoencoder in place of the model's own: a file or a diffusers folder, a whole model's too, which lends its own, or its path below a folder of models.",
      valueName: "path"))
  var vae: String?

  @Option(
    help: ArgumentHelp(
      "LoRA to merge into the model (kohya's or diffusers' keys): a file, or its path below a folder of models; SCALE is 1 when absent. Repeat for several.",
      valueName: "path[:scale]"), transform: LoRAChoice.init(naming:))
  var lora: [LoRAChoice] = []

  func validate() throws {
    for lora in lora where !LoRAChoice.scales.contains(lora.scale) {
      throw ValidationError("the scale of --lora \(lora.id) must be -10...10")
    }
  }

  var named: NamedModels { NamedModels(model: model, controlNets: controlnet, autoencoder: vae, loras: lora) }
}
