import Core
import Foundation

/// The worker: whoever holds the lock generates what waits.
extension GenerationQueue {
  /// Begins to work when there is something to do and this process does not work yet.
  func begin() {
    let begins = state.withLock { state in
      guard state.isFollowing, !state.isWorking, !state.isClosed, state.jobs.contains(where: { !$0.state.isFinal }) else { return false }
      state.isWorking = true
      return true
    }
    if begins { worker.queue.async { self.work() } }
  }

  /// The worker's loop, until nothing waits. Returns at once where another process works.
  private func work() {
    do {
      // Somebody may add a job after the last look and find the lock still held.
      while !state.withLock({ $0.isClosed }), let lock = try WorkerLock.take(in: store.folder) {
        try withExtendedLifetime(lock) {
          try store.adoptOrphans()
          AtomicWriter.sweep(store.file("").deletingLastPathComponent())
          while !state.withLock({ $0.isClosed }), let job = try store.takeNext() { run(job) }
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

  private func run(_ job: Job) {
    let clock = ContinuousClock(), start = clock.now
    func seconds() -> Double { (clock.now - start) / .seconds(1) }
    state.withLock { state in
      state.current = job.id
      // Closed after it was taken and before it was known here.
      if state.isClosed { state.stops[job.id] = .interrupt(reason: "the queue was closed") }
      state.put(job)
    }
    hub.send(.jobChanged(job))
    Log.queue.info("job \(job.id) begins, attempt \(job.attempts): \(job.request.source.dataset) \(job.request.source.item) class \(job.request.source.classIndex)")
    var finalState: JobState, key: String?, noted = start
    do {
      let generator = try generators.generator(of: job)
      let image = try generator.attempt(job.request, stop: { isStopped(job.id) }) { progress in
        if hub.isWatched, let preview = progress.preview?() { hub.send(.preview(job.id, preview)) }
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
      finalState = state.withLock { state in
        switch state.stops[job.id] {
        case .interrupt(let reason): .interrupted(reason: reason)
        case .cancel(let reason): .cancelled(reason: reason)
        case nil: .cancelled(reason: "by its generator")
        }
      }
    } catch {
      finalState = .failed(reason: PlainText.clean("\(error)"))
    }
    let ended = state.withLock { state in
      state.stops[job.id] = nil
      return state.set(job.id, finalState, elapsed: seconds(), key: key)
    }
    guard let ended else { return }
    Log.queue.info("job \(job.id) ends after \(String(format: "%.2f", ended.elapsed)) s: \(ended.state)")
    // On the lane behind the notes of its steps. The image itself is safe already: a lost row is found interrupted, and then finished.
    journal.queue.sync {
      do { try store.update(ended) } catch { hub.send(.queueTrouble(reason: PlainText.clean("\(error)"))) }
      state.withLock { $0.current = nil }
    }
    hub.send(.jobChanged(ended))
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
