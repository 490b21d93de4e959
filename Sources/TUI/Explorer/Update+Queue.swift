/// Stopping, trying again and reordering what is under way.
extension ExplorerState {
  mutating func cancel() -> [Effect] {
    if screen.focus == .queue {
      if queue.marked.isEmpty, case .evaluation? = selectedQueueRow { return evaluation.stop() }
      let jobs = chosenJobs.filter { !$0.state.isFinal }
      guard jobs.count == 1, case .running = jobs[0].state else { return queue.cancel(jobs) }
      dialogs.open(.picker(stops))
    } else if queue.jobs.running != nil {
      dialogs.open(.picker(stops))
    } else {
      return evaluation.running != nil ? evaluation.stop() : queue.jobs.inOrder.first.map { [.cancelJobs([$0.id])] } ?? []
    }
    return []
  }

  /// In the queue its failed jobs, elsewhere whatever failed.
  mutating func retry() -> [Effect] {
    if screen.focus == .queue { return queue.retry(chosenJobs) }
    work.retryAll()
    source.retry()
    return browse.catalog != nil && browse.episodes.isEmpty ? openFold(browse.fold) : []
  }

  /// One place earlier or later among those that wait; the cursor goes along.
  mutating func reorder(by step: Int) -> [Effect] {
    guard let job = chosenJobs.first, let changes = queue.priorities(moving: job, by: step) else { return [] }
    moveCursor(of: .queue, step)
    return changes.isEmpty ? [] : [.prioritise(changes)]
  }
}
