import Core
import Data
import Foundation
import Models
import Synchronization

/// The models on this machine: finds them, names them by their weights, loads them when needed and keeps them.
///
/// Safe from any thread. Loading blocks: call it from background threads only.
public final class ModelLibrary: Sendable {
  let places: [(ModelEntry.Origin, URL)]
  /// Weights that were named by their paths.
  public let given: GivenFiles
  private let found: Mutex<Found?> = Mutex(nil)
  /// What `menu` read.
  let offered: Mutex<ModelMenu?> = Mutex(nil)
  /// Those that prompts were measured with.
  let tokenizers: Mutex<[String: CLIPTokenizer]> = Mutex([:])
  let digests: WeightDigests
  private let headers: WeightHeaders
  private let loaded = LoadedModels()
  let memory: StableDiffusion.Memory

  /// The models for work on a data set. `folders` are given with `--models`; nothing is read yet. `memory` is what diffusion may take.
  ///
  /// The demo leaves the Hugging Face cache out: its 128x128 scenes belong to its own small models, and it shows the
  /// same wherever it runs.
  public convenience init(
    folders: [URL] = [], files: GivenFiles = GivenFiles(), for dataset: DatasetKind, memory: StableDiffusion.Memory = .ample
  ) {
    self.init(folders: folders, files: files, searchesHub: !dataset.isDemo, memory: memory)
  }

  /// `folders` are given with `--models`, `files` by their paths; nothing is read yet. `searchesHub` says whether the Hugging Face cache is looked into.
  public init(
    folders: [URL] = [], files: GivenFiles = GivenFiles(), searchesHub: Bool = true, memory: StableDiffusion.Memory = .ample,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.memory = memory
    given = files
    places = ModelSearch.places(folders: folders, environment: environment).filter { searchesHub || $0.0 != .huggingFace }
    digests = .standard(environment)
    headers = WeightHeaders(file: DataFolder.cache(environment).appendingPathComponent("headers.json"))
  }

  /// Every model found, in search order: `--models`, `$DIFFSS_MODELS`, the Hugging Face cache, the demo's own.
  ///
  /// Of two with the same identifier only the first counts, be it usable or not.
  public var entries: [ModelEntry] { search.entries }

  /// What is in a model's place and cannot be used, in the same order.
  public var unusable: [UnusableModel] { search.unusable }

  /// Models behind others of their identifiers among places of one kind (several `--models`): what is asked for by its digest may be one of them.
  var shadowed: [ModelEntry] { search.shadowed }

  private struct Found {
    var entries: [ModelEntry] = []
    var unusable: [UnusableModel] = []
    var shadowed: [ModelEntry] = []
  }

  private var search: Found {
    found.withLock { found in
      if let found { return found }
      var seen: [String: ModelEntry.Origin] = [:]
      var all = Found()
      for (origin, place) in places {
        let search = ModelSearch(place, origin: origin, headers: headers)
        for entry in search.entries {
          if seen[entry.id] == nil { all.entries.append(entry) } else if seen[entry.id] == origin { all.shadowed.append(entry) }
          seen[entry.id] = seen[entry.id] ?? origin
        }
        for model in search.unusable where seen.updateValue(seen[model.id] ?? origin, forKey: model.id) == nil { all.unusable.append(model) }
      }
      found = all
      headers.save()
      return all
    }
  }

  /// The model with an identifier; throws `GenerationError.modelMissing`, and `modelUnusable` for one that is there and cannot be used.
  public func entry(_ id: String) throws -> ModelEntry {
    guard let entry = entries.first(where: { $0.id == id }) else { throw absent(id, "model") }
    return entry
  }

  /// Pixels of a side for which the diffusion model in a diffusers folder, or in a single file with the folder that serves it, was
  /// trained: its latent size times its autoencoder's factor; 512 when it does not say.
  public static func nativeResolution(of model: URL, config: String? = nil) -> Int {
    guard let folder = model.isFolder ? model : configuration(config) else { return 512 }
    guard let latent = ModelConfig(folder.appendingPathComponent("unet/config.json"))?.sampleSize,
      let levels = ModelConfig(folder.appendingPathComponent("vae/config.json"))?.channels?.count,
      (1...1024).contains(latent), (1...8).contains(levels)
    else { return 512 }
    return min(max(latent << (levels - 1), 64), 4096)
  }

