import Generation

extension JobState {
  /// Whether it can be queued again.
  var canBeRetried: Bool {
    switch self {
    case .failed, .cancelled: true
    case .queued, .running, .interrupted, .finished: false
    }
  }

  var isRunning: Bool { if case .running = self { true } else { false } }

  /// Whether it has a place in the queue.
  var isWaiting: Bool {
    switch self {
    case .queued, .interrupted: true
    case .running, .finished, .failed, .cancelled: false
    }
  }
}
