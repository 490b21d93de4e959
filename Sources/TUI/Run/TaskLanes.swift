import Synchronization

/// Work away from the thread that draws, each in a task of its own.
final class TaskLanes<Lane: Hashable & Sendable>: Sendable {
  private let tasks = Mutex<[Lane: Task<Void, Never>]>([:])

  /// Starts work; what was started in the same lane before is cancelled.
  func start(in lane: Lane?, _ work: @escaping @Sendable () async -> Void) {
    let task = Task.detached(priority: .utility) { await work() }
    if let lane { tasks.withLock { $0.updateValue(task, forKey: lane) }?.cancel() }
  }

  func cancel(_ lane: Lane) { tasks.withLock { $0[lane] }?.cancel() }

  func cancelAll() {
    for task in tasks.withLock({ Array($0.values) }) { task.cancel() }
  }
}
