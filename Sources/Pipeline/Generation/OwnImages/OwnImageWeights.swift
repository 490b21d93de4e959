import Core
import Foundation
import Models

/// Where the weights of an image of the user's own are. Requests know them by their names and digests, so that neither says where they were.
public struct OwnImageWeights: Hashable, Sendable {
  /// A diffusers folder, or a single file.
  public let model: URL
  /// The folder whose configurations serve a single file; nil for SD 1.5's, and where the model has its own.
  public let config: URL?
  /// A ControlNet for each control image.
  public let networks: [URL]
  public let autoencoder: URL?
  public let loras: [URL]
  /// TAESD's decoder where it decodes in place of the autoencoder.
  public let smallDecoder: URL?
  /// The edge detector behind the control image, where there was one.
  public let detector: URL?

  public init(
    model: URL, config: URL? = nil, networks: [URL] = [], autoencoder: URL? = nil, loras: [URL] = [], smallDecoder: URL? = nil,
    detector: URL? = nil
  ) {
    self.model = model
    // A folder's own configurations are what counts.
    self.config = model.isFolder ? nil : config
    self.networks = networks
    // A folder lends itself what it uses anyway; under one name there is one digest.
    let isOwn = model.isFolder && autoencoder?.standardizedFileURL.path == model.standardizedFileURL.path
    self.autoencoder = isOwn ? nil : autoencoder
    self.loras = loras
    self.smallDecoder = smallDecoder
    self.detector = detector
  }

  /// All of them in one order: the model, its configuration, the ControlNets, the autoencoder, the LoRA files, the small decoder, the edge detector.
  private var all: [URL] {
    [model] + [config].compactMap { $0 } + networks + [autoencoder].compactMap { $0 } + loras + [smallDecoder, detector].compactMap { $0 }
  }

  /// Throws `ModelError` for what does not serve as what it was named for, as far as headers tell: before any work.
  public func check() throws {
    try ModelRole.model.check(model)
    for network in networks { try ModelRole.controlNet.check(network) }
    if let autoencoder { try ModelRole.autoencoder.check(autoencoder) }
    for lora in loras { try ModelRole.adapter.check(lora) }
  }

  /// Those of the demo among them; nil when there are none.
  public var demo: DemoWeights? { DemoWeights(at: all) }

  /// What weights are called in requests.
  struct Names {
    let model: String
    let config: String?
    let networks: [String]
    let autoencoder: String?
    let loras: [String]
    let smallDecoder: String?
    let detector: String?
  }

  /// What each of `all` is called.
  var names: Names {
    var names = WeightName.of(all)[...]
    let model = names.removeFirst(), config = self.config.map { _ in names.removeFirst() }
    let networks = self.networks.map { _ in names.removeFirst() }, autoencoder = self.autoencoder.map { _ in names.removeFirst() }
    let loras = self.loras.map { _ in names.removeFirst() }
    let smallDecoder = self.smallDecoder.map { _ in names.removeFirst() }, detector = self.detector.map { _ in names.removeFirst() }
    return Names(
      model: model, config: config, networks: networks, autoencoder: autoencoder, loras: loras, smallDecoder: smallDecoder,
      detector: detector)
  }

  /// The digests by those names. Reads every file once; later runs know them by size and time of change.
  /// Throws `ModelError` for files that cannot be read.
  public func digests(_ library: ModelLibrary) throws -> [String: String] {
    let names = names
    var digests = [names.model: try library.digest(of: model, as: .diffusion)]
    if let config, let name = names.config { digests[name] = try library.digest(ofConfiguration: config) }
    for (name, url) in zip(names.networks, networks) { digests[name] = try library.digest(of: url, as: .controlNet(.mask)) }
    if let autoencoder, let name = names.autoencoder { digests[name] = try library.digest(of: autoencoder, as: .autoencoder) }
    for (name, url) in zip(names.loras, loras) { digests[name] = try library.digest(of: url, as: .lora) }
    if let smallDecoder, let name = names.smallDecoder { digests[name] = try library.digest(of: smallDecoder, as: .smallDecoder) }
    if let detector, let name = names.detector { digests[name] = try library.digest(of: detector, as: .detector(.hed)) }
    return digests
  }
}

