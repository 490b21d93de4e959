import Render

extension Areas {
  /// Counts of one prediction (0/1) against its truth (0/1, 255 left out unless `countIgnoreAsBackground`).
  ///
  /// Both masks must have the same size.
  public init(prediction: LabelMask, truth: LabelMask, countIgnoreAsBackground: Bool = false) {
    precondition(prediction.labels.count == truth.labels.count, "masks of different size")
    var counts = [0, 0, 0, 0]  // truth * 2 + prediction
    for (predicted, actual) in zip(prediction.labels, truth.labels) {
      if actual == 255 && !countIgnoreAsBackground { continue }
      counts[(actual == 1 ? 2 : 0) + (predicted == 0 ? 0 : 1)] += 1
    }
    self.init(
      backgroundIntersection: counts[0], foregroundIntersection: counts[3],
      backgroundUnion: counts[0] + counts[1] + counts[2], foregroundUnion: counts[1] + counts[2] + counts[3])
  }

  static func + (left: Areas, right: Areas) -> Areas {
    Areas(
      backgroundIntersection: left.backgroundIntersection + right.backgroundIntersection,
      foregroundIntersection: left.foregroundIntersection + right.foregroundIntersection,
      backgroundUnion: left.backgroundUnion + right.backgroundUnion,
      foregroundUnion: left.foregroundUnion + right.foregroundUnion)
  }

  static let zero = Areas(backgroundIntersection: 0, foregroundIntersection: 0, backgroundUnion: 0, foregroundUnion: 0)
}

/// How an empty union is treated (goldens: `metrics`). Both add areas up per class and divide at the end.
public enum IoUConvention: Sendable {
  /// A union of at least 1.
  case hsnet
  /// 1e-10 added to the union.
  case bam

  func ratio(_ intersection: Int, _ union: Int) -> Double {
    switch self {
    case .hsnet: Double(intersection) / Double(max(union, 1))
    case .bam: Double(intersection) / (Double(union) + 1e-10)
    }
  }
}

/// Intersections and unions of many episodes, added up per class in whole pixels.
///
/// The published HSNet code adds in Float32, which rounds above 2^24 pixels; here every pixel counts.
public struct IoUMeter: Sendable {
  /// The classes of the mean, in order; one without episode counts 0.
  public let classes: [Int]
  private var sums: [Int: Areas] = [:]

  public init(classes: [Int]) { self.classes = classes }

  public mutating func add(_ areas: Areas, classIndex: Int) { sums[classIndex, default: .zero] = sums[classIndex, default: .zero] + areas }

  /// Foreground IoU of a class over all its episodes, 0...1.
  public func iou(_ classIndex: Int, _ convention: IoUConvention = .hsnet) -> Double {
    let areas = sums[classIndex, default: .zero]
    return convention.ratio(areas.foregroundIntersection, areas.foregroundUnion)
  }

  /// Mean over the classes, 0...1; 0 without classes.
  public func miou(_ convention: IoUConvention = .hsnet) -> Double {
    classes.isEmpty ? 0 : classes.reduce(0) { $0 + iou($1, convention) } / Double(classes.count)
  }

  /// Mean of foreground and background IoU over all episodes together, 0...1.
  public func fbIoU(_ convention: IoUConvention = .hsnet) -> Double {
    let all = sums.values.reduce(Areas.zero, +)
    return (convention.ratio(all.foregroundIntersection, all.foregroundUnion)
      + convention.ratio(all.backgroundIntersection, all.backgroundUnion)) / 2
  }
}
