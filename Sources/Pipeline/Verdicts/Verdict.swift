/// What a user thinks of a generated support.
public enum Verdict: String, Codable, CaseIterable, Sendable {
  case kept
  /// Kept, and worth showing.
  case starred
  /// Left out of predictions and exports.
  case rejected

  /// Whether an export takes the picture.
  public var isKept: Bool { self != .rejected }
}

/// A generated support of the store, as far as lists of episodes look at it.
public struct PaintedSupport: Hashable, Sendable {
  public let item: String
  public let classIndex: Int
  public let condition: ConditionType
  public let verdict: Verdict?

  public init(item: String, classIndex: Int, condition: ConditionType, verdict: Verdict?) {
    self.item = item
    self.classIndex = classIndex
    self.condition = condition
    self.verdict = verdict
  }
}
