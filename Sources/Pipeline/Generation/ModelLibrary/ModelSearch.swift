import Core
import Foundation
import Models

/// Finds models in folders by what is in them.
struct ModelSearch {
  private let headers: WeightHeaders
  private(set) var entries: [ModelEntry] = []
  private(set) var unusable: [UnusableModel] = []

  /// Folders are looked into this deep below a place that is searched.
  private static let depth = 3

  /// The places to search, in order, that exist.
  static func places(folders: [URL], environment: [String: String]) -> [(ModelEntry.Origin, URL)] {
    var places = folders.map { (ModelEntry.Origin.option, $0) }
    if let path = environment["DIFFSS_MODELS"], !path.isEmpty { places.append((.environment, URL(fileURLWithPath: path))) }
    if let hub = HubCache.folder(environment) { places.append((.huggingFace, hub)) }
    if let demo = AssetFolder.url("demo") { places.append((.demo, demo)) }
    return places.filter { FileManager.default.fileExists(atPath: $0.1.path) }
  }

  /// Where models are said to be and nothing is, a sentence each: of the environment, and of the configuration's folders.
  static func absent(configured: [URL], environment: [String: String]) -> [String] {
    let named = environment["DIFFSS_MODELS"].flatMap { $0.isEmpty ? nil : ("$DIFFSS_MODELS", $0) }
    let all = [named].compactMap { $0 } + configured.map { ("models in config.toml", $0.path) }
    return all.filter { !FileManager.default.fileExists(atPath: $1) }.map { "\($0) names \(PlainText.clean($1)), where there is nothing" }
  }

