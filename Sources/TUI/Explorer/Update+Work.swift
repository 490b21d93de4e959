import Generation

extension ExplorerState {
  /// Takes over what the background queue says.
  mutating func take(_ event: WorkEvent) -> [Effect] {
    switch event {
    case .jobChanged(let job): return take(job)
    // The runner has it reduced for the screen.
    case .generated: break
    case .preview(let id, let image, let isLast):
      // One that comes late, after its job has ended, is of no use.
      guard let job = queue.jobs[id], job.state.isRunning else { return [] }
      queue.show(images.preview(image, of: job.request), of: job.request, isLast: isLast, at: screen.now)
    case .evaluationStep(let request, let step, let count, let image):
      // One that comes late, after the evaluation has ended, is of no use.
      guard evaluation.running != nil else { return [] }
      queue.show(images.preview(image, of: request), of: request, step: step, of: count, at: screen.now)
    case .modelLoading(let name): work.load(name)
    case .modelLoaded(let name): work.loaded(name)
    case .remark(let text): say(Notice(.info, text))
    case .engines(let engines): work.take(engines)
    case .queuePaused(let isPaused):
      if queue.pause(isPaused) {
        say(Notice(.info, isPaused ? "the queue is paused; p lets it go on" : "the queue goes on"), toldBy: .queue)
      }
    case .queueTrouble(let reason):
      queue.fail(reason)
      say(Notice(.error, "the queue cannot be kept: \(reason)", hint: "check free space and permissions of the data folder"))
    }
    return []
  }

  private mutating func take(_ job: Job) -> [Effect] {
    queue.take(job, steps: settings.menu.steps(job.request), at: screen.now)
    switch job.state {
    case .queued, .running, .interrupted: return []
    case .finished:
      browse.add(job.request)
      evaluation.forgetIncomplete()
      return images.isLacking(job.request) ? [.loadGenerated(job.request)] : []
    case .failed(let reason):
      say(Notice(.error, "\(describe(job)) failed: \(reason)", hint: "the other jobs go on"), about: .queue)
      fallthrough
    case .cancelled:
      for (episode, plans) in evaluation.awaiting {
        for plan in plans where images.boards[episode]?.plans[plan]?.contains(job.request) == true { evaluation.forget(episode, plan) }
      }
      return []
    }
  }

  /// A job in few words: which support of what.
  public func describe(_ job: Job) -> String { describe(job.request) }

  /// The support that a request asks for, in few words.
  func describe(_ request: GenerationRequest) -> String {
    "\(className(of: request.source)) \(request.condition.rawValue) #\(request.source.number + 1)"
  }

  private func className(of source: SupportSource) -> String {
    // The queue may hold jobs of other data sets.
    let name = browse.catalog.flatMap { $0.name == source.dataset ? $0.className(source.classIndex) : nil }
    return name ?? "\(source.dataset) class \(source.classIndex)"
  }

  /// A job among others in `width` cells: episode and class, the support where there is room for it, the generated support's number, and
  /// the settings in which the queue's jobs differ.
  func name(_ job: Job, width: Int) -> String {
    let source = job.request.source, isListed = source.dataset == browse.catalog?.name
    let episode = (isListed ? browse.episode(with: source.support) : nil).map { "\($0 + 1) " } ?? ""
    let word = DisplayText.middle(of: className(of: source), to: 16)
    let rest = ([" #\(source.number + 1)"] + queue.jobs.differences.words(job.request.settings)).joined(separator: " ")
    let room = width - DisplayText(episode + word + rest).width
    let support = room >= 8 ? " " + DisplayText.middle(of: source.item, to: min(24, room - 1)) : ""
    return episode + word + support + rest
  }
}
