import Data

/// What a user thinks of a generated support.
public enum Rating: String, Codable, CaseIterable, Sendable {
  case kept
  /// Kept, and worth showing.
  case starred
  /// Left out of predictions and exports.
  case rejected

  /// Whether an export takes the image.
  public var isKept: Bool { self != .rejected }
}

/// A generated support of the store, as far as lists of episodes look at it.
public struct StoredSupport: Hashable, Sendable {
  /// Its key in the store.
  public let key: String
  /// The real one that it was made from.
  public let support: Support.Name
  public let condition: ConditionType
  public var rating: Rating?

  public init(key: String, of support: Support.Name, condition: ConditionType, rating: Rating?) {
    self.key = key
    self.support = support
    self.condition = condition
    self.rating = rating
  }
}