extension ModelLibrary {
  /// SHA-256 of the files that make a model at a place, as `digest(of:)` of one of the library.
  func digest(of url: URL, as kind: ModelKind) throws -> String {
    try digests.digest(of: ModelEntry(id: url.lastPathComponent, kind: kind, url: url, origin: .option))
  }

  func digest(ofConfiguration folder: URL) throws -> String { try digests.digest(ofConfiguration: folder) }

  /// The weights that a request names, with the digests that its image says: of what may be meant by a name the one of that digest is taken.
  ///
  /// Throws `GenerationError.modelMissing` for a name under which nothing is found. Where something is found and nothing of the digest, the name is among
  /// `others`.
  func weights(of request: OwnImageRequest, digests known: [String: String]) throws -> (places: OwnImageWeights, others: [String]) {
    var others: [String] = []
    func place(_ name: String, _ what: String, _ digest: (URL) throws -> String) throws -> URL {
      let candidates = candidates(name)
      // What cannot be read is not it.
      for url in candidates.all where (try? digest(url)) == known[name] { return url }
      guard let first = candidates.all.first, candidates.isCalledSo else { throw missing("\(what) \"\(PlainText.clean(name))\"") }
      others.append(name)
      return first
    }
    let model = try place(request.model, "Stable Diffusion model") { try digest(of: $0, as: .diffusion) }
    let places = OwnImageWeights(
      model: model, config: try request.config.map { try place($0, "configuration folder") { try digest(ofConfiguration: $0) } },
      networks: try request.controls.map { try place($0.network, "ControlNet") { try digest(of: $0, as: .controlNet(.mask)) } },
      autoencoder: try request.autoencoder.map { try place($0, "autoencoder") { try digest(of: $0, as: .autoencoder) } },
      loras: try (request.loras ?? []).map { try place($0.id, "LoRA") { try digest(of: $0, as: .lora) } },
      smallDecoder: try request.smallDecoder.map { try place($0, "small decoder") { try digest(of: $0, as: .smallDecoder) } })
    return (places, Array(Set(others)).sorted())
  }

  /// The edge detector that an image names, with the digest that it says. Throws `GenerationError.modelMissing` where nothing of that digest is found.
  func detectorPlace(_ name: String, digest known: String?) throws -> URL {
    guard let place = candidates(name).all.first(where: { (try? digest(of: $0, as: .detector(.hed))) == known }) else {
      throw missing("edge detector \"\(PlainText.clean(name))\" of the image's digest")
    }
    return place
  }

  /// What may be meant by a name: models of the library that are called so, and files and folders of that path below a place that is searched; behind them
  /// those whose last part alone is the name's, which the other parts told from one of the same request. `isCalledSo` says whether there is any of the former.
  private func candidates(_ name: String) -> (all: [URL], isCalledSo: Bool) {
    let entries = entries + shadowed, last = name.split(separator: "/").last.map(String.init) ?? name
    var found = entries.filter { $0.id == name || $0.id.hasSuffix("/\(name)") || WeightName.of([$0.url]) == [name] }.map(\.url)
    if let below = below(name) { found.append(below.url) }
    // The place itself may be the model.
    found += places.map(\.1).filter { WeightName.of([$0]) == [name] }
    let isCalledSo = !found.isEmpty
    found += entries.map(\.url).filter { $0.lastPathComponent == last }
    // What was named is looked for where it was said to be, not where everything is.
    let named = ["", ".", ".."].contains(last) ? [] : places.filter { [.option, .environment].contains($0.0) }.map(\.1)
    found += named.map { $0.appendingPathComponent(last) }.filter { FileManager.default.fileExists(atPath: $0.path) }
    found += named.filter { $0.lastPathComponent == last }
    var seen: Set<String> = []
    return (found.filter { seen.insert($0.standardizedFileURL.path).inserted }, isCalledSo)
  }
}
