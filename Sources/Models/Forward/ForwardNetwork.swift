import Foundation

/// The networks `diffss forward` runs, by their names on the command line.
public enum ForwardNetwork: String, CaseIterable, Sendable {
  case clipText = "clip-text"
  case unet
  case controlNet = "controlnet"
  case vaeDecode = "vae-decode"
  case vaeEncode = "vae-encode"
  case hed
  case pidinet
  case bam
  case hdmnet
  case hsnet
  case dcama

  /// The network's place inside a whole model folder, in diffusers' layout or ours.
  var folder: String {
    switch self {
    case .clipText: "text_encoder"
    case .unet: "unet"
    case .controlNet: "controlnet"
    case .vaeDecode, .vaeEncode: "vae"
    case .hed, .pidinet, .bam, .hdmnet, .hsnet, .dcama: rawValue
    }
  }
}

/// Where a network's weights and configuration lie.
struct NetworkFiles {
  /// The safetensors file.
  let weights: URL
  /// The folder that would hold `config.json`.
  let folder: URL

  /// Takes a weight file, a network's folder or a whole model folder. Throws `ModelError.missingFile`.
  init(_ network: ForwardNetwork, at url: URL) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw ModelError.missingFile(path: url.path, what: "weights")
    }
    guard isFolder.boolValue else {
      (weights, folder) = (url, url.deletingLastPathComponent())
      return
    }
    for folder in [url, url.appendingPathComponent(network.folder)] {
      if let weights = try Self.weights(in: folder) {
        (self.weights, self.folder) = (weights, folder)
        return
      }
    }
    throw ModelError.missingFile(path: url.path, what: "weights of \(network.rawValue)")
  }

  /// The usual name, or the only safetensors file there is.
  private static func weights(in folder: URL) throws -> URL? {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }
    if let usual = Checkpoint.folderNames.first(where: names.contains) { return folder.appendingPathComponent(usual) }
    guard names.count <= 1 else {
      throw ModelError.badInput(
        what: folder.path,
        reason: "it holds \(names.count) weight files (\(names.sorted().joined(separator: ", "))): name one of them")
    }
    return names.first.map { folder.appendingPathComponent($0) }
  }
}
