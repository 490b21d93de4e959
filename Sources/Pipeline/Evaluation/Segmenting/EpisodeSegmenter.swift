import Core
import Data
import Models
import Render

/// An image and the mask it goes with, which for a generated image is the real support's.
public struct MaskedImage {
  /// The image, by where it comes from.
  public enum Source: Hashable {
    case real(DatasetItem)
    case generated(key: String)
    case file(String)
  }

  let source: Source
  let maskItem: DatasetItem
  /// Reads the image when it is not prepared yet.
  let read: () throws -> Image
}

/// Runs one segmentation network on episodes; real and generated supports go the same way, its unmodified K-shot path.
///
/// Features of images are kept, so that what an evaluation meets again is read and prepared once.
public final class EpisodeSegmenter {
  let kind: SegmentationNetwork
  let input: NetworkInput

  private let network: any FewShotSegmenter
  private let dataset: any Dataset
  /// Features of about six hundred images of the demo, or of four at the published size of DCAMA.
  private static let keptBytes = 512 << 20

  private var features: BoundedCache<MaskedImage.Source, ImageFeatures>
  private var masks: BoundedCache<MaskKey, LabelMask>

  private struct MaskKey: Hashable {
    let item: DatasetItem
    let classIndex: Int
    let size: MaskSize
  }

  private enum MaskSize: Hashable {
    case image
    case file
  }

  /// `side` is that of the input square, pixels.
  init(_ kind: SegmentationNetwork, network: any FewShotSegmenter, dataset: any Dataset, side: Int) {
    self.kind = kind
    self.network = network
    self.dataset = dataset
    input = NetworkInput(fit: kind.fit, side: side)
    features = BoundedCache(limit: Self.keptBytes) { $0.maps.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride } }
    masks = BoundedCache(limit: Self.keptBytes / 8) { $0.labels.count }
  }

  /// Throws `ModelError.badInput` if the network does not take as many real supports, alone or with that many generated ones.
  func check(shots: Int, auxiliaryShots: Int) throws {
    try network.check(side: input.side)
    for count in [shots, shots + auxiliaryShots] { try network.check(shots: count) }
  }

  /// The network's mask for an episode's query from some supports, in the order drawn, compared with the truth.
  ///
  /// Throws `ModelError.notFiniteLayer` for a prediction that is no number, `ModelError.badInput` for a number of supports or a size that
  /// the network does not take.
  public func predict(_ episode: Episode, supports: [MaskedImage], _ comparison: Comparison) throws -> Prediction {
    try predict(real(episode.query), classIndex: episode.classIndex, supports: supports, comparison)
  }

  /// The same for any image that has a mask, a generated one too.
  public func predict(
    _ query: MaskedImage, classIndex: Int, supports: [MaskedImage], _ comparison: Comparison
  ) throws -> Prediction {
    let truth = try mask(query.maskItem, classIndex, at: comparison.isAtOriginalSize ? .image : .file)
    let segmentation = try segment(query, classIndex: classIndex, supports: supports)
    let ignores = comparison.convention.ignores255(of: dataset.name)
    let masks = try comparison.masks(segmentation, truth: ignores ? truth : truth.ignoringNothing, input)
    return Prediction(
      mask: masks.prediction, truth: masks.truth, areas: Areas(prediction: masks.prediction, truth: masks.truth),
      shots: supports.count)
  }

  /// IoU, 0...1, of a generated image's mask and what the network finds in it with the real support as its reference. Throws as `predict`.
  public func agreement(_ image: MaskedImage, classIndex: Int, _ comparison: Comparison) throws -> Double {
    try predict(image, classIndex: classIndex, supports: [real(image.maskItem)], comparison).areas.iou / 100
  }

  /// Whether an episode can be measured: its class is in the masks of its query and of each of its supports, and the query is none of these.
  ///
  /// Throws `DataError.classAbsent`, `.emptyMask`, `EvaluationError.queryIsSupport` and what reading masks throws.
  func check(_ episode: Episode) throws {
    if episode.supports.contains(where: { $0.id == episode.query.id }) {
      throw EvaluationError.queryIsSupport(
        name: episode.query.id, ofClass: dataset.words(ofClass: episode.classIndex), isOwn: episode.query.isOwn)
    }
    for item in [episode.query] + episode.supports {
      if try mask(item, episode.classIndex, at: .file).labels.contains(1) { continue }
      let present = item.classes.filter { $0 != episode.classIndex }
      throw present.isEmpty ? DataError.emptyMask(name: item.id) : .classAbsent(index: episode.classIndex, name: item.id, present: present)
    }
  }

  /// The episode's real supports, in the order drawn.
  public func realSupports(_ episode: Episode) -> [MaskedImage] { episode.supports.map(real) }

  /// Nil when no support shows the object at the network's size.
  ///
  /// A network asked for an object that no support shows refuses; the published loops go on. Nothing shown, nothing found.
  private func segment(_ query: MaskedImage, classIndex: Int, supports: [MaskedImage]) throws -> Segmentation? {
    try LayerWatch.naming {
      let shots = try kind.ordered(supports).map { support in
        SupportExample(features: try prepared(support), mask: try input.supportMask(mask(support.maskItem, classIndex, at: .file)))
      }
      let isShown = shots.contains { shot in shot.mask.values.contains(1) }
      return isShown ? try network.segment(query: prepared(query), supports: shots) : nil
    }
  }

  func real(_ item: DatasetItem) -> MaskedImage { .real(item, of: dataset) }

  private func prepared(_ image: MaskedImage) throws -> ImageFeatures {
    // What a layer is to blame for is in kept features already.
    try LayerWatch.isOn ? fresh(image) : features.value(image.source) { try fresh(image) }
  }

  private func fresh(_ image: MaskedImage) throws -> ImageFeatures {
    // A data set's image as the network's own loader would read it.
    if case .real(let item) = image.source { return try network.features(of: input.image(dataset.image(item, orientation: kind.orientation))) }
    return try network.features(of: input.image(image.read()))
  }

  /// A letterbox keeps the image's shape, so its masks must have it too.
  private func mask(_ item: DatasetItem, _ classIndex: Int, at size: MaskSize) throws -> LabelMask {
    let size = input.fit == .letterbox ? .image : size
    return try masks.value(MaskKey(item: item, classIndex: classIndex, size: size)) {
      try size == .image ? dataset.mask(item, of: classIndex) : dataset.storedMask(item, of: classIndex)
    }
  }
}
