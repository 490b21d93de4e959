import Foundation

/// Finds models in folders by what is in them.
enum ModelSearch {
  /// Folders are looked into this deep below a place that is searched.
  private static let depth = 3

  /// The places to search, in order, that exist.
  static func places(folders: [URL], environment: [String: String]) -> [(ModelEntry.Origin, URL)] {
    var places = folders.map { (ModelEntry.Origin.option, $0) }
    if let path = environment["DIFFSS_MODELS"], !path.isEmpty { places.append((.environment, URL(fileURLWithPath: path))) }
    if let hub = hub(environment) { places.append((.huggingFace, hub)) }
    if let demo = AssetFolder.url("demo") { places.append((.demo, demo)) }
    return places.filter { FileManager.default.fileExists(atPath: $0.1.path) }
  }

  /// The Hugging Face cache.
  static func hub(_ environment: [String: String]) -> URL? {
    let home = environment["HF_HOME"].map { URL(fileURLWithPath: $0) }
      ?? environment["HOME"].map { URL(fileURLWithPath: $0).appendingPathComponent(".cache/huggingface") }
    return home?.appendingPathComponent("hub")
  }

  /// The models of one place, ordered by identifier.
  static func models(in place: URL, origin: ModelEntry.Origin) -> [ModelEntry] {
    var found: [ModelEntry] = []
    if origin == .huggingFace {
      for repository in folders(in: place) where repository.lastPathComponent.hasPrefix("models--") {
        let id = repository.lastPathComponent.dropFirst("models--".count).replacingOccurrences(of: "--", with: "/")
        guard let snapshot = snapshot(of: repository) else { continue }
        look(into: snapshot, id: id, name: id, origin: origin, depth: 1, &found)
      }
    } else {
      look(into: place, id: "", name: place.lastPathComponent, origin: origin, depth: depth, &found)
    }
    return found.sorted { $0.id < $1.id }
  }

  /// The snapshot that `refs/main` names, else the one changed last.
  private static func snapshot(of repository: URL) -> URL? {
    let snapshots = repository.appendingPathComponent("snapshots")
    if let revision = try? String(contentsOf: repository.appendingPathComponent("refs/main"), encoding: .utf8) {
      let name = revision.trimmingCharacters(in: .whitespacesAndNewlines)
      let folder = snapshots.appendingPathComponent(name)
      if !name.contains("/"), FileManager.default.fileExists(atPath: folder.path) { return folder }
    }
    return folders(in: snapshots).max { changed($0) < changed($1) }
  }

  private static func changed(_ url: URL) -> Date {
    (try? url.resourceValues(forKeys: [.contentModificationDateKey]))?.contentModificationDate ?? .distantPast
  }

  private static func look(
    into folder: URL, id: String, name: String, origin: ModelEntry.Origin, depth: Int, _ found: inout [ModelEntry]
  ) {
    if let kind = kind(ofFolder: folder, name: name) {
      found.append(ModelEntry(id: id.isEmpty ? name : id, kind: kind, url: folder, origin: origin))
      return
    }
    for file in files(in: folder) {
      let path = id.isEmpty ? file.lastPathComponent : "\(id)/\(file.lastPathComponent)"
      if let kind = kind(ofFile: file, folder: name) { found.append(ModelEntry(id: path, kind: kind, url: file, origin: origin)) }
    }
    guard depth > 0 else { return }
    for inner in folders(in: folder) {
      let path = id.isEmpty ? inner.lastPathComponent : "\(id)/\(inner.lastPathComponent)"
      look(into: inner, id: path, name: inner.lastPathComponent, origin: origin, depth: depth - 1, &found)
    }
  }

