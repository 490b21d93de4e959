import Foundation

/// A whole model in diffusers' layout: a folder with one for each of its parts.
public struct ModelFolder {
  let url: URL

  /// What the networks and the text need, by their folders' names.
  public enum Part: String, CaseIterable, Sendable {
    case tokenizer
    case textEncoder = "text_encoder"
    case unet
    case autoencoder = "vae"
    case scheduler

    /// In words, without an article.
    var name: String {
      switch self {
      case .tokenizer: "tokenizer"
      case .textEncoder: SingleFile.Part.textEncoder.name
      case .unet: SingleFile.Part.unet.name
      case .autoencoder: SingleFile.Part.autoencoder.name
      case .scheduler: "scheduler"
      }
    }

    /// Files that have to be there, beside a network's weights.
    var files: [String] {
      switch self {
      case .tokenizer: ["vocab.json", "merges.txt"]
      case .textEncoder, .unet, .autoencoder: ["config.json"]
      case .scheduler: ["scheduler_config.json"]
      }
    }

    /// Of its weights, with what they are called; nil for a part without any.
    var network: (family: CheckpointFamily, title: String)? {
      switch self {
      case .tokenizer, .scheduler: nil
      case .textEncoder: (.textEncoder, SingleFile.Part.textEncoder.title)
      case .unet: (.diffusersUNet, SingleFile.Part.unet.title)
      case .autoencoder: (.autoencoder, SingleFile.Part.autoencoder.title)
      }
    }

    public static let networks = allCases.filter { $0.network != nil }
  }

  public init(_ url: URL) { self.url = url }

  /// Whether a folder says that it is a whole model, or holds any of its networks' folders, whatever it lacks.
  public var isWhole: Bool {
    // A link that leads nowhere is a file that should be there.
    (try? FileManager.default.attributesOfItem(atPath: url.appendingPathComponent("model_index.json").path)) != nil
      || Part.networks.contains { folder($0).isFolder } || url.appendingPathComponent("transformer").isFolder
  }

  public func folder(_ part: Part) -> URL { url.appendingPathComponent(part.rawValue) }

  /// Throws `ModelError.missingPart` naming all that is not there of some parts, and `brokenLink` for a file that has not arrived. Weights are not
  /// looked at.
  func checkFiles(_ parts: [Part] = Part.allCases) throws {
    for part in parts {
      for file in part.files { if let link = ModelError.brokenLink(at: folder(part).appendingPathComponent(file)) { throw link } }
    }
    let missing = parts.compactMap(missing)
    guard !missing.isEmpty else { return }
    guard missing.count < Part.allCases.count else {
      throw ModelError.missingPart(path: url.path, part: "model: none of \(Part.allCases.map { "\($0.rawValue)/" }.joined(separator: ", ")) is there")
    }
    let list = missing.count == 1 ? missing[0] : missing.dropLast().joined(separator: ", no ") + " and no " + missing[missing.count - 1]
    throw ModelError.missingPart(path: url.path, part: list)
  }

  /// What is not there of a part, without an article; nil when all is.
  private func missing(_ part: Part) -> String? {
    guard folder(part).isFolder else { return "\(part.name) (\(part.rawValue)/)" }
    // A tokenizer may be in one file.
    if part == .tokenizer, !part.files.contains(where: { FileManager.default.fileExists(atPath: folder(part).appendingPathComponent($0).path) }),
      FileManager.default.fileExists(atPath: folder(part).appendingPathComponent(BytePairs.joinedName).path)
    {
      return nil
    }
    let absent = part.files.filter { !FileManager.default.fileExists(atPath: folder(part).appendingPathComponent($0).path) }
    return absent.isEmpty ? nil : "\(absent.joined(separator: " and no ")) of its \(part.name) (\(part.rawValue)/)"
  }

  /// Throws as `checkFiles`, for networks without weights as reading them does, and `ModelError.wrongModel` for another one's weights in their place: as
  /// far as headers tell.
  func check(_ part: Part) throws {
    try checkFiles([part])
    guard let network = part.network else { return }
    let checkpoint = try Checkpoint(headersOfFolder: folder(part)), family = checkpoint.family
    guard family == network.family || family == .unknown else {
      throw ModelError.wrongModel(path: folder(part).path, found: family, wanted: network.title)
    }
    try checkpoint.checkTensors()
  }

  /// Throws `ModelError.wrongModel` for a model of another family, by what its configurations say, as `check(_:)` for each part, and as reading their
  /// configurations does.
  func check() throws {
    try CheckpointFamily.check(folder: url)
    try checkFiles()
    for part in Part.allCases { try check(part) }
    for part in Part.allCases { try checkConfiguration(part) }
  }

  /// Of a tokenizer's files, which are large, the beginnings are looked at.
  private func checkConfiguration(_ part: Part) throws {
    let folder = folder(part)
    switch part {
    case .tokenizer: for file in part.files + [BytePairs.joinedName] { try ConfigFile.checkContent(folder.appendingPathComponent(file)) }
    case .textEncoder: _ = try CLIPTextConfig(folder: folder)
    case .unet: _ = try UNetConfig(folder: folder)
    case .autoencoder: _ = try AutoencoderConfig(folder: folder)
    case .scheduler: _ = try SchedulerConfig(folder: folder)
    }
  }
}
