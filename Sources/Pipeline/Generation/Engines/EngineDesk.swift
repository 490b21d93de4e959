import Foundation
import Models

/// Where images leave orders for an engine, and its thread takes them.
final class EngineDesk: @unchecked Sendable {
  private let condition = NSCondition()
  private var waiting: [EngineOrder] = []
  private var results: [ObjectIdentifier: Result<Tensor?, any Error>] = [:]
  /// Orders that somebody waits for.
  private var wanted: Set<ObjectIdentifier> = []
  private var isClosed = false

  // MARK: Images

  /// Leaves an order and waits until it is carried out. `interruption` is asked about fifty times a second. Throws what either throws.
  func carriedOut(_ order: EngineOrder, interruption: () throws -> Void) throws -> Tensor? {
    let id = ObjectIdentifier(order)
    condition.withLock {
      waiting.append(order)
      wanted.insert(id)
      condition.broadcast()
    }
    defer {
      condition.withLock {
        wanted.remove(id)
        results[id] = nil
        waiting.removeAll { $0 === order }
      }
    }
    while true {
      let result = condition.withLock { () -> Result<Tensor?, any Error>? in
        if results[id] == nil, !isClosed { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.02)) }
        return isClosed && results[id] == nil ? .failure(CancellationError()) : results[id]
      }
      if let result { return try result.get() }
      try interruption()
    }
  }

  /// Leaves an order that nobody waits for.
  func leave(_ order: EngineOrder) {
    condition.withLock {
      waiting.append(order)
      condition.broadcast()
    }
  }

  // MARK: The engine's thread

  /// The next orders that one call can carry out, at most `most` of them; nil when the desk is closed.
  ///
  /// Of evaluations it waits `patience` seconds for those of other images, `expected` in all.
  func next(most: (EngineOrder) -> Int, expected: () -> Int, patience: () -> Double) -> [EngineOrder]? {
    condition.withLock {
      while waiting.isEmpty, !isClosed { condition.wait() }
      guard !isClosed else { return nil }
      let first = waiting[0], end = Date(timeIntervalSinceNow: patience())
      if case .predict = first.kind {
        while joined(first).count < min(most(first), expected()), condition.wait(until: end) {}
      }
      guard !isClosed else { return nil }
      // Its image may have given up meanwhile.
      let orders = Array(joined(first).prefix(max(1, most(first))))
      waiting.removeAll { order in orders.contains { $0 === order } }
      return orders
    }
  }

  private func joined(_ first: EngineOrder) -> [EngineOrder] { waiting.filter { $0 === first || $0.joins(first) } }

  /// Whether somebody still waits for an order.
  func isWanted(_ order: EngineOrder) -> Bool { condition.withLock { wanted.contains(ObjectIdentifier(order)) } }

  /// Gives an order its result, unless it has one.
  func end(_ order: EngineOrder, _ result: Result<Tensor?, any Error>) {
    condition.withLock {
      let id = ObjectIdentifier(order)
      if wanted.contains(id), results[id] == nil { results[id] = result }
      condition.broadcast()
    }
  }

  /// Ends the thread, and all waiting.
  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }
}
