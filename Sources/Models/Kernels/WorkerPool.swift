import Foundation
import Synchronization

extension Compute {
  private static let gaveWay = Atomic<Bool>(false)

  /// Whether threads that compute run at a lower priority than the rest of the process, so that a screen answers while they work. A thread
  /// keeps the lower priority once it has computed: without privileges none goes back. Set before anything computes; false at start.
  public static var givesWay: Bool {
    get { gaveWay.load(ordering: .relaxed) }
    set { gaveWay.store(newValue, ordering: .relaxed) }
  }

  /// Whether this thread is at the lower priority already.
  private static let hasGivenWay: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Lowers the calling thread's priority if so wished, the main thread's never.
  static func giveWay() {
    guard givesWay, pthread_getspecific(hasGivenWay) == nil, !Thread.isMainThread else { return }
    pthread_setspecific(hasGivenWay, UnsafeRawPointer(bitPattern: 1))
    // On Linux this is a matter of threads, and 0 the calling one.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
  }
}

/// Threads that help one caller at a time through its loop.
///
/// A loop's calls are claimed one by one from `ticket`, by the caller as well as by the workers: whoever is late finds nothing
/// left, so a sleeping worker never delays a short loop, and no caller ever waits for a thread that has not begun.
final class WorkerPool: @unchecked Sendable {
  /// A ticket has room for fewer calls than this.
  static let mostCalls = 1 << 16

  /// Threads that a loop is split over, the caller's among them.
  var threads: Int { share.load(ordering: .relaxed) }

  let share: Atomic<Int>
  private let isTaken = Atomic<Bool>(false)
  /// Loop number (32 bits), its number of calls (16), the next call to claim (16). One word, so that a claim on a finished loop fails.
  private let ticket = Atomic<UInt64>(0)
  private let unfinished = Atomic<Int>(0)
  private let helpers = Atomic<Int>(0)
  /// Written before the ticket is published and read only after a claim succeeded, while the caller waits for `unfinished`.
  private var body: ((Int) -> Void)?
  private var workers: [Worker] = []

  init(threads: Int) { share = Atomic(threads) }

  /// Runs the loop and returns true; returns false at once when the workers are taken. `count` is below `mostCalls`.
  func run(_ count: Int, threads: Int, _ body: (Int) -> Void) -> Bool {
    Compute.giveWay()
    guard !isTaken.exchange(true, ordering: .acquiring) else { return false }
    defer { isTaken.store(false, ordering: .releasing) }
    while workers.count < threads - 1 { workers.append(Worker(index: workers.count, pool: self)) }
    withoutActuallyEscaping(body) { body in
      self.body = body
      helpers.store(threads - 1, ordering: .relaxed)
      unfinished.store(count, ordering: .relaxed)
      let number = (ticket.load(ordering: .relaxed) >> 32) &+ 1
      ticket.store(number << 32 | UInt64(count) << 16, ordering: .sequentiallyConsistent)
      for worker in workers.prefix(min(threads, count) - 1) { worker.wake() }
      help()
      var spins = 0
      while unfinished.load(ordering: .acquiring) > 0 {
        spins += 1
        if spins & 1023 == 0 { sched_yield() }
      }
      self.body = nil
    }
    return true
  }

  /// Claims and makes calls of the current loop until none is left.
  fileprivate func help() {
    var seen = ticket.load(ordering: .acquiring)
    while true {
      let next = seen & 0xffff
      guard next < (seen >> 16) & 0xffff else { return }
      let (claimed, current) = ticket.compareExchange(
        expected: seen, desired: seen + 1, successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring)
      guard claimed else {
        seen = current
        continue
      }
      body?(Int(next))
      unfinished.subtract(1, ordering: .releasing)
      seen = ticket.load(ordering: .acquiring)
    }
  }

  fileprivate func hasWork(for index: Int) -> Bool {
    let seen = ticket.load(ordering: .sequentiallyConsistent)
    return seen & 0xffff < (seen >> 16) & 0xffff && index < helpers.load(ordering: .relaxed)
  }
}

/// One thread of the pool. After a loop it looks out for the next one for some microseconds, as the layers of a network follow
/// each other closely, and then sleeps.
private final class Worker: @unchecked Sendable {
  private let isAsleep = Atomic<Bool>(false)
  private let alarm = DispatchSemaphore(value: 0)
  private let index: Int

  init(index: Int, pool: WorkerPool) {
    self.index = index
    // What a loop's body splits again is for the same threads, which are taken: its caller does it alone.
    let thread = Thread { [self] in WorkerPool.$current.withValue(pool) { () -> Void in serve(pool) } }
    thread.name = "compute-\(index + 1)"
    thread.stackSize = 1 << 21
    thread.start()
  }

  func wake() {
    if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { alarm.signal() }
  }

  private func serve(_ pool: WorkerPool) -> Never {
    Compute.giveWay()
    while true {
      var looks = 0
      while looks < 20_000 {
        if pool.hasWork(for: index) {
          pool.help()
          looks = 0
        }
        looks += 1
      }
      isAsleep.store(true, ordering: .sequentiallyConsistent)
      // A loop published between the last look and going to sleep would otherwise be missed. Taking the flag back fails
      // when its caller has already rung: then the ring has to be consumed.
      if pool.hasWork(for: index), isAsleep.exchange(false, ordering: .sequentiallyConsistent) { continue }
      alarm.wait()
    }
  }
}
