import Foundation
import Synchronization

/// Runs requests one after the other on a thread of its own.
///
/// Callers never wait: every method but `waitUntilIdle` returns at once. One job's failure does not touch the others.
final class GenerationQueue: Sendable {
  private struct State {
    var jobs: [Job] = []
    var positions: [JobID: Int] = [:]
    /// No job before this position is waiting.
    var next = 0
    var isWorking = false
    var stopRequested: Set<JobID> = []
    var idleWaiters: [CheckedContinuation<Void, Never>] = []
  }

  private let generator: any SupportGenerator
  private let store: Store
  private let hub: EventHub
  private let state = Mutex(State())
  private let worker = WorkLane("queue", priority: .utility)
  /// Every write to the store goes through this lane, put there while `state` is locked: rows change in the order the jobs did.
  private let journal = WorkLane("journal", priority: .utility)

  init(generator: any SupportGenerator, store: Store, hub: EventHub) {
    self.generator = generator
    self.store = store
    self.hub = hub
  }

  var jobs: [Job] { state.withLock { $0.jobs } }

  func enqueue(_ requests: [GenerationRequest]) -> [JobID] {
    let added = requests.map { Job(id: JobID(), request: $0) }
    let begin = state.withLock { state in
      for job in added {
        state.positions[job.id] = state.jobs.count
        state.jobs.append(job)
      }
      // A store that refuses these rows refuses the running ones too, and that fails the job with the reason.
      journal.queue.async { [store] in try? store.record(added) }
      defer { state.isWorking = state.isWorking || !added.isEmpty }
      return !state.isWorking && !added.isEmpty
    }
    for job in added { hub.send(.jobChanged(job)) }
    if begin { worker.queue.async { self.work() } }
    return added.map(\.id)
  }

  func cancel(_ id: JobID) {
    let cancelled: Job? = state.withLock { state in
      guard let position = state.positions[id] else { return nil }
      switch state.jobs[position].state {
      case .queued:
        state.jobs[position].state = .cancelled
        journal.queue.async { [store, job = state.jobs[position]] in try? store.record([job]) }
        return state.jobs[position]
      case .running:
        state.stopRequested.insert(id)
        return nil
      case .finished, .failed, .cancelled: return nil
      }
    }
    if let cancelled { hub.send(.jobChanged(cancelled)) }
  }

  func cancelAll() {
    for job in jobs.reversed() where !job.state.isFinal { cancel(job.id) }
  }

  func waitUntilIdle() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.isWorking { state.idleWaiters.append(continuation) }
        return !state.isWorking
      }
      if isIdle { continuation.resume() }
    }
    await withCheckedContinuation { continuation in journal.queue.async { continuation.resume() } }
  }

  /// The worker's loop, until nothing waits.
  private func work() {
    while let job = takeNext() { run(job) }
  }

  private func takeNext() -> Job? {
    let (job, waiters) = state.withLock { state -> (Job?, [CheckedContinuation<Void, Never>]) in
      while state.next < state.jobs.count {
        defer { state.next += 1 }
        guard state.jobs[state.next].state == .queued else { continue }
        state.jobs[state.next].state = .running(step: 0, of: state.jobs[state.next].request.steps)
        return (state.jobs[state.next], [])
      }
      state.isWorking = false
      defer { state.idleWaiters = [] }
      return (nil, state.idleWaiters)
    }
    if let job { hub.send(.jobChanged(job)) }
    for waiter in waiters { waiter.resume() }
    return job
  }

  private func run(_ job: Job) {
    let clock = ContinuousClock(), start = clock.now
    func seconds() -> Double { (clock.now - start) / .seconds(1) }
    var finalState: JobState, key: String?
    do {
      try journal.queue.sync { try store.record([job]) }
      let picture = try generator.generate(job.request) { state in
        if hub.isWatched, let preview = state.preview?() { hub.send(.preview(job.id, preview)) }
        return advance(job.id, to: .running(step: state.step, of: state.steps), elapsed: seconds())
      }
      (finalState, key) = (.finished, picture.key)
    } catch is CancellationError {
      finalState = .cancelled
    } catch {
      finalState = .failed(reason: PlainText.clean("\(error)"))
    }
    let ended: Job? = state.withLock { state in
      guard let position = state.positions[job.id] else { return nil }
      state.stopRequested.remove(job.id)
      state.jobs[position].state = finalState
      state.jobs[position].elapsed = seconds()
      state.jobs[position].key = key
      return state.jobs[position]
    }
    guard let ended else { return }
    // The picture itself is safe already; a lost row only shortens the history.
    journal.queue.sync { try? store.record([ended]) }
    hub.send(.jobChanged(ended))
  }

  /// Notes a step; false when the job is to stop.
  private func advance(_ id: JobID, to newState: JobState, elapsed: Double) -> Bool {
    let (goOn, changed) = state.withLock { state -> (Bool, Job?) in
      guard let position = state.positions[id], !state.stopRequested.contains(id) else { return (false, nil) }
      if state.jobs[position].state == newState { return (true, nil) }
      state.jobs[position].state = newState
      state.jobs[position].elapsed = elapsed
      return (true, state.jobs[position])
    }
    if let changed { hub.send(.jobChanged(changed)) }
    return goOn
  }
}
