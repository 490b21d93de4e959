import Generation

extension ExplorerState {
  /// Takes over what the background queue says.
  mutating func take(_ event: WorkEvent) -> [Effect] {
    switch event {
    case .jobChanged(let job): return take(job)
    // The runner has it reduced for the screen.
    case .generated: break
    case .preview(let id, let image):
      // One that comes late, after its job has ended, is of no use.
      guard let job = queue.jobs[id], job.state.isRunning else { return [] }
      queue.show(images.preview(image, of: job.request), of: job.request)
    case .modelLoading(let name): work.load(name)
    case .modelLoaded(let name): work.loaded(name)
    case .remark(let text): say(Notice(.info, text))
    case .queuePaused(let isPaused):
      if queue.pause(isPaused) { say(Notice(.info, isPaused ? "the queue is paused; p lets it go on" : "the queue goes on")) }
    case .queueTrouble(let reason):
      say(Notice(.error, "the queue cannot be kept: \(reason)", hint: "check free space and permissions of the data folder"))
    }
    return []
  }

  private mutating func take(_ job: Job) -> [Effect] {
    queue.take(job, steps: settings.menu.steps(job.request))
    switch job.state {
    case .queued, .running, .interrupted: return []
    case .finished:
      browse.add(job.request)
      return images.isLacking(job.request) ? [.loadGenerated(job.request)] : []
    case .failed(let reason):
      say(Notice(.error, "\(describe(job)) failed: \(reason)", hint: "the other jobs go on"))
      fallthrough
    case .cancelled:
      for (episode, plans) in evaluation.awaiting {
        for plan in plans where images.boards[episode]?.plans[plan]?.contains(job.request) == true { evaluation.forget(episode, plan) }
      }
      return []
    }
  }

  /// A job in few words: which support of what.
  public func describe(_ job: Job) -> String {
    let source = job.request.source
    // The queue may hold jobs of other data sets.
    let name = browse.catalog.flatMap { $0.name == source.dataset ? $0.className(source.classIndex) : nil }
    return "\(name ?? "\(source.dataset) class \(source.classIndex)") \(job.request.condition.rawValue) #\(source.number + 1)"
  }
}