  private static func kind(ofFolder folder: URL, name: String) -> ModelKind? {
    func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path) }
    if has("model_index.json"), has("unet/config.json") { return .diffusion }
    guard has("config.json"), let config = ModelConfig(folder.appendingPathComponent("config.json")) else { return nil }
    if config.className == "AutoencoderTiny" { return .previewDecoder }
    if config.className == "AutoencoderKL" { return .autoencoder }
    guard config.className == "ControlNetModel" || name.lowercased().contains("controlnet") else { return nil }
    return condition(inName: name).map(ModelKind.controlNet)
  }

  /// The condition that a ControlNet's published name speaks of.
  private static func condition(inName name: String) -> ConditionType? {
    let words = name.lowercased()
    if words.contains("scribble") { return .scribble }
    if words.contains("canny") { return .canny }
    if words.contains("hed") || words.contains("softedge") { return .hed }
    if words.contains("seg") || words.contains("mask") { return .mask }
    return nil
  }

  private static func kind(ofFile file: URL, folder: String) -> ModelKind? {
    guard ["safetensors", "pth", "pt", "ckpt"].contains(file.pathExtension) else { return nil }
    let name = file.deletingPathExtension().lastPathComponent.lowercased()
    if name.hasPrefix("v1-5-pruned") || name.hasPrefix("v1-5-ema") { return .diffusion }
    if name.hasPrefix("control_"), name.contains("sd15") { return condition(inName: name).map(ModelKind.controlNet) }
    if name == "taesd_decoder" { return .previewDecoder }
    if name.contains("pidinet") { return .detector(.pidinet) }
    if name.hasPrefix("controlnethed") { return .detector(.hed) }
    if let network = SegmentationNetwork(rawValue: folder.lowercased()), name.hasPrefix("fold"), let fold = Int(name.dropFirst(4)) {
      return .segmentation(network, fold: fold)
    }
    return nil
  }

  private static func folders(in folder: URL) -> [URL] { contents(of: folder) { $0.isDirectory == true } }

  /// Regular files, through symbolic links: the Hugging Face cache is made of those.
  private static func files(in folder: URL) -> [URL] { contents(of: folder) { $0.isDirectory != true } }

  private static func contents(of folder: URL, where fits: (URLResourceValues) -> Bool) -> [URL] {
    // A folder that is a symbolic link cannot be listed as such.
    let urls = (try? FileManager.default.contentsOfDirectory(
      at: folder.resolvingSymlinksInPath(), includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)) ?? []
    return urls.filter { url in
      (try? url.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey])).map(fits) ?? false
    }.sorted { $0.path < $1.path }
  }
}

/// The few facts of a diffusers `config.json` by which models are told apart; nil when it is no such file.
struct ModelConfig {
  let className: String?
  /// Channels of the UNet's levels and width of the text embedding: equal in a UNet and the ControlNets made for it.
  let channels: [Int]?
  let textWidth: Int?
  let sampleSize: Int?

  init?(_ file: URL) {
    guard let size = try? file.resolvingSymlinksInPath().resourceValues(forKeys: [.fileSizeKey]).fileSize, size < 1 << 20,
      let data = try? Data(contentsOf: file),
      let values = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    else { return nil }
    className = values["_class_name"] as? String
    channels = values["block_out_channels"] as? [Int]
    textWidth = values["cross_attention_dim"] as? Int
    sampleSize = values["sample_size"] as? Int
  }

  /// The UNet of a diffusion model; single files are of SD 1.5's configuration.
  init?(unetOf model: ModelEntry) {
    guard let folder = model.url.isFolder ? model.url : ModelLibrary.configuration() else { return nil }
    self.init(folder.appendingPathComponent("unet/config.json"))
  }

  /// A ControlNet; single files are made for SD 1.5's UNet.
  init?(controlNet: ModelEntry) {
    if controlNet.url.isFolder {
      self.init(controlNet.url.appendingPathComponent("config.json"))
    } else {
      guard let folder = ModelLibrary.configuration() else { return nil }
      self.init(folder.appendingPathComponent("unet/config.json"))
    }
  }

  /// Whether a ControlNet with this configuration steers a UNet with that one.
  func fits(_ unet: ModelConfig) -> Bool { channels == unet.channels && textWidth == unet.textWidth }
}
