import Pipeline

/// A row of the queue panel.
package enum QueueRow: Hashable, Sendable {
  case evaluation(RunningEvaluation)
  case job(Job)
}

extension ExplorerState {
  /// Rows of the queue panel.
  package var queueRowCount: Int { (evaluation == nil ? 0 : 1) + queue.jobs.count }

  /// The evaluation first, then jobs: what runs and waits in its order, then what has ended, newest first. Nil behind the last one.
  package func queueRow(_ index: Int) -> QueueRow? {
    guard let evaluation else { return queue.row(index).map { .job($0) } }
    return index == 0 ? .evaluation(evaluation) : queue.row(index - 1).map { .job($0) }
  }

  /// The row under the queue's cursor.
  package var selectedQueueRow: QueueRow? { queueRow(queueCursor.index) }
}

extension Collection {
  /// The element at an index, nil outside.
  package subscript(safe index: Index) -> Element? { indices.contains(index) ? self[index] : nil }
}
