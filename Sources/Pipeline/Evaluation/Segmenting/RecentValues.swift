/// The last values made, up to a number of bytes (and always the last one).
struct RecentValues<Key: Hashable, Value> {
  private let limit: Int
  private let bytes: (Value) -> Int
  private var values: [Key: Value] = [:]
  private var order: [(key: Key, bytes: Int)] = []
  private var oldest = 0
  private var used = 0

  init(limit: Int, bytes: @escaping (Value) -> Int) {
    self.limit = limit
    self.bytes = bytes
  }

  /// The kept value, else a fresh one; the oldest ones make room for it.
  mutating func value(_ key: Key, make: () throws -> Value) rethrows -> Value {
    if let known = values[key] { return known }
    let fresh = try make(), size = bytes(fresh)
    while oldest < order.count, used + size > limit {
      values[order[oldest].key] = nil
      used -= order[oldest].bytes
      oldest += 1
    }
    if oldest > 1024 {
      order.removeFirst(oldest)
      oldest = 0
    }
    order.append((key, size))
    used += size
    values[key] = fresh
    return fresh
  }
}
