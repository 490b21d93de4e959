import Pipeline

/// A row of the queue panel.
package enum QueueRow: Hashable, Sendable {
  case evaluation(RunningEvaluation)
  case job(Job)
}

extension ExplorerState {
  /// The evaluation first, then jobs: what runs and waits in its order, then what has ended, newest first.
  package var queueRows: [QueueRow] {
    let unfinished = queue.inOrder
    let ended = queue.jobs.reversed().filter { $0.state.isFinal }
    return (evaluation.map { [.evaluation($0)] } ?? []) + (unfinished + ended).map { .job($0) }
  }
}

extension Collection {
  /// The element at an index, nil outside.
  package subscript(safe index: Index) -> Element? { indices.contains(index) ? self[index] : nil }
}
