extension GenerationQueue {
  /// Why a running job is to stop.
  enum Stop {
    case cancel(reason: String)
    case interrupt(reason: String)
  }

  struct State {
    var jobs: [Job] = []
    var positions: [JobID: Int] = [:]
    /// The last change that was read from the store.
    var revision = 0
    /// Changes of this process that the store has not got yet.
    var unwritten = 0
    var isFollowing = false
    /// Whether the store was read since `follow`.
    var hasLooked = false
    /// What keeps this process from the store at the moment.
    var trouble: String?
    var isWorking = false
    var isPaused = false
    var isClosed = false
    /// The jobs that this process's worker is at, with how many of their kind may run side by side; 1 until that is known.
    var current: [JobID: Int] = [:]
    var stops: [JobID: Stop] = [:]
    var idleWaiters: [CheckedContinuation<Void, Never>] = []
  }
}

extension GenerationQueue.State {
  subscript(id: JobID) -> Job? { positions[id].map { jobs[$0] } }

  /// Takes over a job, new or known.
  mutating func put(_ job: Job) {
    if let position = positions[job.id] {
      jobs[position] = job
    } else {
      positions[job.id] = jobs.count
      jobs.append(job)
    }
  }

  /// Puts the jobs into an order; those that are not in it come last, in theirs.
  mutating func arrange(as order: [JobID]) {
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
    let sorted = jobs.enumerated().sorted { a, b in
      (places[a.element.id] ?? .max, a.offset) < (places[b.element.id] ?? .max, b.offset)
    }
    jobs = sorted.map(\.element)
    positions = Dictionary(uniqueKeysWithValues: jobs.enumerated().map { ($0.element.id, $0.offset) })
  }

  /// Forgets ended jobs but the last `count`, once there are twice as many. The store keeps them all. In place: a copy of tens of thousands
  /// of jobs would take more than it saves.
  mutating func forgetEnded(but count: Int) {
    let current = current, hasEnded = { (job: Job) in job.state.isFinal && current[job.id] == nil }
    var surplus = jobs.count(where: hasEnded) - count
    guard surplus > count else { return }
    jobs.removeAll { job in
      guard surplus > 0, hasEnded(job) else { return false }
      surplus -= 1
      return true
    }
    positions.removeAll(keepingCapacity: true)
    for (position, job) in jobs.enumerated() { positions[job.id] = position }
    stops = stops.filter { positions[$0.key] != nil }
  }

  /// Changes a known job; returns it changed.
  mutating func set(_ id: JobID, _ newState: JobState, elapsed: Double? = nil, key: String? = nil) -> Job? {
    guard let position = positions[id] else { return nil }
    jobs[position].state = newState
    if let elapsed { jobs[position].elapsed = elapsed }
    if let key { jobs[position].key = key }
    return jobs[position]
  }
}
