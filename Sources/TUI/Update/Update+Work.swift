import Pipeline

extension ExplorerState {
  /// Takes over what the background queue says.
  mutating func take(_ event: WorkEvent) -> [Effect] {
    switch event {
    case .jobChanged(let job): return take(job)
    case .preview(let id, let image):
      // One that comes late, after its job has ended, is of no use.
      guard let job = queue.running, job.id == id else { return [] }
      preview = (job.request, Picture(id: newPicture(), image: image, marks: outline(for: job.request)))
    case .modelLoading(let name):
      if !modelsLoading.contains(name) { modelsLoading.append(name) }
    case .modelLoaded(let name):
      modelsLoading.removeAll { $0 == name }
      modelsLoaded.insert(name)
    }
    return []
  }

  private mutating func take(_ job: Job) -> [Effect] {
    queue.take(job)
    if job.state.isFinal, preview?.request == job.request { preview = nil }
    switch job.state {
    case .queued, .running: return []
    case .finished:
      let isShown = shelf.episodes.contains { shelf[$0]?.plans.values.contains { $0.contains(job.request) } == true }
      return isShown ? [.loadGenerated(job.request)] : []
    case .failed(let reason):
      say(Notice(.error, "\(describe(job)) failed: \(reason)", hint: "the other jobs go on"))
      fallthrough
    case .cancelled:
      for (episode, plan) in awaitingSupports where shelf[episode]?.plans[plan]?.contains(job.request) == true {
        awaitingSupports[episode] = nil
      }
      return []
    }
  }

  /// A job in few words: which support of what.
  package func describe(_ job: Job) -> String {
    let source = job.request.source
    return "\(catalog?.className(source.classIndex) ?? "class \(source.classIndex)") \(job.request.condition.rawValue) #\(source.number + 1)"
  }
}
