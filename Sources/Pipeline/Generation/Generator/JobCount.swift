/// How many images are generated side by side.
public enum JobCount: Hashable, Sendable, CustomStringConvertible {
  /// As many as the threads there are serve better one by one than together (`DiffusionGenerator.jobs`).
  case auto
  /// At most this many, 1...64, and no more than there are threads.
  case most(Int)

  /// What there may be.
  public static let allowed = "auto or 1...64"

  /// From `auto` or a number; nil for any other text.
  public init?(_ text: String) {
    if text == "auto" {
      self = .auto
    } else if let count = Int(text), (1...64).contains(count) {
      self = .most(count)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .auto: "auto"
    case .most(let count): "\(count)"
    }
  }
}
