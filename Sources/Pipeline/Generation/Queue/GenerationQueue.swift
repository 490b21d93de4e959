import Core
import Foundation
import Synchronization

@preconcurrency import Dispatch

/// One process's view of the queue in the store, and its worker when no other process has one.
///
/// The store's rows are the queue: what is added stays when the process ends, and whichever process holds the worker's lock generates it, one job
/// after the other or several side by side, on threads of their own. Callers never wait: every method but `waitUntilIdle` returns at once.
/// One job's failure does not touch the others.
public final class GenerationQueue: Sendable {
  let generators: JobGenerators
  private let origin: JobOrigin?
  let store: Store
  let hub: EventHub
  let state = Mutex(State())
  let worker = WorkLane("queue")
  /// Rung when the worker has something to look at: a job of its own has ended, or others wait.
  let bell = DispatchSemaphore(value: 0)
  /// Everything between this view and the store goes through this lane, put there while `state` is locked: rows change in the order the jobs did.
  let journal = WorkLane("journal")
  private let ticker: any DispatchSourceTimer

  /// Ended jobs that a view begins with, and keeps at least: a batch of tens of thousands may not fill the memory.
  private static let history = 100

  public init(generators: JobGenerators, origin: JobOrigin?, store: Store, hub: EventHub) {
    self.generators = generators
    self.origin = origin
    self.store = store
    self.hub = hub
    ticker = DispatchSource.makeTimerSource(queue: journal.queue)
    ticker.schedule(deadline: .now(), repeating: .milliseconds(250), leeway: .milliseconds(50))
    ticker.setEventHandler { [weak self] in self?.look() }
  }

  deinit {
    // A suspended source may not be released.
    if !state.withLock({ $0.isFollowing }) { ticker.activate() }
    ticker.cancel()
  }

  /// A queue of its own, for a process without a data set: jobs bring theirs. `workers` generate them.
  public convenience init(store: Store, workers: GenerationWorkers = GenerationWorkers()) {
    let hub = EventHub()
    workers.engines?.report(to: hub)
    self.init(
      generators: JobGenerators(store: store, workers: workers, report: { hub.send(WorkEvent($0)) }), origin: nil, store: store, hub: hub)
  }

  /// Jobs in the order queued: all that have not ended, and the last ones that have.
  public var jobs: [Job] { state.withLock { $0.jobs } }

  /// What happens from now on, one stream a watcher. A slow watcher misses steps, never the last state of a job.
  public func events() -> AsyncStream<WorkEvent> { hub.stream() }

  /// Ends the streams of events, each after what its watcher has not seen yet.
  public func finishEvents() { hub.finish() }

  /// Begins to follow what other processes do with the queue, and to work on what waits in it whenever no other process does.
  public func follow() {
    let isNew = state.withLock { state in
      defer { state.isFollowing = true }
      return !state.isFollowing
    }
    if isNew { ticker.activate() }
  }

  @discardableResult
  public func enqueue(_ requests: [GenerationRequest], priority: Int = 0) -> [JobID] {
    let added = requests.map { Job(id: JobID(), request: $0, origin: origin, priority: priority) }
    guard !added.isEmpty else { return [] }
    state.withLock { state in
      for job in added { state.put(job) }
      write(&state) { [store] in try store.add(added) } onFailure: { [self] reason in
        for job in added { end(job.id, .failed(reason: reason)) }
      }
    }
    for job in added { hub.send(.jobChanged(job)) }
    follow()
    return added.map(\.id)
  }

  /// Adds requests without following the queue: another process is to generate them. Blocks for the length of a small write.
  /// Throws `GenerationError.storeUnusable` or `.storeDamaged`.
  public func leave(_ requests: [GenerationRequest], priority: Int) throws -> [JobID] {
    let added = requests.map { Job(id: JobID(), request: $0, origin: origin, priority: priority) }
    try store.add(added)
    return added.map(\.id)
  }

  public func cancel(_ id: JobID, reason: String = "by hand") {
    let cancelled: Job? = state.withLock { state in
      guard let job = state[id], !job.state.isFinal else { return nil }
      write(&state) { [store] in try store.cancel([id], reason: reason) }
      state.stops[id] = .cancel(reason: reason)
      if case .running = job.state { return nil }
      return state.set(id, .cancelled(reason: reason))
    }
    if let cancelled { hub.send(.jobChanged(cancelled)) }
  }

  public func cancelAll() {
    for job in jobs.reversed() where !job.state.isFinal { cancel(job.id) }
  }

