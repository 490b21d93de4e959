/// Where a weight is stored: a file, and its name there, whatever it is called here.
public struct WeightSource: Hashable, Sendable {
  public let path: String
  public let name: String
}

extension Checkpoint {
  /// Where a weight was read; nil where there is none of that name, or it was made here.
  func source(of name: String) -> WeightSource? { entries[name]?.source }
}