  /// What weights say they should be used with, in a `recommended.json` of a model's folder.
  public struct Recommendation: Decodable, Sendable {
    /// Classifier-free guidance scale, 0...100.
    public let guidance: Double?
    /// Side of the input square that a segmentation network was trained with, pixels, 16...2048.
    public let inputSide: Int?

    enum CodingKeys: String, CodingKey {
      case guidance = "guidance_scale"
      case inputSide = "input_side"
    }
  }

  /// The recommendation in a model's folder, or beside its file; nil when there is none or it is out of range.
  public static func recommendation(besides model: URL) -> Recommendation? {
    let folder = model.isFolder ? model : model.deletingLastPathComponent()
    let file = folder.appendingPathComponent("recommended.json")
    guard let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize, size < 1 << 16, let data = try? Data(contentsOf: file),
      let found = try? JSONDecoder().decode(Recommendation.self, from: data),
      (0...100).contains(found.guidance ?? 0), (16...2048).contains(found.inputSide ?? 16)
    else { return nil }
    return found
  }

  /// The weights of a segmentation network for a fold; throws `GenerationError.modelMissing`.
  public func segmentation(_ network: SegmentationNetwork, fold: Int) throws -> ModelEntry {
    try first("\(network.rawValue) for fold \(fold)", .segmentation(network, fold: fold))
  }

  /// TAESD's decoder; nil when none was found.
  public var smallDecoder: ModelEntry? { entries.first { $0.kind == .smallDecoder } }

  /// The same where it reads the latents of a model, or of an autoencoder in the place of the model's own.
  ///
  /// Throws `GenerationError.modelMissing` where there is none, and `modelUnusable` for one that reads others.
  func smallDecoder(for model: URL, config: String? = nil) throws -> ModelEntry {
    let found = smallDecoder
    try checkNothingBefore(found) { $0 == .smallDecoder }
    guard let found else { throw missing("small decoder (taesd_decoder.safetensors), which --decoder small asks for,", .smallDecoder) }
    guard reads(found, model, config) else {
      throw GenerationError.modelUnusable(
        problem: "the small decoder \(found.id) reads other latents than those of \(model.lastPathComponent)", hint: "take --decoder full")
    }
    return found
  }

  /// Whether there is a small decoder for a model.
  func hasSmallDecoder(for model: URL, config: String? = nil) -> Bool { smallDecoder.map { reads($0, model, config) } ?? false }

  private func reads(_ decoder: ModelEntry, _ model: URL, _ config: String?) -> Bool {
    guard let folder = model.isFolder ? model : Self.configuration(config) else { return false }
    let autoencoder = try? AutoencoderConfig(folder: ModelFolder(folder).folder(.autoencoder))
    return autoencoder.map { TinyDecoder.isMade(decoder.url, for: $0) } ?? false
  }

  /// SHA-256 of a model's files. Reads them once; later runs know them by size and time of change.
  /// Throws `GenerationError.modelMissing`, and `ModelError` for files that cannot be read.
  public func digest(of id: String) throws -> String { try digests.digest(of: entry(id)) }

  /// Bytes of a model's files: about what it takes in memory, weights staying as they are stored. Throws as `digest`.
  public func bytes(of id: String) throws -> Int { try WeightDigests.bytes(of: entry(id)) }

  /// The digests of every model of a choice, by identifier. Throws as `digest`.
  public func weights(_ choice: ModelChoice) throws -> [String: String] {
    var result: [String: String] = [:]
    let entries = [choice.diffusion, choice.controlNet, choice.detector, choice.smallDecoder]
    for id in entries.compactMap({ $0 }) { result[id] = try digest(of: id) }
    for entry in try additions(choice) { result[entry.id] = try digests.digest(of: entry) }
    return result
  }

