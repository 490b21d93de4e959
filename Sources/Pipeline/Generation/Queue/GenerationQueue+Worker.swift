import Core
import Foundation

/// The worker: whoever holds the lock generates what waits.
extension GenerationQueue {
  /// Begins to work when there is something to do and this process does not work yet; where it does, it looks whether it can do more.
  func begin() {
    let begins = state.withLock { state -> Bool? in
      let waits = state.jobs.contains { !$0.state.isFinal && state.current[$0.id] == nil }
      guard state.isFollowing, !state.isClosed, waits else { return nil }
      defer { state.isWorking = true }
      return !state.isWorking
    }
    switch begins {
    case true?: worker.queue.async { self.work() }
    case false?: bell.signal()
    case nil: break
    }
  }

  /// The worker's loop, until nothing waits. Returns at once where another process works.
  private func work() {
    do {
      // Somebody may add a job after the last look and find the lock still held.
      while !state.withLock({ $0.isClosed }), let lock = try WorkerLock.take(in: store.folder) {
        try withExtendedLifetime(lock) {
          try store.adoptOrphans()
          AtomicWriter.sweep(store.file("").deletingLastPathComponent())
          try generate()
        }
        if try store.waitingCount() == 0 { break }
        if try store.isPaused { break }
      }
      state.withLock { $0.isWorking = false }
      journal.queue.async { self.settle() }
    } catch {
      state.withLock { $0.isWorking = false }
      journal.queue.async { self.meet(error) }
    }
  }

  /// Takes jobs and runs them, as many side by side as their generator works on, until nothing waits. Returns when all have ended.
  private func generate() throws {
    defer { while state.withLock({ !$0.current.isEmpty }) { bell.wait() } }
    while true {
      let (running, isClosed, hasRoom) = state.withLock { state in
        (state.current.keys.compactMap { state[$0] }, state.isClosed, state.current.count < state.current.values.min() ?? 1)
      }
      if isClosed { return }
      if hasRoom, let job = try store.takeNext(if: { next in running.allSatisfy { $0.runs(beside: next) } }) {
        note(job)
        WorkThread.start("generate") { self.run(job) }
      } else if running.isEmpty {
        return
      } else {
        bell.wait()
      }
    }
  }

  /// Takes a job over as one that this process is at.
  private func note(_ job: Job) {
    state.withLock { state in
      state.current[job.id] = 1
      // Closed after it was taken and before it was known here.
      if state.isClosed { state.stops[job.id] = .interrupt(reason: "the queue was closed") }
      state.put(job)
    }
    hub.send(.jobChanged(job))
  }

  private func run(_ job: Job) {
    let clock = ContinuousClock()
    var start = clock.now
    func seconds() -> Double { (clock.now - start) / .seconds(1) }
    Log.queue.info("job \(job.id) begins, attempt \(job.attempts): \(job.request.source.dataset) \(job.request.source.item) class \(job.request.source.classIndex)")
    var finalState: JobState, key: String?, noted = start, isInterruption: ((any Error) -> Bool)?
    do {
      let generator = try generators.generator(of: job)
      isInterruption = generator.isInterruption
      try generator.prepare { isStopped(job.id) }
      // An engine that had to be started first tells nothing of how long images take.
      start = clock.now
      let most = generator.jobs(for: job.request)
      state.withLock { $0.current[job.id] = most }
      if most > 1 { bell.signal() }
      let image = try generator.attemptOnce(job.request, stop: { isStopped(job.id) }) { progress in
        if hub.isWatched, let preview = progress.preview?() {
          hub.send(.preview(job.id, preview, isLast: progress.step == progress.steps))
        }
        let elapsed = seconds()
        if clock.now - noted > .milliseconds(500) {
          noted = clock.now
          let step = progress.step
          // Other views see it a moment later; that it does not get there is no reason to stop.
          journal.queue.async { [store] in try? store.note(step: step, elapsed: elapsed, of: job.id) }
        }
        advance(job.id, to: .running(step: progress.step, of: progress.steps), elapsed: elapsed)
      }.get()
      (finalState, key) = (.finished, image.key)
      if hub.isWatched { hub.send(.generated(image)) }
    } catch is CancellationError {
      finalState = stopped(job.id) ?? .cancelled(reason: "by its generator")
    } catch let error where isInterruption?(error) == true {
      // Back into the queue, where it is the next.
      finalState = stopped(job.id) ?? .interrupted(reason: PlainText.clean("\(error)"))
    } catch {
      finalState = .failed(reason: PlainText.clean("\(error)"))
    }
    let ended = state.withLock { state in
      state.stops[job.id] = nil
      return state.set(job.id, finalState, elapsed: seconds(), key: key)
    }
    guard let ended else {
      state.withLock { $0.current[job.id] = nil }
      bell.signal()
      return
    }
    Log.queue.info("job \(job.id) ends after \(String(format: "%.2f", ended.elapsed)) s: \(ended.state)")
    // On the lane behind the notes of its steps. The image itself is safe already: a lost row is found interrupted, and then finished.
    journal.queue.sync {
      do { try store.update(ended) } catch { hub.send(.queueTrouble(reason: PlainText.clean("\(error)"))) }
      state.withLock { $0.current[job.id] = nil }
    }
    hub.send(.jobChanged(ended))
    bell.signal()
  }

  /// How a job ends that is to stop; nil where nobody asked that.
  private func stopped(_ id: JobID) -> JobState? {
    state.withLock { state in
      switch state.stops[id] {
      case .interrupt(let reason): .interrupted(reason: reason)
      case .cancel(let reason): .cancelled(reason: reason)
      case nil: nil
      }
    }
  }

  private func isStopped(_ id: JobID) -> Bool { state.withLock { $0[id] == nil || $0.stops[id] != nil } }

  /// Notes a step, unless the job is to stop.
  private func advance(_ id: JobID, to newState: JobState, elapsed: Double) {
    let changed = state.withLock { state -> Job? in
      guard let job = state[id], state.stops[id] == nil, job.state != newState else { return nil }
      return state.set(id, newState, elapsed: elapsed)
    }
    if let changed { hub.send(.jobChanged(changed)) }
  }

  func end(_ id: JobID, _ final: JobState) {
    if let job = state.withLock({ $0.set(id, final) }) { hub.send(.jobChanged(job)) }
  }
}

extension Job {
  /// Whether it may run while another one does: both of one data set, with one diffusion model, of which memory has to hold no second.
  fileprivate func runs(beside other: Job) -> Bool {
    origin == other.origin && request.source.dataset == other.request.source.dataset
      && GenerationTurns.Networks(request) == GenerationTurns.Networks(other.request)
  }
}