  /// Looks through one place: a folder of models, a cache, or a model itself. What is found is ordered by identifier.
  init(_ place: URL, origin: ModelEntry.Origin, headers: WeightHeaders) {
    self.headers = headers
    if origin == .huggingFace {
      for repository in Self.folders(in: place) where repository.lastPathComponent.hasPrefix("models--") {
        let id = repository.lastPathComponent.dropFirst("models--".count).replacingOccurrences(of: "--", with: "/")
        if let snapshot = Self.snapshot(of: repository) {
          look(into: snapshot, id: id, name: id, origin: origin, depth: 1)
        } else {
          addUnfinished(repository, id: id, origin: origin)
        }
      }
    } else if place.isFolder {
      look(into: place, id: "", name: place.lastPathComponent, origin: origin, depth: Self.depth)
    } else {
      look(at: place, id: place.lastPathComponent, folder: place.deletingLastPathComponent().lastPathComponent, origin: origin)
    }
    entries.sort { $0.id < $1.id }
    unusable.sort { $0.id < $1.id }
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

  /// A repository of which nothing but beginnings of files is in the cache.
  private mutating func addUnfinished(_ repository: URL, id: String, origin: ModelEntry.Origin) {
    let blobs = repository.appendingPathComponent("blobs")
    let partial = ((try? FileManager.default.contentsOfDirectory(atPath: blobs.path)) ?? []).filter { $0.hasSuffix(".incomplete") }
    guard !partial.isEmpty else { return }
    unusable.append(
      UnusableModel(
        id: id, title: "repository", kind: nil, url: repository, origin: origin, problem: "its download was not finished: \(partial.count) files in \(blobs.path) are incomplete",
        hint: "diffss models pull \(id) goes on with it", isDamaged: true))
  }

  // MARK: Folders

  private mutating func look(into folder: URL, id: String, name: String, origin: ModelEntry.Origin, depth: Int) {
    if take(folder: folder, id: id.isEmpty ? name : id, name: name, origin: origin) { return }
    for file in Self.files(in: folder) {
      look(at: file, id: id.isEmpty ? file.lastPathComponent : "\(id)/\(file.lastPathComponent)", folder: name, origin: origin)
    }
    guard depth > 0 else { return }
    for inner in Self.folders(in: folder) {
      let path = id.isEmpty ? inner.lastPathComponent : "\(id)/\(inner.lastPathComponent)"
      look(into: inner, id: path, name: inner.lastPathComponent, origin: origin, depth: depth - 1)
    }
  }

  /// Takes a folder that is one model in diffusers' layout; false for any other.
  private mutating func take(folder: URL, id: String, name: String, origin: ModelEntry.Origin) -> Bool {
    // A link that leads nowhere is a file that should be there.
    func has(_ path: String) -> Bool { (try? FileManager.default.attributesOfItem(atPath: folder.appendingPathComponent(path).path)) != nil }
    func add(_ kind: ModelKind, _ problem: ModelError?, _ summary: WeightSummary? = nil, family: CheckpointFamily? = nil) -> Bool {
      if let problem {
        unusable.append(UnusableModel(id: id, title: family?.rawValue ?? kind.title, kind: kind, url: folder, origin: origin, problem))
      } else {
        entries.append(ModelEntry(id: id, kind: kind, url: folder, origin: origin, summary: summary))
      }
      return true
    }
    let networks = ModelFolder.Part.networks.map { folder.appendingPathComponent($0.rawValue) }
    // Without the index a folder of configurations, for single files, looks the same but for the weights.
    if has("model_index.json") || networks.filter({ !Checkpoint.weightFiles(in: $0).isEmpty }).count > 1 {
      let family = CheckpointFamily(foreignFolder: folder)
      let className = ModelConfig(folder.appendingPathComponent("model_index.json"))?.className
      let isOurs = has("unet/config.json") || className.map { $0.hasPrefix("StableDiffusion") } ?? networks.contains(where: \.isFolder)
      if isOurs || family != nil { return add(.diffusion, ModelInspection.problem(ofFolder: folder), family: family) }
    }
    if name.lowercased().contains("controlnet"), let link = ModelError.brokenLink(at: folder.appendingPathComponent("config.json")) {
      return add(.controlNet(Self.condition(inName: name)), link)
    }
    guard has("config.json") else { return false }
    guard let config = ModelConfig(folder.appendingPathComponent("config.json")) else {
      // Its weights say what a folder is whose configuration says nothing.
      guard case .success(let summary) = summary(ofFolder: folder) else { return false }
      let kind: ModelKind? =
        switch summary.family {
        case .diffusersControlNet: .controlNet(Self.condition(inName: name))
        case .autoencoder: .autoencoder
        default: nil
        }
      return kind.map { add($0, ModelInspection.problem(ofConfigurationIn: folder, of: summary.family), summary) } ?? false
    }
    if config.className == "AutoencoderTiny" { return add(.smallDecoder, ModelInspection.problem(ofFolder: folder)) }
    if config.className == "AutoencoderKL" { return add(.autoencoder, ModelInspection.problem(ofFolder: folder)) }
    let isControlNet = config.className == "ControlNetModel" || config.className == nil && name.lowercased().contains("controlnet")
    guard isControlNet || config.className == "T2IAdapter" else { return false }
    switch summary(ofFolder: folder) {
    case .failure(let error): return add(.controlNet(Self.condition(inName: name)), error)
    case .success(let summary):
      let fits = summary.hasControlNet && summary.problem == nil
      if summary.hasControlNet, summary.problem != nil, let file = Checkpoint.weightFiles(in: folder).first,
        let problem = ModelInspection.problem(ofFile: folder.appendingPathComponent(file))
      {
        return add(.controlNet(Self.condition(inName: name)), problem, summary)
      }
      let problem = ModelError.wrongModel(path: folder.path, found: summary.family, wanted: "a ControlNet that diffss runs")
      let fault = fits ? ModelInspection.problem(ofConfigurationIn: folder, of: summary.family) : problem
      return add(.controlNet(Self.condition(inName: name)), fault, summary)
    }
  }

  /// Of the one file in a network's folder; of shards what the first of them says is not enough.
  private func summary(ofFolder folder: URL) -> WeightHeaders.Answer {
    let files = Checkpoint.weightFiles(in: folder)
    if files.count == 1 { return headers.answer(folder.appendingPathComponent(files[0])) }
    do { return .success(try WeightSummary(folder)) } catch {
      return .failure(error as? ModelError ?? .unreadable(path: folder.path, reason: "\(error)"))
    }
  }

  // MARK: Files

  private mutating func look(at file: URL, id: String, folder: String, origin: ModelEntry.Origin) {
    let ending = file.pathExtension.lowercased()
    guard ["safetensors", "ckpt", "pth", "pt", "bin"].contains(ending) else { return }
    let promised = Self.promise(of: file, folder: folder)
    func refuse(_ title: String?, _ kind: ModelKind?, _ error: ModelError) {
      unusable.append(UnusableModel(id: id, title: title ?? kind?.title ?? "weights", kind: kind, url: file, origin: origin, error))
    }
    switch headers.answer(file) {
    case .failure(let error):
      // Much is called .bin or .pt that was never meant for weights.
      if promised != nil || !["bin", "pt"].contains(ending) || error.isInterrupted { refuse(nil, promised, error) }
    case .success(let summary):
      switch kind(summary, id: id, file: file, folder: folder) {
      case .success(let kind): entries.append(ModelEntry(id: id, kind: kind, url: file, origin: origin, summary: summary))
      case .failure(.wrongModel(_, .unknown, _)) where promised == nil: break
      case .failure(let error):
        refuse(summary.family == .unknown ? nil : summary.family.rawValue, promised ?? (summary.family == .stableDiffusion1 ? .diffusion : nil), error)
      }
    }
  }

  private func kind(_ summary: WeightSummary, id: String, file: URL, folder: String) -> Result<ModelKind, ModelError> {
    func refused(_ wanted: String = "a model that diffss runs") -> Result<ModelKind, ModelError> {
      .failure(.wrongModel(path: file.path, found: summary.family, wanted: wanted))
    }
    if summary.hasControlNet, [.controlNet, .diffusersControlNet, .stableDiffusion1].contains(summary.family) {
      if summary.family != .stableDiffusion1, summary.problem != nil { return .failure(problem(summary, file)) }
      return .success(.controlNet(Self.condition(inName: id)))
    }
    switch summary.family {
    case .stableDiffusion1:
      return summary.problem == nil ? .success(.diffusion) : .failure(problem(summary, file))
    case .hed: return .success(.detector(.hed))
    case .pidinet: return .success(.detector(.pidinet))
    case .previewDecoder: return .success(.smallDecoder)
    case .autoencoder, .originalAutoencoder:
      let folder = file.deletingLastPathComponent()
      let isBeside = FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path)
      let problem = isBeside ? ModelInspection.problem(ofConfigurationIn: folder, of: summary.family) : nil
      return problem.map(Result.failure) ?? .success(.autoencoder)
    case .lowRank: return .success(.lora)
    case .bam, .hdmnet, .hsnet, .dcama:
      guard let network = SegmentationNetwork(rawValue: summary.family.rawValue.lowercased()) else { return refused() }
      guard summary.hasBackbone || Checkpoint.backboneFile(in: file.deletingLastPathComponent()) != nil else {
        return .failure(.missingBackbone(path: file.path, network: summary.family.rawValue))
      }
      guard let fold = Self.fold(inName: file.deletingPathExtension().lastPathComponent) ?? Self.fold(inName: folder) else {
        return refused("one whose fold is told by its name: \(network.rawValue)/fold0.\(file.pathExtension)")
      }
      return .success(.segmentation(network, fold: fold))
    // Weights of a network in a folder of a layout that is not known: nobody would look for them here.
    case .textEncoder, .diffusersUNet: return .failure(.wrongModel(path: file.path, found: .unknown, wanted: "a model"))
    default: return refused()
    }
  }

