/// What a file of `torch.save` holds beside weights: names of Python's that stand for nothing here, and bytes behind its end.
public struct Leftovers: Sendable, Equatable {
  /// The names, each once, in the file's order.
  public var names: [String] = []
  /// Entries among the weights that are no tensors, with such a name or the class in Python that they are made of: what takes one of them is
  /// told so.
  public var weights: [String: String] = [:]
  /// What those entries are called in the file, where they have other names by now.
  private var keys: [String: String] = [:]
  /// Bytes behind the end, which PyTorch does not read either.
  public var trailingBytes = 0

  static let none = Leftovers()

  /// What is called so in the file.
  func key(of weight: String) -> String { keys[weight] ?? weight }

  /// Both together.
  func joined(_ other: Leftovers) -> Leftovers {
    var result = self
    result.names += other.names.filter { !names.contains($0) }
    result.weights.merge(other.weights) { own, _ in own }
    result.keys.merge(other.keys) { own, _ in own }
    result.trailingBytes += other.trailingBytes
    return result
  }

  /// The same with other names for the weights; nil leaves one out.
  func renamed(_ name: (String) -> String?) -> Leftovers {
    var result = self
    (result.weights, result.keys) = ([:], [:])
    for (weight, origin) in weights.sorted(by: { $0.key < $1.key }) {
      guard let new = name(weight), result.weights[new] == nil else { continue }
      result.weights[new] = origin
      if new != key(of: weight) { result.keys[new] = key(of: weight) }
    }
    return result
  }
}
