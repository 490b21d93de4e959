import Data
import Models
import Render

/// How IoU is made from masks (goldens: `metrics`). Both add areas up per class and divide at the end.
public enum IoUConvention: String, CaseIterable, Codable, Sendable {
  /// A union of at least 1; masks are compared at the network's input square.
  case hsnet
  /// 1e-10 added to the union; masks are compared at the image's own size.
  case bam

  func ratio(_ intersection: Int, _ union: Int) -> Double {
    switch self {
    case .hsnet: Double(intersection) / Double(max(union, 1))
    case .bam: Double(intersection) / (Double(union) + 1e-10)
    }
  }

  /// Whether the truth's 255 is left out. HSNet's loaders of COCO-20i and FSS-1000 make it background.
  func ignores255(of dataset: String) -> Bool {
    self == .bam || !DatasetKind.hidesIgnored(inHSNets: dataset)
  }
}

/// Where and how predictions are compared with the truth.
public struct Comparison: Codable, Hashable, Sendable {
  public let convention: IoUConvention
  /// At the image's own size, else at the network's input square.
  public let isAtOriginalSize: Bool

  /// `atOriginalSize` is HSNet's option; BAM's convention always compares there.
  public init(_ convention: IoUConvention, atOriginalSize: Bool = false) {
    self.convention = convention
    isAtOriginalSize = atOriginalSize || convention == .bam
  }

  /// In words.
  public var title: String { "convention \(convention.rawValue), compared at \(isAtOriginalSize ? "the original size" : "the input size")" }

  /// Prediction (0, 1) and truth (0, 1, 255) in one size.
  ///
  /// A letterboxed network's scores are blown up to the square of the image's longer side, whose padding is left out; those of a
  /// stretched one are stretched back. `segmentation` nil stands for an empty prediction. Throws `EvaluationError.tooNarrow`.
  public func masks(
    _ segmentation: Segmentation?, truth: LabelMask, _ input: NetworkInput
  ) throws -> (prediction: LabelMask, truth: LabelMask) {
    func mask(_ width: Int, _ height: Int, _ labels: @autoclosure () -> [UInt8]?) -> LabelMask {
      LabelMask(width: width, height: height, labels: labels() ?? [UInt8](repeating: 0, count: width * height))
    }
    guard isAtOriginalSize else { return (mask(input.side, input.side, segmentation?.mask), try input.mask(truth)) }
    guard input.fit == .letterbox else {
      let (width, height) = (truth.width, truth.height)
      return (mask(width, height, segmentation?.mask(height: height, width: width)), truth)
    }
    let side = max(truth.width, truth.height)
    return (mask(side, side, segmentation?.mask(height: side, width: side)), truth.padded(to: side))
  }
}
