import Render

/// What the background work tells its watchers.
public enum WorkEvent: Hashable, Sendable {
  /// A job was queued, advanced by a step, or ended.
  case jobChanged(Job)
  /// A job's image, before the job is said to have ended. A watcher that falls behind misses some: they are in the store.
  case generated(GeneratedImage)
  /// What there is of a job's image after a step.
  case preview(JobID, Image)
  /// Weights are being read: `name` of the model.
  case modelLoading(name: String)
  /// They are ready.
  case modelLoaded(name: String)
  /// Something the user is to know of how images are generated; one line.
  case remark(String)
  /// The queue was paused, or goes on.
  case queuePaused(Bool)
  /// The store could not be read or written; `reason` is one line for the user.
  case queueTrouble(reason: String)
}

extension WorkEvent {
  /// That weights are read, or ready, or what is to be said of them.
  public init(_ reading: ModelLibrary.Reading) {
    switch reading {
    case .begun(let name): self = .modelLoading(name: name)
    case .ended(let name): self = .modelLoaded(name: name)
    case .remark(let text): self = .remark(text)
    }
  }
}
