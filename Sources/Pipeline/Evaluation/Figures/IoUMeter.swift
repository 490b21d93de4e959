/// Intersections and unions of many episodes, added up per class in whole pixels.
///
/// The published HSNet code adds in Float32, which rounds above 2^24 pixels; here every pixel counts.
public struct IoUMeter: Sendable {
  /// The classes of the mean, in order.
  public let classes: [Int]
  private var sums: [Int: Areas] = [:]

  public init(classes: [Int]) { self.classes = classes }

  public mutating func add(_ areas: Areas, classIndex: Int) { sums[classIndex, default: .zero] = sums[classIndex, default: .zero] + areas }

  /// Foreground IoU of a class over all its episodes, 0...1.
  public func iou(_ classIndex: Int, _ convention: IoUConvention = .hsnet) -> Double {
    let areas = sums[classIndex, default: .zero]
    return convention.ratio(areas.foregroundIntersection, areas.foregroundUnion)
  }

  /// Mean over the classes, 0...1; 0 without classes. The published code's mean is over all, of which one without an episode counts 0.
  public func miou(_ convention: IoUConvention = .hsnet, over mean: ClassMean = .all) -> Double {
    let counted = mean == .all ? classes : classes.filter { sums[$0] != nil }
    return counted.isEmpty ? 0 : counted.reduce(0) { $0 + iou($1, convention) } / Double(counted.count)
  }

  /// Mean of foreground and background IoU over all episodes together, 0...1.
  public func fbIoU(_ convention: IoUConvention = .hsnet) -> Double {
    let all = sums.values.reduce(Areas.zero, +)
    return (convention.ratio(all.foregroundIntersection, all.foregroundUnion)
      + convention.ratio(all.backgroundIntersection, all.backgroundUnion)) / 2
  }
}
