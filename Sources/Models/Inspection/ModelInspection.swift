import Foundation

/// What a file or folder of weights holds, and whether diffss can run it.
public struct ModelInspection: Sendable, Codable {
  /// One network's weights.
  public struct Part: Sendable, Codable {
    /// `unet`, `vae`, ..., or the file's name.
    public let name: String
    public let family: CheckpointFamily
    /// 0 for a part that is not there.
    public let tensors: Int
    /// Numbers in all tensors together.
    public let parameters: Int
    /// Bytes of each number format.
    public let bytes: [String: Int]
    /// Why it cannot be run, with the keys that are missing or too many; nil when it can or when nothing is known to run it with.
    public let problem: String?
    /// What to do about it, where there is something.
    public let hint: String?
  }

  public let path: String
  public let parts: [Part]
  /// What else is to be known, in sentences.
  public let notes: [String]

  /// Looks at a file, a network's folder or a whole model folder; every network that is recognised is built on trial, and what a whole model
  /// lacks is a part with a problem.
  ///
  /// - Parameter config: the diffusers folder whose configurations serve single files.
  /// - Throws: `ModelError` when there are no readable weights at all.
  public init(_ url: URL, config: URL?) throws {
    path = url.path
    if url.isFolder {
      (parts, notes) = try Self.folder(url)
    } else {
      let checkpoint = try Checkpoint(file: url)
      parts = Self.file(checkpoint, url, config)
      notes = Self.notes(checkpoint)
    }
  }

  // MARK: Files

  private static func file(_ checkpoint: Checkpoint, _ url: URL, _ config: URL?) -> [Part] {
    let file = SingleFile(checkpoint), family = checkpoint.family, name = url.lastPathComponent
    func one(_ build: () throws -> Void) -> [Part] { [Part(name, checkpoint, family: family, fault(build))] }
    func beside(_ part: SingleFile.Part) throws -> URL {
      let own = url.deletingLastPathComponent()
      if FileManager.default.fileExists(atPath: own.appendingPathComponent("config.json").path) { return own }
      guard let config else { throw ModelError.missingFile(path: url.path, what: "configuration of a single file") }
      return config.appendingPathComponent(part.folder)
    }
    switch family {
    case .stableDiffusion1: return whole(file, config)
    case .controlNet where file.parts.count > 1: return whole(file, config)
    case .controlNet, .diffusersControlNet, .controlNet2, .controlNetXL: return one { try build(.controlNet, file, config) }
    case .autoencoder:
      return one {
        let config = try AutoencoderConfig(folder: beside(.autoencoder))
        try checkpoint.check(config)
        _ = try Autoencoder(checkpoint.outline, config)
      }
    case .originalAutoencoder: return one { try build(.autoencoder, file, config) }
    case .textEncoder:
      return one {
        let config = try CLIPTextConfig(folder: beside(.textEncoder))
        try checkpoint.check(config)
        _ = try CLIPTextEncoder(checkpoint.outline, config)
      }
    case .diffusersUNet:
      return one {
        let config = try UNetConfig(folder: beside(.unet))
        try checkpoint.check(config)
        _ = try UNet(checkpoint.outline, config)
      }
    case .previewDecoder: return one { _ = try TinyDecoder(url) }
    case .lowRank: return one { _ = try LowRankFile(checkpoint) }
    case .hed, .pidinet, .bam, .hdmnet, .hsnet, .dcama: return one { try build(Checkpoint.fewShot(file: url)) }
    default: return one { try refuse(family, url) }
    }
  }

  /// A single file of a whole model, perhaps with a ControlNet.
  private static func whole(_ file: SingleFile, _ config: URL?) -> [Part] {
    let checkpoint = file.checkpoint, there = file.parts
    // Of networks that are built otherwise each would be a list of shapes.
    if there.contains(.unet), let other = fault({ try checkConfiguration(file, config) }) {
      return [Part(URL(fileURLWithPath: checkpoint.path).lastPathComponent, checkpoint, other)]
    }
    let needed: [SingleFile.Part] = there.contains(.unet) ? [.textEncoder, .unet, .autoencoder] : []
    let parts = SingleFile.Part.allCases.filter { there.contains($0) || needed.contains($0) }.map { part in
      Part(
        part.folder, checkpoint.part(below: part.rawValue), family: there.contains(part) ? checkpoint.family : .unknown,
        fault { try build(part, file, config) })
    }
    let rest = there.reduce(checkpoint.names) { names, part in names.filter { !$0.hasPrefix(part.rawValue) } }.filter { !SingleFile.marks.contains($0) }
    return rest.isEmpty ? parts : parts + [Part("other", checkpoint.selecting(rest), family: .unknown)]
  }

  private static func checkConfiguration(_ file: SingleFile, _ config: URL?) throws {
    guard let config else { throw ModelError.missingFile(path: file.checkpoint.path, what: "configuration of a single file") }
    try ModelFolder(config).checkFiles()
    func folder(_ part: SingleFile.Part) -> URL { config.appendingPathComponent(part.folder) }
    try file.check(CLIPTextConfig(folder: folder(.textEncoder)), UNetConfig(folder: folder(.unet)), AutoencoderConfig(folder: folder(.autoencoder)))
  }

