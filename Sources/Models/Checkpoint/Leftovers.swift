/// What a file of `torch.save` holds beside weights: names of Python's that stand for nothing here, and bytes behind its end.
public struct Leftovers: Sendable, Equatable {
  /// The names, each once, in the file's order.
  public var names: [String] = []
  /// Entries among the weights that are made of such a name: what takes one of them is told so.
  public var weights: [String: String] = [:]
  /// Bytes behind the end, which PyTorch does not read either.
  public var trailingBytes = 0

  static let none = Leftovers()

  /// Both together.
  func joined(_ other: Leftovers) -> Leftovers {
    Leftovers(
      names: names + other.names.filter { !names.contains($0) }, weights: weights.merging(other.weights) { own, _ in own },
      trailingBytes: trailingBytes + other.trailingBytes)
  }

  /// The same with other names for the weights; nil leaves one out.
  func renamed(_ name: (String) -> String?) -> Leftovers {
    var result = self
    result.weights = Dictionary(weights.compactMap { weight, origin in name(weight).map { ($0, origin) } }) { first, _ in first }
    return result
  }
}
