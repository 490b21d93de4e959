import Generation

/// A row of the queue panel.
package enum QueueRow: Hashable, Sendable {
  case evaluation(RunningEvaluation)
  case job(Job)
}
