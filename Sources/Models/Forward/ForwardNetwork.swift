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

/// A network's weights, and where its configuration is.
struct NetworkFiles {
  let checkpoint: Checkpoint
  /// The folder that would hold `config.json`.
  let folder: URL

  /// Takes a weight file, a network's folder or a whole model folder. Throws `ModelError`.
  init(_ network: ForwardNetwork, at url: URL) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw ModelError.missingFile(path: url.path, what: "weights")
    }
    guard isFolder.boolValue else {
      (checkpoint, folder) = (try Checkpoint(file: url), url.deletingLastPathComponent())
      return
    }
    for folder in [url, url.appendingPathComponent(network.folder)] {
      if let checkpoint = try Self.checkpoint(in: folder) {
        (self.checkpoint, self.folder) = (checkpoint, folder)
        return
      }
    }
    throw ModelError.missingFile(path: url.path, what: "weights of \(network.rawValue)")
  }

  /// The usual name, or the only safetensors file there is.
  private static func checkpoint(in folder: URL) throws -> Checkpoint? {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    if !WeightFiles(in: folder).names.isEmpty { return try Checkpoint(folder: folder) }
    let names = all.filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }
    guard names.count <= 1 else {
      throw ModelError.badInput(
        what: folder.path,
        reason: "it holds \(names.count) weight files (\(names.sorted().joined(separator: ", "))): name one of them")
    }
    return try names.first.map { try Checkpoint(file: folder.appendingPathComponent($0)) }
  }
}
