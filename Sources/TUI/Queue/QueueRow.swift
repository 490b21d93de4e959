import Generation

/// A row of the queue panel.
public enum QueueRow: Hashable, Sendable {
  case evaluation(RunningEvaluation)
  case job(Job)
}
