import Dispatch
import Synchronization

/// The same work for each of many files, on all cores.
public enum ParallelWork {
  /// What `body` makes of each of `0..<count`, in order. The first error ends it; so does `progress`, with `CancellationError`.
  /// Throws what `body` throws, and `CancellationError`.
  public static func map<T: Sendable>(
    _ count: Int, progress: @Sendable (_ done: Int, _ count: Int) -> Bool, _ body: @Sendable (Int) throws -> T
  ) throws -> [T] {
    let results = Mutex([T?](repeating: nil, count: count))
    let state = Mutex((done: 0, failure: Optional<any Error>.none))
    DispatchQueue.concurrentPerform(iterations: count) { number in
      guard state.withLock({ $0.failure == nil }) else { return }
      let result = Result { try body(number) }
      if case .success(let value) = result { results.withLock { $0[number] = value } }
      state.withLock { state in
        guard state.failure == nil else { return }
        state.done += 1
        if case .failure(let error) = result {
          state.failure = error
        } else if !progress(state.done, count) {
          state.failure = CancellationError()
        }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
    return results.withLock { $0.compactMap { $0 } }
  }
}
