import Foundation

/// The named weights of one network, memory-mapped and checked. Reading a tensor touches only its own pages.
public final class Checkpoint: Sendable {
  struct Entry: Sendable {
    var dtype: ElementType
    var shape: [Int]
    var bytes: MappedBytes
    var offset: Int
    /// Where it was read; nil for what was made here.
    var source: WeightSource?
  }

  /// What error messages call this checkpoint: the path it was read from.
  public let path: String
  /// Names in the file's order.
  public let names: [String]
  /// The file's own key-value pairs.
  public let metadata: [String: String]
  let entries: [String: Entry]
  /// Whether networks are built from it on trial: their loaders check names and shapes and hand out no values.
  let isOutline: Bool
  /// What else was in a file of `torch.save`.
  public let leftovers: Leftovers

  init(
    path: String, names: [String], metadata: [String: String], entries: [String: Entry], isOutline: Bool = false, leftovers: Leftovers = .none
  ) {
    self.path = path
    self.names = names
    self.metadata = metadata
    self.entries = entries
    self.isOutline = isOutline
    self.leftovers = leftovers
  }

  /// The same names and shapes, for networks that are built on trial: in no time and no memory, and not to be run.
  var outline: Checkpoint {
    Checkpoint(path: path, names: names, metadata: metadata, entries: entries, isOutline: true, leftovers: leftovers)
  }

  /// Bytes of all weights together.
  var byteCount: Int { entries.values.reduce(0) { $0 + $1.shape.reduce(1, *) * $1.dtype.size } }

  /// Number format and number of elements of every tensor.
  var tensorSizes: [(dtype: ElementType, count: Int)] { entries.values.map { ($0.dtype, $0.shape.reduce(1, *)) } }

  /// Shape of a tensor, nil when there is none of that name.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// A tensor as stored, nil when there is none of that name.
  public func parameter(_ name: String) -> Parameter? {
    entries[name].map { Parameter(shape: $0.shape, dtype: $0.dtype, bytes: $0.bytes, offset: $0.offset, source: $0.source) }
  }

  /// A tensor widened to Float32. Throws `ModelError.missingTensor`.
  public func tensor(_ name: String) throws -> Tensor {
    guard let parameter = parameter(name) else { throw ModelError.missingTensor(name: name, path: path) }
    return parameter.widened()
  }

  /// The same weights under other names. Throws `badWeights` when two of them end up with the same one.
  public func renamed(by rules: [KeyRule]) throws -> Checkpoint {
    var renamed: [String: Entry] = [:]
    var order: [String] = []
    for name in names {
      let target = rules.reduce(name) { $1.applied(to: $0) }
      guard let entry = entries[name], renamed.updateValue(entry, forKey: target) == nil else {
        throw ModelError.badWeights(path: path, reason: "\(name) and another tensor both stand for \(target)")
      }
      order.append(target)
    }
    return Checkpoint(
      path: path, names: order, metadata: metadata, entries: renamed, isOutline: isOutline,
      leftovers: leftovers.renamed { rules.reduce($0) { $1.applied(to: $0) } })
  }

  /// The weights of some names alone.
  func selecting(_ names: [String]) -> Checkpoint {
    let chosen = Set(names)
    return Checkpoint(
      path: path, names: names, metadata: metadata, entries: entries.filter { chosen.contains($0.key) }, isOutline: isOutline,
      leftovers: leftovers.renamed { chosen.contains($0) ? $0 : nil })
  }

  /// The weights below a leading part of their names, without it.
  func part(below prefix: String) -> Checkpoint {
    let kept = names.filter { $0.hasPrefix(prefix) }.map { (String($0.dropFirst(prefix.count)), entries[$0]) }
    return Checkpoint(
      path: path, names: kept.map(\.0), metadata: metadata,
      entries: Dictionary(kept.compactMap { name, entry in entry.map { (name, $0) } }) { first, _ in first }, isOutline: isOutline,
      leftovers: leftovers.renamed { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil })
  }

  /// The same checkpoint with some weights exchanged for others.
  func replacing(_ replacements: [String: Parameter]) -> Checkpoint {
    let replaced = entries.merging(
      replacements.mapValues { Entry(dtype: $0.dtype, shape: $0.shape, bytes: $0.bytes, offset: $0.offset) }) { $1 }
    return Checkpoint(path: path, names: names, metadata: metadata, entries: replaced, isOutline: isOutline, leftovers: leftovers)
  }
}
