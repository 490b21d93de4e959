import Foundation

/// What a file or folder of weights holds, and whether diffss can run it.
public struct ModelInspection: Sendable, Codable {
  /// One network's weights.
  public struct Part: Sendable, Codable {
    /// `unet`, `vae`, ..., or the file's name.
    public let name: String
    public let family: CheckpointFamily
    public let tensors: Int
    /// Numbers in all tensors together.
    public let parameters: Int
    /// Bytes of each number format.
    public let bytes: [String: Int]
    /// Why it cannot be run, with the keys that are missing or too many; nil when it can or when nothing is known to run it with.
    public let problem: String?
  }

  public let path: String
  public let parts: [Part]

  /// Looks at a file, a network's folder or a whole model folder; every network that can be told is built on trial.
  ///
  /// - Parameter config: the diffusers folder whose configurations serve single files.
  /// - Throws: `ModelError` when there are no readable weights at all.
  public init(_ url: URL, config: URL?) throws {
    path = url.path
    guard url.isFolder else {
      let checkpoint = try Checkpoint(file: url)
      let file = SingleFile(checkpoint)
      guard file.isOriginal, let config else {
        parts = [Part(url.lastPathComponent, checkpoint, problem: Self.problem { try Self.build(.fewShot(file: url)) })]
        return
      }
      let rest = SingleFile.Part.allCases.reduce(checkpoint.names) { names, part in names.filter { !$0.hasPrefix(part.rawValue) } }
      let own = checkpoint.family
      var found = file.parts.map { part in
        Part(part.folder, checkpoint.part(below: part.rawValue), family: own, problem: Self.problem { try Self.build(part, file, config) })
      }
      if file.parts.isEmpty {
        found = [Part(url.lastPathComponent, checkpoint, problem: Self.problem { try Self.build(.controlNet, file, config) })]
      } else if !rest.isEmpty {
        found.append(Part("other", checkpoint.selecting(rest), family: .unknown, problem: nil))
      }
      parts = found
      return
    }
    let inner = ["text_encoder", "unet", "vae", "controlnet"].map { ($0, url.appendingPathComponent($0)) }.filter { $0.1.isFolder }
    parts = try (inner.isEmpty ? [(url.lastPathComponent, url)] : inner).map { name, folder in
      let checkpoint = try Checkpoint(folder: folder)
      return Part(name, checkpoint, problem: Self.problem { try Self.build(checkpoint, folder: folder) })
    }
  }

  private static func build(_ part: SingleFile.Part, _ file: SingleFile, _ config: URL) throws {
    let file = SingleFile(file.checkpoint.outline)
    func folder(_ part: SingleFile.Part) -> URL { config.appendingPathComponent(part.folder) }
    switch part {
    case .textEncoder: _ = try file.textEncoder(CLIPTextConfig(folder: folder(.textEncoder)))
    case .unet: _ = try file.unet(UNetConfig(folder: folder(.unet)))
    case .autoencoder: _ = try file.autoencoder(AutoencoderConfig(folder: folder(.autoencoder)))
    case .controlNet: _ = try ControlNet(file.controlNet(for: UNetConfig(folder: folder(.unet))))
    }
  }

  /// A network that needs no configuration, or lies in a folder with one.
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
    case (.stableDiffusion2, _), (.stableDiffusionXL, _), (.lowRank, _), (.unknown, _):
      throw ModelError.wrongModel(path: checkpoint.path, found: checkpoint.family, wanted: "a model that diffss runs")
    default: break
    }
  }

  private static func problem(_ build: () throws -> Void) -> String? {
    do {
      try build()
      return nil
    } catch {
      return "\(error)"
    }
  }
}

extension ModelInspection.Part {
  fileprivate init(_ name: String, _ checkpoint: Checkpoint, family: CheckpointFamily? = nil, problem: String?) {
    let parameters = checkpoint.names.compactMap { checkpoint.parameter($0) }
    self.init(
      name: name, family: family ?? checkpoint.family, tensors: parameters.count, parameters: parameters.reduce(0) { $0 + $1.count },
      bytes: Dictionary(parameters.map { ($0.dtype.rawValue, $0.count * $0.dtype.size) }, uniquingKeysWith: +), problem: problem)
  }
}
