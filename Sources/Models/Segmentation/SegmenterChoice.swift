/// What segments: a network, and what its products are made of.
public struct SegmenterChoice: Hashable, Sendable {
  public var network: SegmentationNetwork
  public var precision: Precision

  public init(_ network: SegmentationNetwork = .dcama, precision: Precision = .float32) {
    self.network = network
    self.precision = precision
  }
}
