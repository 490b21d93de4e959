/// What steers the diffusion model towards the support's mask (DifFSS, section 3).
public enum ConditionType: String, CaseIterable, Codable, Sendable {
  /// The class mask in its ADE20K palette colour.
  case mask
  /// Thick binary strokes: the edge map inside the dilated mask, thresholded.
  case scribble
  /// Soft edges inside the dilated mask, found by ControlNet's HED network (Xie & Tu 2015; Zhang et al. 2023).
  case hed
  /// Soft edges inside the dilated mask, found by PiDiNet (Su et al. 2021).
  case pidinet
  /// Canny's edges (Canny 1986, as OpenCV finds them) inside the dilated mask, black or white.
  case canny
  /// No ControlNet: the prompt alone.
  case none
}

/// The networks that find edges.
public enum EdgeDetectorKind: String, CaseIterable, Codable, Sendable {
  case hed
  case pidinet
}

extension ConditionType {
  /// The edge detector that this condition runs with `settings`; nil when it needs none.
  public func detector(_ settings: ConditionSettings) -> EdgeDetectorKind? {
    switch self {
    case .mask, .canny, .none: nil
    case .hed: .hed
    case .pidinet: .pidinet
    case .scribble: settings.detector
    }
  }
}