  /// The autoencoder and the LoRA files of a choice, in this order. Throws `GenerationError.modelMissing`.
  func additions(_ choice: ModelChoice) throws -> [ModelEntry] {
    try (choice.autoencoder.map { [try addition($0, .autoencoder)] } ?? []) + (choice.loras ?? []).map { try addition($0.id, .lora) }
  }

  /// An autoencoder or a LoRA by its name: one that was given, one of the library (a whole model lends its autoencoder), or the file or folder of that path below a place that is searched.
  /// Throws `GenerationError.modelMissing`.
  public func addition(_ id: String, _ kind: ModelKind) throws -> ModelEntry {
    if let own = given.entries.first(where: { $0.id == id && $0.kind == kind }) { return own }
    if let known = entries.first(where: { $0.id == id && $0.kind == kind }) { return known }
    if kind == .autoencoder, let whole = entries.first(where: { $0.id == id && $0.kind == .diffusion }) {
      return ModelEntry(id: id, kind: kind, url: whole.url, origin: whole.origin)
    }
    guard let found = below(id) else { throw missing("\(kind.title) \"\(PlainText.clean(id))\"") }
    return ModelEntry(id: id, kind: kind, url: found.url, origin: found.origin)
  }

  /// A file or folder by its path below a place that is searched; nil where there is none, or the path would leave the place.
  func below(_ path: String) -> (url: URL, origin: ModelEntry.Origin)? {
    let steps = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !path.utf8.contains(0), steps.allSatisfy({ !["", ".", ".."].contains($0) }) else { return nil }
    return places.lazy.map { ($0.1.appendingPathComponent(path), $0.0) }.first { FileManager.default.fileExists(atPath: $0.0.path) }
  }

  // MARK: Loading

  /// What is said while weights are read.
  public typealias Report = @Sendable (Reading) -> Void

  /// What whoever waits for weights hears: the model's name, or a sentence about what is to be generated with it.
  public enum Reading: Hashable, Sendable {
    case begun(name: String)
    case ended(name: String)
    case remark(String)
  }

  /// The diffusion model with its ControlNet (number 0), kept for the next request with the same choice and precision; with an engine it is one
  /// whose networks this process does not read.
  public func diffusion(
    _ choice: ModelChoice, precision: Precision = .float32, engine: (any DiffusionEngine)? = nil, report: Report
  ) throws -> StableDiffusion {
    let model = try entry(choice.diffusion), controlNet = try choice.controlNet.map(entry)
    let added = try additions(choice), autoencoder = added.first { $0.kind == .autoencoder }?.url
    let adapters = zip(added.filter { $0.kind == .lora }, choice.loras ?? []).map { LowRankSource(url: $0.url, scale: Float($1.scale)) }
    let smallDecoder = try choice.smallDecoder.map(entry) ?? self.smallDecoder
    // Scales make other weights of the same files, and files may change.
    let digests = try weights(choice)
    let key = try CanonicalJSON.text(
      [model.id, choice.autoencoder ?? "", smallDecoder?.id ?? "", precision.rawValue, engine == nil ? "here" : "elsewhere"]
        + (choice.loras ?? []).flatMap { [$0.id, $0.scale.short] }
        + digests.filter { $0.key != controlNet?.id && $0.key != choice.detector }.sorted { $0.key < $1.key }.map(\.value))
    let known = try loaded.diffusion(key, controlNet: controlNet.map { ("\($0.id) \(digests[$0.id] ?? "")", $0.url) }) {
      try reporting(model.id, report) {
        try StableDiffusion.load(
          model: model.url, config: Self.configuration(), memory: memory, precision: precision, smallDecoder: smallDecoder?.url,
          additions: ModelAdditions(autoencoder: autoencoder, adapters: adapters), engine: engine)
      }
    } join: { base, url in
      try reporting(controlNet?.id ?? "", report) { try base.with(controlNets: [url]) }
    }
    return engine.map(known.with(engine:)) ?? known
  }

