import ArgumentParser
import Foundation
import Generation
import Models

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
      valueName: "path[:scale]"), transform: LoRAOption.init)
  var lora: [LoRAOption] = []

  func validate() throws {
    for lora in lora where !LoRAChoice.scales.contains(lora.scale) {
      throw ValidationError("the scale of --lora \(lora.path) must be -10...10")
    }
  }

  /// The files that were given by their paths, under the names that requests know them by. Those of the library's other models are not given twice.
  func files(_ library: ModelLibrary) -> GivenFiles {
    let urls = (vae.map { [$0] } ?? []).compactMap(Self.file), loras = lora.map(\.path).compactMap(Self.file), all = urls + loras
    let paths = Set(all.map(\.standardizedFileURL.path))
    let taken =
      all.isEmpty ? [] : library.entries.filter { $0.kind.generates && !paths.contains($0.url.standardizedFileURL.path) }.map(\.id)
    let given = zip(WeightName.of(all, taken: Set(taken)), all).map { GivenFiles.File(name: $0, url: $1) }
    return GivenFiles(autoencoder: urls.isEmpty ? nil : given[0], loras: Array(given.dropFirst(urls.count)))
  }

  /// What a path names on disk; nil for a name of the library.
  private static func file(_ path: String) -> URL? {
    var isFolder: ObjCBool = false
    guard !path.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
    return URL(fileURLWithPath: path, isDirectory: isFolder.boolValue)
  }

  /// Autoencoder and LoRA files by the names of requests, `files` being those that were given by their paths.
  private func additions(_ files: GivenFiles) -> (autoencoder: String?, loras: [LoRAChoice]?) {
    var named = files.loras[...]
    let loras = lora.map { LoRAChoice(id: Self.file($0.path) == nil ? $0.path : named.removeFirst().name, scale: $0.scale) }
    return (files.autoencoder?.name ?? vae, loras.isEmpty ? nil : loras)
  }

  /// Models that were named by their paths: places to find them in, before all others.
  var places: [URL] { ([model].compactMap { $0 } + controlnet).compactMap(Self.place) }

  /// What a model of the library is called that is named so: a path's last part, as `places` make it.
  static func identifier(_ name: String) -> String { place(name)?.lastPathComponent ?? name }

  /// A file, or a folder in diffusers' layout; nil for a name.
  private static func place(_ name: String) -> URL? {
    guard let url = file(name)?.standardizedFileURL else { return nil }
    let marks = (["model_index.json", "config.json"] + ModelFolder.Part.networks.map(\.rawValue)).map {
      url.appendingPathComponent($0).path
    }
    return !url.hasDirectoryPath || marks.contains(where: FileManager.default.fileExists) ? url : nil
  }

  /// Throws what speaks against a file or folder that was named, and nothing for a name of the library, of which the library tells: `ModelError` for what
  /// does not serve as what it was named for, and `GenerationError.modelMissing`. A folder in the current directory does not hide a model of its name.
  private func check(_ library: ModelLibrary) throws {
    func check(_ name: String, as role: ModelRole) throws {
      guard let url = Self.file(name), Self.place(name) != nil || (try? library.entry(name)) == nil else { return }
      try role.check(url)
    }
    if let model { try check(model, as: .model) }
    for net in controlnet { try check(net, as: .controlNet) }
    let named = ([model].compactMap { $0 } + controlnet).compactMap(Self.place)
    for (index, url) in named.enumerated() {
      guard let other = named[..<index].first(where: { $0.lastPathComponent == url.lastPathComponent && $0.path != url.path }) else {
        continue
      }
      throw ValidationError(
        "\(other.path) and \(url.path) would both be called \(url.lastPathComponent): name one of them below a folder of models (--models)")
    }
    let added = additions(library.given)
    if let name = added.autoencoder { try ModelRole.autoencoder.check(library.addition(name, .autoencoder).url) }
    for lora in added.loras ?? [] { try ModelRole.adapter.check(library.addition(lora.id, .lora).url) }
  }

  /// What a data set's images are generated with. Throws where a ControlNet is for none of the conditions that are asked for, and what speaks against
  /// the files and folders that were named.
  func preferred(for conditions: [ConditionType], in library: ModelLibrary) throws -> PreferredModels? {
    try check(library)
    let menu = library.menu, nets = controlnet.map(Self.identifier)
    for name in nets {
      guard let net = menu.controlNets.first(where: { $0.id == name }), let condition = net.condition,
        !conditions.contains(where: { menu.controlNets(for: $0).contains(net) })
      else { continue }
      throw ValidationError("--controlnet \(name) is for the condition \(condition.rawValue), which is not asked for")
    }
    let added = additions(library.given)
    return PreferredModels(diffusion: model.map(Self.identifier), controlNets: nets, autoencoder: added.autoencoder, loras: added.loras)
      .orNone
  }

  /// The autoencoder and the LoRA files of an image of one's own, and how much of each is merged. Throws `GenerationError.modelMissing`.
  func places(_ library: ModelLibrary) throws -> (autoencoder: URL?, loras: [URL], scales: [Double]) {
    (
      try vae.map { try Self.file($0) ?? library.addition($0, .autoencoder).url },
      try lora.map { try Self.file($0.path) ?? library.addition($0.path, .lora).url }, lora.map(\.scale)
    )
  }
}

/// `FILE[:scale]`.
struct LoRAOption {
  let path: String
  let scale: Double

  /// What is behind the last colon is the scale where it is a number and there is no file of the whole name.
  init(_ text: String) {
    guard !FileManager.default.fileExists(atPath: text), let colon = text.lastIndex(of: ":"),
      let scale = Double(text[text.index(after: colon)...])
    else {
      (path, scale) = (text, 1)
      return
    }
    (path, self.scale) = (String(text[..<colon]), scale)
  }
}

extension ModelKind {
  /// Whether images' metadata may name it beside an autoencoder or a LoRA.
  fileprivate var generates: Bool {
    switch self {
    case .diffusion, .controlNet, .detector: true
    case .previewDecoder, .autoencoder, .lora, .segmentation: false
    }
  }
}
