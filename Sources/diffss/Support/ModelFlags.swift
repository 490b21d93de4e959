import ArgumentParser
import Foundation
import Pipeline

/// Which diffusion models paint.
struct ModelFlags: ParsableArguments {
  @Option(help: ArgumentHelp(
    "Stable Diffusion, by its name in `diffss models list`, or a diffusers folder or a single file by its path. When absent: the first one with a ControlNet for the condition.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp(
    "ControlNet, by its name or path likewise; repeat for several conditions, or for several --control. When absent: the first one that fits and whose name says that it is for the condition.", valueName: "name"))
  var controlnet: [String] = []

  /// What was named by its path: places to find models in, before all others.
  var places: [URL] { ([model].compactMap { $0 } + controlnet).compactMap(Self.place) }

  /// What a model of the library is called that is named so: a path's last part, as `places` make it.
  static func identifier(_ name: String) -> String { place(name)?.lastPathComponent ?? name }

  /// A file, or a folder in diffusers' layout; nil for a name.
  private static func place(_ name: String) -> URL? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) else { return nil }
    let url = URL(fileURLWithPath: name, isDirectory: isFolder.boolValue).standardizedFileURL
    let marks = ["model_index.json", "config.json"].map { url.appendingPathComponent($0).path }
    return !isFolder.boolValue || marks.contains(where: FileManager.default.fileExists) ? url : nil
  }

  /// What a data set's pictures are painted with. Throws where a ControlNet is for none of the conditions that are asked for.
  func preferred(for conditions: [ConditionType], in menu: ModelMenu) throws -> PreferredModels? {
    let nets = controlnet.map(Self.identifier)
    for name in nets {
      guard let net = menu.controlNets.first(where: { $0.id == name }), let condition = net.condition,
        !conditions.contains(where: { menu.controlNets(for: $0).contains(net) })
      else { continue }
      throw ValidationError("--controlnet \(name) is for the condition \(condition.rawValue), which is not asked for")
    }
    return PreferredModels(diffusion: model.map(Self.identifier), controlNets: nets).orNone
  }
}
