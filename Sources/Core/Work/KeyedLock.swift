import Foundation

/// A lock for each key: the second to ask for one waits for the first, those of other keys do not.
public final class KeyedLock<Key: Hashable & Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var taken: Set<Key> = []

  public init() {}

  /// Runs `body` while nobody else runs one of the same key. Throws what `body` throws.
  public func withLock<Result>(_ key: Key, _ body: () throws -> Result) rethrows -> Result {
    condition.lock()
    while taken.contains(key) { condition.wait() }
    taken.insert(key)
    condition.unlock()
    defer {
      condition.withLock {
        taken.remove(key)
        condition.broadcast()
      }
    }
    return try body()
  }
}
