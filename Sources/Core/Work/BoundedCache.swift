/// The values used last, up to a total cost; the last one is kept whatever it costs. A value is used when it is made, stored or asked for by
/// `value` and `use`.
public struct BoundedCache<Key: Hashable, Value> {
  private let limit: Int
  private let cost: @Sendable (Value) -> Int
  @usableFromInline var entries: [Key: (value: Value, cost: Int, use: Int)] = [:]
  /// Every use in its order. Only the last one of a key counts.
  @usableFromInline var uses: [(key: Key, use: Int)] = []
  private var oldest = 0
  private var clock = 0
  private var total = 0

  /// By default every value costs 1.
  public init(limit: Int, cost: @escaping @Sendable (Value) -> Int = { _ in 1 }) {
    self.limit = limit
    self.cost = cost
  }

  /// A kept value, which is not used by it. Inlinable, as `last`: the screen asks many times a frame.
  @inlinable public subscript(key: Key) -> Value? { entries[key]?.value }

  /// The keys, the one used last at the end.
  public var keys: [Key] { entries.sorted { $0.value.use < $1.value.use }.map(\.key) }

  /// The key used last of those that are kept.
  @inlinable public var last: Key? { uses.last { entries[$0.key]?.use == $0.use }?.key }

  /// A kept value.
  public mutating func use(_ key: Key) -> Value? {
    guard let entry = entries[key] else { return nil }
    note(key)
    return entry.value
  }

  /// The kept value, else a fresh one. Throws what `make` throws.
  public mutating func value(_ key: Key, make: () throws -> Value) rethrows -> Value {
    if let known = use(key) { return known }
    let fresh = try make()
    store(fresh, for: key)
    return fresh
  }

  /// Keeps a value in place of the one that the key had; those used longest ago make room for it.
  public mutating func store(_ value: Value, for key: Key) {
    remove(key)
    let own = cost(value)
    while total + own > limit, oldest < uses.count {
      let (candidate, use) = uses[oldest]
      oldest += 1
      if entries[candidate]?.use == use { remove(candidate) }
    }
    entries[key] = (value, own, 0)
    total += own
    note(key)
  }

  /// Changes a kept value; its cost stays.
  public mutating func change(_ key: Key, _ change: (inout Value) -> Void) {
    guard var entry = entries.removeValue(forKey: key) else { return }
    change(&entry.value)
    entries[key] = entry
  }

  public mutating func remove(_ key: Key) {
    if let entry = entries.removeValue(forKey: key) { total -= entry.cost }
  }

  private mutating func note(_ key: Key) {
    clock += 1
    entries[key]?.use = clock
    uses.append((key, clock))
    // Uses that do not count any more go when there are more of them than of the others.
    if uses.count > 2 * entries.count + 1024 {
      uses = uses[oldest...].filter { entries[$0.key]?.use == $0.use }
      oldest = 0
    }
  }
}

extension BoundedCache: Sendable where Key: Sendable, Value: Sendable {}
