import Foundation
import Models

/// The few facts of a diffusers `config.json`, or of weights' shapes, that tell models apart; nil when it is no such file.
struct ModelConfig {
  let className: String?
  /// Channels of the UNet's levels and width of the text embedding: equal in a UNet and the ControlNets made for it. Of weights without a
  /// configuration only the first level's are known.
  let channels: [Int]?
  let textWidth: Int?
  let sampleSize: Int?

  init?(_ file: URL) {
    guard let size = try? file.resolvingSymlinksInPath().resourceValues(forKeys: [.fileSizeKey]).fileSize, size < 1 << 20,
      let data = try? Data(contentsOf: file),
      let values = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    else { return nil }
    className = values["_class_name"] as? String
    channels = values["block_out_channels"] as? [Int]
    textWidth = values["cross_attention_dim"] as? Int
    sampleSize = values["sample_size"] as? Int
  }

  private init?(_ summary: WeightSummary?) {
    guard let channels = summary?.channels, let textWidth = summary?.textWidth else { return nil }
    (className, self.channels, self.textWidth, sampleSize) = (nil, [channels], textWidth, nil)
  }

  /// The UNet of a diffusion model.
  init?(unetOf model: ModelEntry) {
    if model.url.isFolder { self.init(model.url.appendingPathComponent("unet/config.json")) } else { self.init(model.summary) }
  }

  /// A ControlNet.
  init?(controlNet: ModelEntry) {
    if controlNet.url.isFolder { self.init(controlNet.url.appendingPathComponent("config.json")) } else { self.init(controlNet.summary) }
  }

  /// Whether a ControlNet with this configuration steers a UNet with that one.
  func fits(_ unet: ModelConfig) -> Bool {
    guard let channels, let others = unet.channels, textWidth == unet.textWidth else { return false }
    return channels.count == 1 || others.count == 1 ? channels.first == others.first : channels == others
  }
}
