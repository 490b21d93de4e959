import Core
import Foundation
import Models

/// The diffusion models that a user names, each by its identifier in the library or by its path.
public struct NamedModels: Hashable, Sendable {
  /// Stable Diffusion: a diffusers folder or a single file; nil for the library's choice.
  public var model: String?
  /// For conditions, or for control images in their order; none for the library's choice.
  public var controlNets: [String]
  /// An autoencoder in place of the model's own.
  public var autoencoder: String?
  /// LoRA files to merge, each with how much of it counts.
  public var loras: [LoRAChoice]

  public init(model: String? = nil, controlNets: [String] = [], autoencoder: String? = nil, loras: [LoRAChoice] = []) {
    self.model = model
    self.controlNets = controlNets
    self.autoencoder = autoencoder
    self.loras = loras
  }

  /// Models that were named by their paths: places to find them in, before all others.
  public var places: [URL] { ([model].compactMap { $0 } + controlNets).compactMap(Self.place) }

  /// The files that were named by their paths, under the names that requests know them by. Those of the library's other models are not given twice.
  public func files(_ library: ModelLibrary) -> GivenFiles {
    let urls = [autoencoder].compactMap { $0 }.compactMap(Self.file), all = urls + loras.map(\.id).compactMap(Self.file)
    let paths = Set(all.map(\.standardizedFileURL.path))
    let taken =
      all.isEmpty ? [] : library.entries.filter { $0.kind.generates && !paths.contains($0.url.standardizedFileURL.path) }.map(\.id)
    let given = zip(WeightName.of(all, taken: Set(taken)), all).map { GivenFiles.File(name: $0, url: $1) }
    return GivenFiles(autoencoder: urls.isEmpty ? nil : given[0], loras: Array(given.dropFirst(urls.count)))
  }

  /// What a data set's images are generated with; nil where nothing was named. `library` has been given `places` and `files`.
  ///
  /// Throws `GenerationError.optionsClash` for a ControlNet of none of the conditions that are asked for and for two models of one name,
  /// `ModelError` for what does not serve as what it was named for, and `GenerationError.modelMissing`.
  public func preferred(for conditions: [ConditionType], in library: ModelLibrary) throws -> PreferredModels? {
    try check(library)
    let menu = library.menu, nets = controlNets.map(Self.identifier)
    for name in nets {
      guard let net = menu.controlNets.first(where: { $0.id == name }), let condition = net.condition,
        !conditions.contains(where: { menu.controlNets(for: $0).contains(net) })
      else { continue }
      throw GenerationError.optionsClash(problem: "--controlnet \(name) is for the condition \(condition.rawValue), which is not asked for")
    }
    let added = additions(library.given)
    return PreferredModels(diffusion: model.map(Self.identifier), controlNets: nets, autoencoder: added.autoencoder, loras: added.loras)
      .orNone
  }

  /// The model, where the library knows one of its name: what its own choices shall go with.
  func preferredModel(in library: ModelLibrary) -> PreferredModels? {
    guard let name = model.map(Self.identifier), library.menu.diffusion.contains(where: { $0.id == name }) else { return nil }
    return PreferredModels(diffusion: name)
  }

  /// Where the autoencoder and the LoRA files are. Throws `GenerationError.modelMissing`.
  func additions(in library: ModelLibrary) throws -> (autoencoder: URL?, loras: [URL]) {
    (
      try autoencoder.map { try Self.file($0) ?? library.addition($0, .autoencoder).url },
      try loras.map { try Self.file($0.id) ?? library.addition($0.id, .lora).url }
    )
  }

  /// Autoencoder and LoRA files by the names of requests, `files` being those that were given by their paths.
  private func additions(_ files: GivenFiles) -> (autoencoder: String?, loras: [LoRAChoice]?) {
    var named = files.loras[...]
    let loras = loras.map { LoRAChoice(id: Self.file($0.id) == nil ? $0.id : named.removeFirst().name, scale: $0.scale) }
    return (files.autoencoder?.name ?? autoencoder, loras.isEmpty ? nil : loras)
  }

  /// Throws what speaks against a file or folder that was named, and nothing for a name of the library, of which the library tells. A folder in the
  /// current directory does not hide a model of its name.
  private func check(_ library: ModelLibrary) throws {
    func check(_ name: String, as role: ModelRole) throws {
      guard let url = Self.file(name), Self.place(name) != nil || (try? library.entry(name)) == nil else { return }
      try role.check(url)
    }
    if let model { try check(model, as: .model) }
    for net in controlNets { try check(net, as: .controlNet) }
    for (index, url) in places.enumerated() {
      guard let other = places[..<index].first(where: { $0.lastPathComponent == url.lastPathComponent && $0.path != url.path }) else {
        continue
      }
      throw GenerationError.optionsClash(
        problem:
          "\(other.path) and \(url.path) would both be called \(url.lastPathComponent): name one of them below a folder of models (--models)"
      )
    }
    let added = additions(library.given)
    if let name = added.autoencoder { try ModelRole.autoencoder.check(library.addition(name, .autoencoder).url) }
    for lora in added.loras ?? [] { try ModelRole.adapter.check(library.addition(lora.id, .lora).url) }
  }

  // MARK: Names and paths

  /// What a model of the library is called that is named so: a path's last part, as `places` make it.
  private static func identifier(_ name: String) -> String { place(name)?.lastPathComponent ?? name }

  /// What a path names on disk; nil for a name of the library.
  private static func file(_ path: String) -> URL? {
    var isFolder: ObjCBool = false
    guard !path.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
    return URL(fileURLWithPath: path, isDirectory: isFolder.boolValue)
  }

  /// A file, or a folder in diffusers' layout; nil for a name.
  private static func place(_ name: String) -> URL? {
    guard let url = file(name)?.standardizedFileURL else { return nil }
    let marks = (["model_index.json", "config.json"] + ModelFolder.Part.networks.map(\.rawValue)).map {
      url.appendingPathComponent($0).path
    }
    return !url.hasDirectoryPath || marks.contains(where: FileManager.default.fileExists) ? url : nil
  }
}

extension LoRAChoice {
  /// From `FILE[:scale]`: what is behind the last colon is the scale where it is a number and there is no file of the whole name.
  public init(naming text: String) {
    guard !FileManager.default.fileExists(atPath: text), let colon = text.lastIndex(of: ":"),
      let scale = Double(text[text.index(after: colon)...])
    else {
      self.init(id: text, scale: 1)
      return
    }
    self.init(id: String(text[..<colon]), scale: scale)
  }
}

extension ModelKind {
  /// Whether images' metadata may name it beside an autoencoder or a LoRA.
  fileprivate var generates: Bool {
    switch self {
    case .diffusion, .controlNet, .detector: true
    case .smallDecoder, .autoencoder, .lora, .segmentation: false
    }
  }
}
