import Foundation

/// What a weight file is, as its headers tell: of gigabytes, kilobytes are read.
public struct WeightSummary: Codable, Hashable, Sendable {
  public let family: CheckpointFamily
  /// Why the file cannot be run as what it is, in a sentence; nil where nothing in it speaks against it.
  public let problem: String?
  /// Whether a few-shot network's backbone is in the file; true for any other model.
  public let hasBackbone: Bool
  /// Whether a ControlNet is in the file, alone or beside its model.
  public let hasControlNet: Bool
  /// Channels of the first level of its UNet or ControlNet, and width of the text states it reads: equal in those made for each other.
  public let channels: Int?
  public let textWidth: Int?

  /// Of a file, or of the weights in a network's folder. Throws `ModelError` for one that holds no weights or is not whole.
  public init(_ url: URL) throws {
    let checkpoint = try url.isFolder ? Checkpoint(headersOfFolder: url) : Checkpoint(headersOf: url)
    family = checkpoint.family
    let control = SingleFile.Part.controlNet.rawValue, unet = SingleFile.Part.unet.rawValue
    hasControlNet = [.controlNet, .diffusersControlNet].contains(family) || checkpoint.names.contains { $0.hasPrefix(control) }
    channels = [unet + "input_blocks.0.0.weight", control + "input_blocks.0.0.weight", "input_blocks.0.0.weight", "conv_in.weight"].lazy
      .compactMap { checkpoint.shape(of: $0)?.first }.first
    textWidth = [unet, control, ""].lazy.compactMap { checkpoint.contextWidth(below: $0) }.first
    hasBackbone = checkpoint.hasBackbone
    problem = Self.problem(checkpoint, family).map { "\($0)" }
  }

  static func problem(_ checkpoint: Checkpoint, _ family: CheckpointFamily) -> (any Error)? {
    do {
      switch family {
      case .stableDiffusion1:
        let file = SingleFile(checkpoint)
        for part in [SingleFile.Part.textEncoder, .unet, .autoencoder] { try file.weights(part).checkTensors() }
      case .controlNet, .diffusersControlNet: try checkpoint.checkTensors()
      case .hed, .pidinet, .bam, .hdmnet, .hsnet, .dcama, .previewDecoder, .autoencoder, .originalAutoencoder, .lowRank,
        .unknown:
        break
      default: throw ModelError.wrongModel(path: checkpoint.path, found: family, wanted: ModelError.anyModel)
      }
      return nil
    } catch {
      return error
    }
  }
}

extension Checkpoint {
  /// Throws `ModelError.foreignWeight` for a layer's weight that is no tensor, told from its name: what else is there nobody asks for.
  func checkTensors(where isNeeded: (String) -> Bool = { _ in true }) throws {
    let odd = leftovers.weights.filter { ($0.key.hasSuffix(".weight") || $0.key.hasSuffix(".bias")) && isNeeded($0.key) }
    guard let (name, origin) = odd.min(by: { $0.key < $1.key }) else { return }
    throw ModelError.foreignWeight(path: path, weight: leftovers.key(of: name), name: origin)
  }

  /// The same for the weights that tell a ControlNet's names and widths: one that is no tensor would make others look wrong.
  func checkHintTensors() throws {
    try checkTensors { $0.contains("controlnet_cond_embedding.") || $0.contains("input_hint_block.") }
  }
}
