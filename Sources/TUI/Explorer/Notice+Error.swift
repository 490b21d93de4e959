import Core

extension Notice {
  /// From whatever was thrown.
  public init(_ error: any Error) {
    if let error = error as? any Explained {
      self.init(.error, error.message, hint: error.hint)
    } else {
      self.init(.error, String(describing: error))
    }
  }
}
