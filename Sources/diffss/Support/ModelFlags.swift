import ArgumentParser
import Pipeline

/// Which diffusion models paint.
struct ModelFlags: ParsableArguments {
  @Option(help: ArgumentHelp(
    "Stable Diffusion, by its name in `diffss models list`; for a picture of your own also a diffusers folder or a single file. When absent: the first one with a ControlNet for the condition.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp(
    "ControlNet, by its name, a folder or a file likewise; repeat for several conditions, or for several --control. When absent: the first one that fits.", valueName: "name"))
  var controlnet: [String] = []

  /// What a data set's pictures are painted with. Throws where a ControlNet is for none of the conditions that are asked for.
  func preferred(for conditions: [ConditionType], in menu: ModelMenu) throws -> PreferredModels? {
    for name in controlnet {
      guard let net = menu.controlNets.first(where: { $0.id == name }),
        !conditions.contains(where: { menu.controlNets(for: $0).contains(net) })
      else { continue }
      throw ValidationError("--controlnet \(name) is for the condition \(net.condition.rawValue), which is not asked for")
    }
    return PreferredModels(diffusion: model, controlNets: controlnet).orNone
  }
}
