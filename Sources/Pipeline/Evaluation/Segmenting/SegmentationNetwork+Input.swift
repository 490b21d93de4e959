import Models

extension SegmentationNetwork {
  /// How its published figures are made.
  public var convention: IoUConvention {
    switch self {
    case .bam, .hdmnet: .bam
    case .hsnet, .dcama: .hsnet
    }
  }

  /// How its loader brings images to the square.
  public var fit: NetworkInput.Fit {
    switch self {
    case .bam: .letterbox
    case .hdmnet: .stretch
    case .hsnet, .dcama: .smoothStretch
    }
  }
}
