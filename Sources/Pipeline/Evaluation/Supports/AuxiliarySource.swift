import Core
import Data
import Render

/// Where the generated supports of an evaluation come from.
///
/// Wherever it is, an image is stretched to the size of its support by OpenCV's bilinear rule, as DifFSS-BAM's loader does, and has the
/// support's own mask.
protocol AuxiliarySource {
  /// SHA-256 of the models that generate them, by identifier; empty when they are generated already.
  var weights: [String: String] { get }

  /// Weights of the demo that generated images of another data set, as far as the images say it; nil without any.
  var demoWeights: [String]? { get }

  /// What images that were generated before say of themselves; nil for those that the plan's options generate.
  func facts(_ wanted: [GeneratedSupport]) -> AuxiliaryFacts?

  /// What decides the images beside the plan and the weights: another state is another text.
  func state(_ wanted: [GeneratedSupport]) -> [String]

  /// Has images ready where it can; `image` throws why one could not be made. Throws `CancellationError` soon after `stop` is set.
  mutating func prepare(_ wanted: [GeneratedSupport], stop: StopFlag, progress: (EvaluationProgress) -> Void) throws

  /// Whether an image is ready.
  func has(_ support: GeneratedSupport) -> Bool

  /// An image that is ready, in the size of its support.
  func image(_ support: GeneratedSupport) throws -> MaskedImage
}

extension AuxiliarySource {
  var demoWeights: [String]? { nil }
  func facts(_ wanted: [GeneratedSupport]) -> AuxiliaryFacts? { nil }
}

extension MaskedImage {
  /// An image generated from a support.
  public static func generated(
    _ source: Source, from item: DatasetItem, of dataset: any Dataset, read: @escaping () throws -> Image
  ) -> MaskedImage {
    MaskedImage(source: source, maskItem: item) {
      let support = try dataset.image(item)
      return try read().rgb.resized(width: support.width, height: support.height, .linear)
    }
  }

  /// A data set's own image.
  static func real(_ item: DatasetItem, of dataset: any Dataset) -> MaskedImage {
    MaskedImage(source: .real(item), maskItem: item) { try dataset.image(item) }
  }
}
