/// What may be turned about a condition beside its size.
public enum ConditionKnob: CaseIterable, Sendable {
  case detector, threshold, thinning, canny, dilation, blur, detectResolution
}

extension ConditionType {
  /// What changes this condition's control image.
  public var knobs: Set<ConditionKnob> {
    switch self {
    case .mask, .none: []
    case .scribble: [.detector, .threshold, .thinning, .dilation, .blur, .detectResolution]
    case .hed, .pidinet: [.dilation, .blur]
    case .canny: [.canny, .dilation, .blur]
    }
  }
}
