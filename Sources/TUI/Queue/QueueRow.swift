import Generation

/// A row of the queue panel.
public enum QueueRow: Hashable, Sendable {
  case evaluation(RunningEvaluation)
  case job(Job)
  /// All that is finished, and whether it is listed below.
  case finished(Int, isOpen: Bool)
}
