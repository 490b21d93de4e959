import Foundation

/// What can be wrong with a weight file beside damage: each needs other words and another remedy.
enum WeightFault: Error, Equatable {
  /// It ends before what it announces.
  case cutShort(String)
  /// It goes on behind what it announces.
  case overlong(announced: Int, found: Int)
  /// It is sound, and of a number format that is not read.
  case unsupported(String)
  /// It is sound and holds no weights, but what the text says.
  case noTensors(String)
  /// It holds something by which its family is known, and no weights.
  case family(CheckpointFamily)
}

extension ModelError {
  /// The error that a fault of reading a file means; nil for another module's.
  init?(_ fault: any Error, path: String) {
    switch fault {
    case let fault as SafetensorsHeader.Fault: self = .badWeights(path: path, reason: fault.reason)
    case let fault as ZipArchive.Fault: self = .badWeights(path: path, reason: fault.reason)
    case let fault as PickleReader.Fault: self = .badWeights(path: path, reason: fault.reason)
    case let fault as TorchFile.Fault: self = .badWeights(path: path, reason: fault.reason)
    case WeightFault.cutShort(let reason): self = .cutShort(path: path, reason: reason)
    case WeightFault.overlong(let announced, let found): self = .overlong(path: path, announced: announced, found: found)
    case WeightFault.unsupported(let reason): self = .unsupportedFormat(path: path, reason: reason)
    case WeightFault.noTensors(let reason): self = .noTensors(path: path, reason: reason)
    case WeightFault.family(let family): self = .wrongModel(path: path, found: family, wanted: "the weights of a network")
    default: return nil
    }
  }
}

extension ModelError {
  /// The error for a link that leads nowhere; nil for anything else.
  public static func brokenLink(at url: URL) -> ModelError? {
    let files = FileManager.default
    guard let target = try? files.destinationOfSymbolicLink(atPath: url.path), !files.fileExists(atPath: url.path) else { return nil }
    // The Hugging Face cache keeps what has arrived of a file beside its place.
    let partial = URL(fileURLWithPath: target, relativeTo: url.deletingLastPathComponent()).path + ".incomplete"
    let size = (try? files.attributesOfItem(atPath: partial))?[.size] as? Int
    return .brokenLink(path: url.path, target: target, partial: size)
  }
}
