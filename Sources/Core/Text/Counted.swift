/// A number of things in words: `1 episode`, `2 classes`.
public struct Counted: CustomStringConvertible, Sendable {
  public let description: String

  /// `plural` where it is not the word with an s.
  public init(_ count: Int, _ word: String, _ plural: String? = nil) {
    description = "\(count) \(count == 1 ? word : plural ?? word + "s")"
  }
}
