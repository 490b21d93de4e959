import Foundation
import Synchronization

/// Jobs side by side: each has a pool of its own, and an equal part of the process's threads.
///
/// Small layers do not split well: two threads make more images of a small model when each is at one of its own than when both share every
/// loop.
extension Compute {
  /// Runs a job whose loops take an equal part of the process's threads, at least one, beside the other jobs that run so at the moment: the
  /// last one left has them all. A job inside a job is a part of it. Results do not depend on who else runs.
  public static func sideBySide<Result>(_ job: () throws -> Result) rethrows -> Result {
    guard WorkerPool.current === WorkerPool.main else { return try job() }
    giveWay()
    let pool = WorkerPool.join()
    defer { WorkerPool.leave(pool) }
    return try WorkerPool.$current.withValue(pool, operation: job)
  }
}

extension WorkerPool {
  /// Of everything that is no job beside others; has all threads of the process.
  static let main = WorkerPool(threads: max(1, min(64, ProcessInfo.processInfo.activeProcessorCount)))

  /// The pool that loops of this thread, or of this task, are split over.
  @TaskLocal static var current = main

  /// Pools of jobs: those of the jobs under way, in the order they began, and those that wait for one. A pool's threads never end.
  private static let pools = Mutex<(working: [WorkerPool], resting: [WorkerPool])>(([], []))

  fileprivate static func join() -> WorkerPool {
    pools.withLock { pools in
      let pool = pools.resting.popLast() ?? WorkerPool(threads: 1)
      pools.working.append(pool)
      share(pools.working)
      return pool
    }
  }

  fileprivate static func leave(_ pool: WorkerPool) {
    pools.withLock { pools in
      pools.working.removeAll { $0 === pool }
      pools.resting.append(pool)
      share(pools.working)
    }
  }

  /// Sets the threads of the process.
  static func deal(_ threads: Int) {
    main.share.store(threads, ordering: .relaxed)
    pools.withLock { share($0.working) }
  }

  /// Deals the process's threads out; what is left over goes to those who came first.
  private static func share(_ working: [WorkerPool]) {
    let threads = main.threads
    for (place, pool) in working.enumerated() {
      pool.share.store(max(1, threads / working.count + (place < threads % working.count ? 1 : 0)), ordering: .relaxed)
    }
  }
}
