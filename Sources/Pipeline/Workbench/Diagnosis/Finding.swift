/// One thing that `diffss doctor` looked at.
public struct Finding: Codable, Hashable, Sendable {
  public enum State: String, Codable, Sendable {
    case fine
    /// Works, but not as well as it could.
    case limited
    /// Something that will not work.
    case broken
  }

  /// What was looked at: `terminal`, `memory`, ....
  public let subject: String
  public let state: State
  /// What was found.
  public let text: String
  /// What to do about it; nil when there is nothing to do.
  public let advice: String?

  public init(_ subject: String, _ state: State, _ text: String, advice: String? = nil) {
    self.subject = subject
    self.state = state
    self.text = text
    self.advice = advice
  }
}