  func detector(_ id: String, report: Report) throws -> any EdgeDetector {
    let entry = try entry(id)
    return try loaded.detector(id) {
      try reporting(id, report) {
        let checkpoint = try Checkpoint(file: entry.url)
        return entry.kind == .detector(.pidinet) ? try PiDiNet(checkpoint) : try HED(checkpoint)
      }
    }
  }

  /// Throws `ModelError`.
  public func segmenter(_ entry: ModelEntry, precision: Precision, report: Report) throws -> any FewShotSegmenter {
    try loaded.segmenter(entry.id, precision) {
      guard case .segmentation(let network, _) = entry.kind else { throw missing("segmentation network \(entry.id)") }
      return try reporting(entry.id, report) { try network.load(.fewShot(file: entry.url), precision: precision) }
    }
  }

  /// The edge detector of a kind, to show a condition without generating.
  public func detector(_ kind: EdgeDetectorKind, report: Report = { _ in }) throws -> any EdgeDetector {
    try detector(detectorEntry(kind).id, report: report)
  }

  /// The first one of its kind. Throws `GenerationError.modelMissing`.
  func detectorEntry(_ kind: EdgeDetectorKind) throws -> ModelEntry { try first("\(kind.rawValue) edge detector", .detector(kind)) }

  private func reporting<T>(_ name: String, _ report: Report, _ load: () throws -> T) throws -> T {
    report(.begun(name: name))
    let start = ContinuousClock.now
    defer {
      Log.models.info("\(name) read in \(String(format: "%.2f", (ContinuousClock.now - start) / .seconds(1))) s")
      report(.ended(name: name))
    }
    return try load()
  }

  private func first(_ what: String, _ kind: ModelKind) throws -> ModelEntry {
    let entry = entries.first { $0.kind == kind }
    try checkNothingBefore(entry) { $0 == kind }
    guard let entry else { throw missing(what, kind) }
    return entry
  }

  /// Throws `GenerationError.modelUnusable` where a place that is searched before an entry's holds a model of the kind that is not whole: another
  /// one, perhaps the demo's, must not take its place without a word.
  func checkNothingBefore(_ entry: ModelEntry?, where fits: (ModelKind) -> Bool) throws {
    let order = ModelEntry.Origin.allCases
    let place = entry.flatMap { order.firstIndex(of: $0.origin) } ?? order.count
    guard let model = unusable.first(where: { $0.isDamaged && $0.kind.map(fits) == true && order.firstIndex(of: $0.origin).map { $0 < place } == true })
    else { return }
    throw GenerationError.modelUnusable(problem: model.problem, hint: model.hint)
  }

  /// Why there is no model of a kind under an identifier.
  func absent(_ id: String, _ kind: String) -> GenerationError {
    if let model = unusable.first(where: { $0.id == id }) { return .modelUnusable(problem: model.problem, hint: model.hint) }
    if let other = entries.first(where: { $0.id == id }) {
      return .modelUnusable(problem: "\(id) is \(other.kind.noun), not a \(kind)", hint: other.kind.option.map { "name it with \($0)" })
    }
    return .modelMissing(what: "\(kind) \"\(PlainText.clean(id))\"", searched: places.map(\.1.path), remedy: remedy(for: id))
  }

  /// What may be meant by a name that no model has: one of the catalogue's, or a model's here.
  private func remedy(for id: String) -> String? {
    let known = (try? ModelCatalogue.standard.get())?.models.first { [$0.name, $0.repository].contains(id) }
    if let known { return "fetch it with: diffss models pull \(known.name)" }
    return NearestWord.to(id, in: entries.map(\.id)).map { "did you mean \(PlainText.clean($0))?" }
  }

  /// `kind` is what would be one, for a word on how it is got.
  func missing(_ what: String, _ kind: ModelKind? = nil) -> GenerationError {
    .modelMissing(
      what: what, searched: places.map(\.1.path), remedy: kind.flatMap { kind in (try? ModelCatalogue.standard.get())?.remedy(for: kind) })
  }
}
