import Models
import Render

/// Runs one segmentation network on episodes; real and generated supports go the same way, its unmodified K-shot path.
///
/// Prepared pictures are kept, so that the supports an evaluation meets again are read and prepared once.
final class EpisodeSegmenter {
  /// The picture of a support or a query, by where it comes from.
  enum Picture: Hashable {
    case real(DatasetItem)
    case generated(key: String)
    case file(String)
  }

  /// A support: a picture and the mask it goes with, which for a generated one is the real support's.
  struct Support {
    let picture: Picture
    let maskItem: DatasetItem
    /// Reads the picture when it is not prepared yet.
    let read: () throws -> Image
  }

  private let network: any FewShotSegmenter
  private let dataset: any Dataset
  private let size: Int
  /// Features of about six hundred pictures of the demo, or of four at the published size of DCAMA.
  private static let keptBytes = 512 << 20

  private var features: Cache<Picture, ImageFeatures>
  private var masks: Cache<MaskKey, Tensor>

  private struct MaskKey: Hashable {
    let item: DatasetItem
    let classIndex: Int
  }

  init(network: any FewShotSegmenter, dataset: any Dataset, size: Int) {
    self.network = network
    self.dataset = dataset
    self.size = size
    features = Cache(limit: Self.keptBytes) { $0.maps.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride } }
    masks = Cache(limit: Self.keptBytes / 8) { $0.count * MemoryLayout<Float>.stride }
  }

  /// The network's mask for an episode's query from some supports, and its areas by HSNet's convention: compared at
  /// the network's size, what the data set ignores left out. Throws `ModelError.notFinite` for a prediction that is no number.
  func predict(_ episode: Episode, supports: [Support]) throws -> Prediction {
    let query = try prepared(.real(episode.query)) { try dataset.image(episode.query) }
    let shots = try supports.map { support in
      SupportExample(
        features: try prepared(support.picture, read: support.read), mask: try supportMask(support.maskItem, episode.classIndex))
    }
    // A network asked for an object that no support shows refuses; the published loops go on. Nothing shown, nothing found.
    let isShown = shots.contains { shot in shot.mask.values.contains { $0 != 0 } }
    let labels = isShown ? try network.segment(query: query, supports: shots).mask : [UInt8](repeating: 0, count: size * size)
    let mask = LabelMask(width: size, height: size, labels: labels)
    let truth = NetworkInput.truth(try dataset.mask(episode.query, of: episode.classIndex), size: size)
    return Prediction(mask: mask, truth: truth, areas: Areas(prediction: mask, truth: truth), shots: supports.count)
  }

  /// The episode's real supports.
  func realSupports(_ episode: Episode) -> [Support] {
    episode.supports.map { item in
      Support(picture: .real(item), maskItem: item) { try self.dataset.image(item) }
    }
  }

  private func prepared(_ picture: Picture, read: () throws -> Image) throws -> ImageFeatures {
    try features.value(picture) { try network.features(of: NetworkInput.picture(read(), size: size)) }
  }

  private func supportMask(_ item: DatasetItem, _ classIndex: Int) throws -> Tensor {
    try masks.value(MaskKey(item: item, classIndex: classIndex)) {
      NetworkInput.supportMask(try dataset.mask(item, of: classIndex), size: size)
    }
  }
}

/// The last values made, up to a number of bytes (and always the last one).
struct Cache<Key: Hashable, Value> {
  private let limit: Int
  private let bytes: (Value) -> Int
  private var values: [Key: Value] = [:]
  private var order: [(key: Key, bytes: Int)] = []
  private var oldest = 0
  private var used = 0

  init(limit: Int, bytes: @escaping (Value) -> Int) {
    self.limit = limit
    self.bytes = bytes
  }

  /// The kept value, else a fresh one; the oldest ones make room for it.
  mutating func value(_ key: Key, make: () throws -> Value) rethrows -> Value {
    if let known = values[key] { return known }
    let fresh = try make(), size = bytes(fresh)
    while oldest < order.count, used + size > limit {
      values[order[oldest].key] = nil
      used -= order[oldest].bytes
      oldest += 1
    }
    if oldest > 1024 {
      order.removeFirst(oldest)
      oldest = 0
    }
    order.append((key, size))
    used += size
    values[key] = fresh
    return fresh
  }
}