  private static func build(_ part: SingleFile.Part, _ file: SingleFile, _ config: URL?) throws {
    guard let config else { throw ModelError.missingFile(path: file.checkpoint.path, what: "configuration of a single file") }
    let file = SingleFile(file.checkpoint.outline)
    func folder(_ part: SingleFile.Part) -> URL { config.appendingPathComponent(part.folder) }
    switch part {
    case .textEncoder: _ = try file.textEncoder(CLIPTextConfig(folder: folder(.textEncoder)))
    case .unet: _ = try file.unet(UNetConfig(folder: folder(.unet)))
    case .autoencoder:
      let config = try AutoencoderConfig(folder: folder(.autoencoder))
      try file.checkpoint.check(config)
      _ = try file.autoencoder(config)
    case .controlNet: _ = try ControlNet(file.controlNet(for: UNetConfig(folder: folder(.unet))))
    }
  }

  private static func notes(_ checkpoint: Checkpoint) -> [String] {
    var notes: [String] = []
    let left = checkpoint.leftovers
    if !left.names.isEmpty {
      let more = left.names.count > 10 ? " and \(left.names.count - 10) more" : ""
      notes.append("it holds objects of Python beside the weights, of which nothing is run: \(left.names.prefix(10).joined(separator: ", "))\(more)")
    }
    if left.trailingBytes > 0 { notes.append("\(left.trailingBytes) bytes behind its end are not read, by PyTorch neither") }
    if checkpoint.predictionType == .velocity {
      notes.append("it says that its UNet predicts velocity (v-prediction)\(checkpoint.zeroTerminalSNR == true ? ", from pure noise on" : "")")
    }
    return notes
  }

  // MARK: Folders

  private static func folder(_ url: URL) throws -> ([Part], [String]) {
    let model = ModelFolder(url)
    if model.isWhole, let family = CheckpointFamily(foreignFolder: url) {
      return ([Part(url.lastPathComponent, nil, family: family, fault { try CheckpointFamily.check(folder: url) })], [])
    }
    var notes: [String] = []
    func part(_ name: String, _ folder: URL) throws -> Part {
      let checkpoint = try Checkpoint(folder: folder)
      notes += Self.notes(checkpoint).map { model.isWhole ? "\(name): \($0)" : $0 }
      return Part(name, checkpoint, fault { try build(checkpoint, folder: folder) })
    }
    let controlNet = url.appendingPathComponent("controlnet")
    guard model.isWhole else {
      if let file = Checkpoint.lowRankFile(in: url) { return (Self.file(try Checkpoint(file: file), file, nil), notes) }
      return (try [controlNet.isFolder ? part("controlnet", controlNet) : part(url.lastPathComponent, url)], notes)
    }
    func whole(_ name: String, _ folder: URL, _ check: () throws -> Void) -> Part {
      do {
        try check()
        return try part(name, folder)
      } catch { return Part(name, nil, error) }
    }
    var parts = ModelFolder.Part.networks.map { part in whole(part.rawValue, model.folder(part)) { try model.check(part) } }
    if controlNet.isFolder { parts.append(whole("controlnet", controlNet) {}) }
    let others: [(String, () throws -> Void)] = [
      ("tokenizer", { try model.check(.tokenizer); _ = try CLIPTokenizer(folder: model.folder(.tokenizer)) }),
      ("scheduler", { try model.check(.scheduler); _ = try SchedulerConfig(folder: model.folder(.scheduler)) }),
      ("model", { if !parts.contains(where: { $0.problem != nil }) { try StableDiffusion.checkParts(folder: url) } }),
    ]
    for (name, check) in others {
      if let fault = fault(check) { parts.append(Part(name, nil, fault)) }
    }
    return (parts, notes)
  }

  /// A network that needs no configuration, or is in a folder with one.
  private static func build(_ checkpoint: Checkpoint, folder: URL? = nil) throws {
    switch (checkpoint.family, folder) {
    case (.hed, _): _ = try HED(checkpoint)
    case (.pidinet, _): _ = try PiDiNet(checkpoint)
    case (.bam, _): _ = try BAM(checkpoint)
    case (.hdmnet, _): _ = try HDMNet(checkpoint)
    case (.hsnet, _): _ = try HSNet(checkpoint)
    case (.dcama, _): _ = try DCAMA(checkpoint)
    case (.textEncoder, let folder?): _ = try CLIPTextEncoder(checkpoint.outline, CLIPTextConfig(folder: folder))
    case (.diffusersUNet, let folder?): _ = try UNet(checkpoint.outline, UNetConfig(folder: folder))
    case (.autoencoder, let folder?): _ = try Autoencoder(checkpoint.outline, AutoencoderConfig(folder: folder))
    case (.diffusersControlNet, let folder?): _ = try ControlNet(checkpoint.outline, UNetConfig(folder: folder))
    case (.previewDecoder, let folder?): _ = try TinyDecoder(folder)
    case (let family, _): try refuse(family, URL(fileURLWithPath: checkpoint.path))
    }
  }

  private static func refuse(_ family: CheckpointFamily, _ url: URL) throws {
    throw ModelError.wrongModel(path: url.path, found: family, wanted: ModelError.anyModel)
  }

  private static func fault(_ build: () throws -> Void) -> (any Error)? {
    do {
      try build()
      return nil
    } catch {
      return error
    }
  }
}

extension ModelInspection.Part {
  fileprivate init(_ name: String, _ checkpoint: Checkpoint?, family: CheckpointFamily? = nil, _ fault: (any Error)? = nil) {
    let tensors = checkpoint?.tensorSizes ?? []
    self.init(
      name: name, family: family ?? checkpoint?.family ?? .unknown, tensors: tensors.count, parameters: tensors.reduce(0) { $0 + $1.count },
      bytes: Dictionary(tensors.map { ($0.dtype.rawValue, $0.count * $0.dtype.size) }, uniquingKeysWith: +), problem: fault.map { "\($0)" },
      hint: (fault as? ModelError)?.hint)
  }
}
