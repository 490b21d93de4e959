import Render

/// What the background work tells its watchers.
public enum WorkEvent: Hashable, Sendable {
  /// A job was queued, advanced by a step, or ended.
  case jobChanged(Job)
  /// A job's image, before the job is said to have ended. A watcher that falls behind misses some: they are in the store.
  case generated(GeneratedImage)
  /// What there is of a job's image after a step, and whether that was its last.
  case preview(JobID, Image, isLast: Bool)
  /// What there is after a step of an image that an evaluation generates; such images have no jobs.
  case evaluationStep(GenerationRequest, step: Int, of: Int, Image)
  /// Weights are being read: `name` of the model.
  case modelLoading(name: String)
  /// They are ready.
  case modelLoaded(name: String)
  /// Something the user is to know of how images are generated; one line.
  case remark(String)
  /// What the engines are at.
  case engines([EngineStatus])
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

extension EnginePool {
  /// Has a hub's watchers told of the engines, as long as there is that hub.
  public func report(to hub: EventHub) {
    watch { [weak hub, weak self] news in
      guard let hub, let self else { return false }
      switch news {
      case .changed: hub.send(.engines(statuses))
      case .said(let text): hub.send(.remark(text))
      }
      return true
    }
  }
}
