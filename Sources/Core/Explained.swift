/// An error that says what happened and what to do.
public protocol Explained: Error, CustomStringConvertible {
  /// What happened, in one sentence.
  var message: String { get }
  /// What to do about it, where there is something.
  var hint: String? { get }
  /// What is wrong, for a sentence that names the file already; the message where that names none.
  var ownReason: String { get }
}

extension Explained {
  public var ownReason: String { message }
  public var description: String { message }
}
