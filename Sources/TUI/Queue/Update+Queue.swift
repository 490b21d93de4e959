import Pipeline

/// What the queue's keys do.
extension ExplorerState {
  /// Jobs that an action of the queue works on: the marked ones in the queue's order, or the one under the cursor.
  package var chosenJobs: [Job] {
    guard markedJobs.isEmpty else {
      return (0..<queue.jobs.count).compactMap(queue.row).filter { markedJobs.contains($0.id) }
    }
    if case .job(let job)? = selectedQueueRow { return [job] }
    return []
  }

  mutating func toggleJobMark() {
    guard case .job(let job)? = selectedQueueRow else { return }
    if markedJobs.remove(job.id) == nil { markedJobs.insert(job.id) }
    moveCursor(of: .queue, 1)
  }

  mutating func cancel() -> [Effect] {
    if focus == .queue {
      if markedJobs.isEmpty, case .evaluation? = selectedQueueRow { return stopEvaluation() }
      let jobs = chosenJobs.filter { !$0.state.isFinal }
      if jobs.count == 1, case .running = jobs[0].state {
        askHowToStop()
        return []
      }
      markedJobs = []
      return jobs.isEmpty ? [] : [.cancelJobs(jobs.map(\.id))]
    }
    if queue.running != nil {
      askHowToStop()
      return []
    }
    if evaluation != nil { return stopEvaluation() }
    return queue.inOrder.first.map { [.cancelJobs([$0.id])] } ?? []
  }

  private mutating func askHowToStop() {
    dialog = .picker(Picker("Stop", [
      Choice("now", "at the next step; begun again when the queue goes on", .stop(.now)),
      Choice("after this picture", "then the queue is paused", .stop(.afterThis)),
      Choice("skip this picture", "cancelled; the next one goes on", .stop(.skip)),
    ]))
  }

  func stop(_ kind: StopKind) -> [Effect] {
    switch kind {
    case .now: [.pauseQueue(true, now: true)]
    case .afterThis: [.pauseQueue(true, now: false)]
    case .skip: queue.running.map { [.cancelJobs([$0.id])] } ?? []
    }
  }

  mutating func stopEvaluation() -> [Effect] {
    guard evaluation != nil else { return [] }
    evaluation?.isStopping = true
    return [.stopEvaluation]
  }

  mutating func retry() -> [Effect] {
    if focus == .queue {
      let jobs = chosenJobs.filter(\.state.canBeRetried)
      markedJobs = []
      return [.retryJobs(jobs.map(\.id))]
    }
    failures = [:]
    openFailure = nil
    return catalog != nil && episodes.isEmpty ? openFold(fold) : []
  }

  /// Before everything that waits, in the order they have.
  mutating func runNext() -> [Effect] {
    let chosen = chosenJobs.filter(\.state.isWaiting), highest = queue.inOrder.map(\.priority).max() ?? 0
    markedJobs = []
    return [.prioritise(Dictionary(uniqueKeysWithValues: chosen.map { ($0.id, highest + 1) }))]
  }

  /// One place earlier or later among those that wait; the cursor goes along.
  mutating func reorder(by step: Int) -> [Effect] {
    var waiting = queue.inOrder.filter { if case .queued = $0.state { true } else { false } }
    guard let job = chosenJobs.first, let place = waiting.firstIndex(where: { $0.id == job.id }), waiting.indices.contains(place + step) else { return [] }
    waiting.swapAt(place, place + step)
    // Priorities rise from the end only as far as the order asks for: equal ones keep the order in which they were queued.
    let queued = Dictionary(uniqueKeysWithValues: queue.jobs.enumerated().map { ($0.element.id, $0.offset) })
    var changes: [JobID: Int] = [:], below = waiting.last?.priority ?? 0
    for (job, next) in zip(waiting.dropLast().reversed(), waiting.reversed()) {
      let isInOrder = (queued[job.id] ?? 0) < (queued[next.id] ?? 0), least = isInOrder ? below : below + 1
      if job.priority < least { changes[job.id] = least }
      below = max(job.priority, least)
    }
    moveCursor(of: .queue, step)
    return changes.isEmpty ? [] : [.prioritise(changes)]
  }

  mutating func duplicate() -> [Effect] {
    let requests = chosenJobs.map { job in
      var request = job.request
      // A seed of 32 bits, as derived ones are; no other job of this support has it.
      repeat { request.seed = (request.seed &+ 1) & 0xFFFF_FFFF } while queue.job(for: request) != nil
      return request
    }
    markedJobs = []
    return [.enqueue(requests)]
  }

  mutating func editJob() -> [Effect] {
    guard let job = chosenJobs.first else { return [] }
    return [.adopt(job.request)] + (job.state.isWaiting ? [.cancelJobs([job.id])] : [])
  }
}