  /// The error behind what a summary says in words.
  private func problem(_ summary: WeightSummary, _ file: URL) -> ModelError {
    ModelInspection.problem(ofFile: file) ?? .badWeights(path: file.path, reason: summary.problem ?? "")
  }

  // MARK: Names

  /// The condition that a ControlNet's name speaks of: the file's own words, then those of the folders around it, the nearest first.
  static func condition(inName name: String) -> ConditionType? {
    for part in name.split(separator: "/").reversed() {
      let words = part.lowercased().split { !$0.isLetter }.map(String.init)
      func says(_ hint: String) -> Bool { words.contains { $0 == hint || $0 == "controlnet" + hint || $0 == "control" + hint } }
      func begins(_ hint: String) -> Bool { words.contains { $0.hasPrefix(hint) || $0.hasSuffix(hint) } }
      if words.contains(where: { $0.contains("scribble") }) { return .scribble }
      if words.contains(where: { $0.contains("canny") }) { return .canny }
      if says("hed") || words.contains(where: { $0.contains("softedge") }) || words.contains("soft") && words.contains("edge") { return .hed }
      if begins("seg") || words.contains(where: { $0.contains("segmentation") }) || begins("mask") { return .mask }
    }
    return nil
  }

  /// The number behind `fold` or `split`.
  static func fold(inName name: String) -> Int? {
    let words = name.lowercased()
    for hint in ["fold", "split"] {
      guard let place = words.range(of: hint, options: .backwards) else { continue }
      let digits = words[place.upperBound...].drop { "_- .=".contains($0) }.prefix { $0.isASCII && $0.isNumber }
      if let fold = Int(digits) { return fold }
    }
    return nil
  }

  /// What a file's published name says that it is, where its content does not; nil for any other name.
  private static func promise(of file: URL, folder: String) -> ModelKind? {
    let name = file.deletingPathExtension().lastPathComponent.lowercased()
    if name.hasPrefix("v1-5-pruned") || name.hasPrefix("v1-5-ema") { return .diffusion }
    if name.hasPrefix("control_"), name.contains("sd15") { return .controlNet(condition(inName: name)) }
    if name == "taesd_decoder" { return .smallDecoder }
    if name.contains("pidinet") { return .detector(.pidinet) }
    if name.hasPrefix("controlnethed") { return .detector(.hed) }
    if let network = SegmentationNetwork(rawValue: folder.lowercased()), name.hasPrefix("fold"), let fold = fold(inName: name) {
      return .segmentation(network, fold: fold)
    }
    return nil
  }

  // MARK: Listing

  private static func folders(in folder: URL) -> [URL] { contents(of: folder).filter(\.isFolder) }

  /// Files, links to files, and links that lead nowhere.
  private static func files(in folder: URL) -> [URL] { contents(of: folder).filter { !$0.isFolder } }

  private static func contents(of folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { folder.appendingPathComponent($0) }
  }
}

extension ModelError {
  /// Whether a file is a download that did not succeed, whatever it was to become.
  fileprivate var isInterrupted: Bool {
    switch self {
    case .cutShort, .overlong, .brokenLink: true
    case .notWeights(_, let found): if case .other = found { false } else { true }
    default: false
    }
  }
}
