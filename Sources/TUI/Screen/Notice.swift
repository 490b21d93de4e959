import Core

/// Something to tell the user: what happened and, where there is something, what to do.
public struct Notice: Hashable, Sendable {
  public enum Level: Hashable, Sendable { case info, warning, error }

  public var level: Level
  public var message: String
  public var hint: String?

  public init(_ level: Level, _ message: String, hint: String? = nil) {
    self.level = level
    self.message = message
    self.hint = hint
  }

  /// From whatever was thrown.
  public init(_ error: any Error) {
    if let error = error as? any Explained {
      self.init(.error, error.message, hint: error.hint)
    } else {
      self.init(.error, String(describing: error))
    }
  }
}