  /// Lets no further job begin, or goes on; `now` also interrupts this process's jobs, which are the first to go on.
  public func setPaused(_ isPaused: Bool, now: Bool = false) {
    state.withLock { state in
      state.isPaused = isPaused
      if isPaused, now { for id in state.current.keys { state.stops[id] = .interrupt(reason: "the queue was paused") } }
      write(&state) { [store] in try store.setPaused(isPaused) }
    }
    hub.send(.queuePaused(isPaused))
  }

  /// Sets priorities of jobs that wait.
  public func prioritise(_ priorities: [JobID: Int]) {
    state.withLock { write(&$0) { [store] in try store.setPriorities(priorities) } }
  }

  /// Queues failed and cancelled jobs again, in their old places.
  public func retry(_ ids: [JobID]) {
    state.withLock { write(&$0) { [store] in try store.retry(ids) } }
  }

  /// Stops working, and interrupts the jobs of this process's worker: they go on at the next start.
  public func close(reason: String) {
    state.withLock { state in
      state.isClosed = true
      for id in state.current.keys { state.stops[id] = .interrupt(reason: reason) }
    }
  }

  /// Returns when the store knows everything and no job is left to do: by this process, or by another one that works. A paused or closed
  /// queue, or one whose store cannot be used, does not wait for jobs that nobody will generate.
  public func waitUntilIdle() async {
    await withCheckedContinuation { continuation in
      state.withLock { $0.idleWaiters.append(continuation) }
      journal.queue.async { self.settle() }
    }
  }

  // MARK: Between the view and the store

  /// Gives the store a change. Called while `state` is locked.
  private func write(
    _ state: inout State, _ body: @escaping @Sendable () throws -> Void, onFailure: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    state.unwritten += 1
    journal.queue.async { [self] in
      do { try body() } catch {
        let reason = PlainText.clean("\(error)")
        hub.send(.queueTrouble(reason: reason))
        onFailure(reason)
      }
      self.state.withLock { $0.unwritten -= 1 }
      begin()
      settle()
    }
  }

  /// Reads what has changed in the store since the last time.
  private func look() {
    let from = state.withLock { $0.isClosed ? nil : $0.revision }
    guard let from else { return settle() }
    let changes: [Store.JobChange], isPaused: Bool
    do {
      (changes, isPaused) = (try store.changes(after: from, ended: Self.history), try store.isPaused)
    } catch { return meet(error) }
    let isHeld = WorkerLock.isHeld(in: store.folder)
    var hasPauseChanged = false
    let news = state.withLock { state -> [Job] in
      // What this process has changed meanwhile is newer than the rows.
      guard state.unwritten == 0 else { return [] }
      let isFirst = !state.hasLooked
      hasPauseChanged = state.isPaused != isPaused
      (state.isPaused, state.hasLooked, state.trouble) = (isPaused, true, nil)
      state.revision = changes.map(\.revision).max() ?? state.revision
      let news = changes.compactMap { change -> Job? in
        let job = change.job.seen(isWorking: isHeld)
        guard state.current[job.id] == nil else {
          if let cancelReason = change.cancelReason { state.stops[job.id] = .cancel(reason: cancelReason) }
          return nil
        }
        if !job.state.isFinal, change.cancelReason == nil { state.stops[job.id] = nil }
        guard state[job.id] != job else { return nil }
        state.put(job)
        return job
      }
      // What was in the queue before comes before what this process has queued by now.
      if isFirst { state.arrange(as: changes.map(\.job.id)) }
      // Here nothing of them is on its way to the store or back, which would make them new again.
      state.forgetEnded(but: Self.history)
      return news
    }
    for job in news { hub.send(.jobChanged(job)) }
    if hasPauseChanged { hub.send(.queuePaused(isPaused)) }
    begin()
    settle()
  }

  /// Tells of a store that cannot be read or written, once until it can. Every look tries again.
  func meet(_ error: any Error) {
    let reason = PlainText.clean("\(error)")
    let isNew = state.withLock { state in
      defer { state.trouble = reason }
      return state.trouble != reason
    }
    if isNew {
      Log.queue.error("\(reason)")
      hub.send(.queueTrouble(reason: reason))
    }
    settle()
  }

  /// Wakes those who wait for the queue to be idle, when it is.
  func settle() {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      let isDone = state.isClosed || state.isPaused || state.trouble != nil || state.jobs.allSatisfy(\.state.isFinal)
      guard !state.isFollowing || state.hasLooked || state.isClosed || state.trouble != nil, !state.isWorking, state.unwritten == 0, isDone else { return [] }
      defer { state.idleWaiters = [] }
      return state.idleWaiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
