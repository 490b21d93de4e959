/// The few-shot segmentation networks that the program runs, with what their published code does around them.
public enum SegmentationNetwork: String, CaseIterable, Codable, Sendable {
  case bam
  case hdmnet
  case hsnet
  case dcama

  /// Side of the published input square, pixels.
  public var publishedSide: Int {
    switch self {
    case .bam, .hdmnet: 473
    case .hsnet: 400
    case .dcama: 384
    }
  }

  /// Supports in the order the network consumes them, from the order drawn.
  ///
  /// The loaders of BAM's family put each further support before the others; the order decides which weight a support gets.
  public func ordered<T>(_ supports: [T]) -> [T] {
    switch self {
    case .bam, .hdmnet: supports.reversed()
    case .hsnet, .dcama: supports
    }
  }

  /// The network with its weights. Throws `ModelError`, also for a precision that the processor lacks.
  public func load(_ checkpoint: Checkpoint, precision: Precision = .float32) throws -> any FewShotSegmenter {
    try precision.check()
    return switch self {
    case .bam: try BAM(checkpoint, precision: precision)
    case .hdmnet: try HDMNet(checkpoint, precision: precision)
    case .hsnet: try HSNet(checkpoint, precision: precision)
    case .dcama: try DCAMA(checkpoint, precision: precision)
    }
  }
}
