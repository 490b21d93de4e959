import Pipeline

extension ExplorerState {
  /// Takes over what the background queue says.
  mutating func take(_ event: WorkEvent) -> [Effect] {
    switch event {
    case .jobChanged(let job): return take(job)
    // The runner has it reduced for the screen.
    case .generated: break
    case .preview(let id, let image):
      // One that comes late, after its job has ended, is of no use.
      guard let job = queue.running, job.id == id else { return [] }
      preview = (job.request, Picture(id: newPicture(), image: image, marks: outline(for: job.request)))
    case .modelLoading(let name):
      if !modelsLoading.contains(name) { modelsLoading.append(name) }
    case .modelLoaded(let name):
      modelsLoading.removeAll { $0 == name }
      modelsLoaded.insert(name)
    case .queuePaused(let isPaused):
      if isQueuePaused != isPaused { say(Notice(.info, isPaused ? "the queue is paused; p lets it go on" : "the queue goes on")) }
      isQueuePaused = isPaused
    case .queueTrouble(let reason):
      say(Notice(.error, "the queue cannot be kept: \(reason)", hint: "check free space and permissions of the data folder"))
    }
    return []
  }

  private mutating func take(_ job: Job) -> [Effect] {
    queue.take(job)
    if job.state.isFinal, preview?.request == job.request { preview = nil }
    switch job.state {
    case .queued, .running, .interrupted: return []
    case .finished:
      let source = job.request.source, name = SupportName(item: source.item, classIndex: source.classIndex)
      if source.dataset == catalog?.name {
        painted[name, default: []].append(PaintedSupport(key: "", item: source.item, classIndex: source.classIndex, condition: job.request.condition, verdict: nil))
      }
      let isLacking = shelf.episodes.contains { episode in
        guard let board = shelf[episode], board.generated[job.request] == nil else { return false }
        return board.plans.values.contains { $0.contains(job.request) }
      }
      return isLacking ? [.loadGenerated(job.request)] : []
    case .failed(let reason):
      say(Notice(.error, "\(describe(job)) failed: \(reason)", hint: "the other jobs go on"))
      fallthrough
    case .cancelled:
      for (episode, plans) in awaitingSupports {
        for plan in plans where shelf[episode]?.plans[plan]?.contains(job.request) == true { forget(episode, plan) }
      }
      return []
    }
  }

  /// A job in few words: which support of what.
  package func describe(_ job: Job) -> String {
    let source = job.request.source
    // The queue may hold jobs of other data sets.
    let name = catalog.flatMap { $0.name == source.dataset ? $0.className(source.classIndex) : nil }
    return "\(name ?? "\(source.dataset) class \(source.classIndex)") \(job.request.condition.rawValue) #\(source.number + 1)"
  }
}
