/// Which classes of a fold the mean IoU is over.
public enum ClassMean: String, CaseIterable, Codable, Sendable {
  /// Those that have episodes.
  case present
  /// All; one without an episode counts 0, as in the published code (goldens: `metrics`).
  case all

  /// What a table's mIoU is: `present` of `count` classes have episodes.
  func caption(present: Int, of count: Int) -> String {
    if present == count { return "mIoU is the mean over \(count == 1 ? "the one class" : "all \(count) classes")." }
    return switch self {
    case .present: "mIoU is the mean over the \(present) of \(count) classes that have episodes."
    case .all: "mIoU is the mean over all \(count) classes; the \(count - present) without episodes count 0, as in the published code."
    }
  }
}
