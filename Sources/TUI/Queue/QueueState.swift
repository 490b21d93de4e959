import Core
import Data
import Generation

/// The queue as it is shown: its jobs, which of them are chosen, and the image in the making.
public struct QueueState: Sendable {
  public private(set) var jobs = WorkQueue()
  public private(set) var cursor = ListCursor()
  public private(set) var marked: Set<JobID> = []
  public private(set) var isPaused = false
  /// Why nothing of it is generated; nil while it works.
  public private(set) var trouble: String?
  /// Whether what is finished is listed.
  public private(set) var isOpen = false
  /// When the last images were finished, in seconds since the start.
  private var finishes: [Double] = []
  /// What there is of the images that are being generated.
  public private(set) var previews: [GenerationRequest: RunningPreview] = [:]
  /// What there is of the image that the running evaluation generates; it stays until the next one has begun.
  public private(set) var evaluated: EvaluatedImage?

  private var asked: Asked?

  /// Finished images from which their number a minute is told.
  private static let mostFinishes = 24

  /// Takes over a job's new state. `steps` are those that its image is worth (`ModelMenu.steps`); `now` in seconds since the start.
  mutating func take(_ job: Job, steps: Double, at now: Double) {
    let wasRunning = jobs[job.id]?.state.isRunning == true
    if job.state.isRunning { trouble = nil }
    jobs.take(job, steps: steps)
    if job.state == .finished, wasRunning {
      finishes.append(now)
      if finishes.count > Self.mostFinishes { finishes.removeFirst() }
    }
    // An interrupted one begins again.
    if !job.state.isRunning { previews[job.request] = nil }
  }

  /// Takes over how far the image of a request is; `now` in seconds since the start.
  mutating func show(_ image: ScreenImage, of request: GenerationRequest, isLast: Bool, at now: Double) {
    previews[request] = RunningPreview(image, isLast: isLast, at: now, after: previews[request])
  }

  /// Takes over how far an image is that the running evaluation generates.
  mutating func show(_ image: ScreenImage, of request: GenerationRequest, step: Int, of steps: Int, at now: Double) {
    show(image, of: request, isLast: step == steps, at: now)
    if let preview = previews[request] { evaluated = EvaluatedImage(request: request, step: step, steps: steps, preview: preview) }
  }

  /// The image of a request is there in place of its preview.
  mutating func endPreview(of request: GenerationRequest) {
    if jobs.job(for: request)?.state.isRunning != true { previews[request] = nil }
  }

  /// The evaluation has generated an image.
  mutating func takeEvaluated(_ request: GenerationRequest) { jobs.takeEvaluated(request) }

  /// The evaluation generates no more.
  mutating func forgetEvaluated() {
    evaluated = nil
    previews = previews.filter { jobs.job(for: $0.key)?.state.isRunning == true }
  }

  /// The preview that an image is.
  func preview(_ image: ScreenImage) -> RunningPreview? {
    if let evaluated, evaluated.preview.image.id == image.id { return evaluated.preview }
    return previews.values.first { $0.image.id == image.id }
  }

  /// Takes over what is known of earlier runs' pace.
  public mutating func expect(secondsPerStep: Double?) { jobs.expect(secondsPerStep: secondsPerStep) }

  // MARK: What was asked for

  /// Supports of marked episodes are to be queued.
  mutating func ask(for episodes: [Episode], _ plan: SupportPlan) {
    asked = Asked(plan: plan, episodes: episodes.count, waiting: Set(episodes))
  }

  /// Takes over how many images of a marked episode were queued, nil where that failed; what came of all of them, with the last one.
  mutating func take(asked count: Int?, of episode: Episode, _ plan: SupportPlan) -> String? {
    guard asked?.plan == plan, asked?.waiting.remove(episode) != nil, var all = asked else { return nil }
    (all.images, all.hasFailed) = (all.images + (count ?? 0), all.hasFailed || count == nil)
    asked = all.waiting.isEmpty ? nil : all
    guard all.waiting.isEmpty else { return nil }
    let marked = Counted(all.episodes, "marked episode")
    if all.images > 0 { return "\(Counted(all.images, "image is", "images are")) queued for \(marked)" }
    return "nothing is queued" + (all.hasFailed ? "" : ": the supports of \(marked) are generated or in the queue")
  }

  /// Episodes whose supports were asked for together.
  private struct Asked {
    let plan: SupportPlan
    let episodes: Int
    /// Those that were not answered yet.
    var waiting: Set<Episode>
    /// Images queued so far.
    var images = 0
    var hasFailed = false
  }

  /// Images a minute, of the last ones that were finished within five minutes; nil before the second.
  func imagesPerMinute(at now: Double) -> Double? {
    let recent = finishes.filter { now - $0 < 300 }
    guard let first = recent.first, let last = recent.last, recent.count > 1, last > first else { return nil }
    return 60 * Double(recent.count - 1) / (last - first)
  }

  /// Lists what is finished, or its number alone.
  mutating func toggleFinished() { isOpen.toggle() }

  /// Whether this is news.
  mutating func pause(_ isPaused: Bool) -> Bool {
    defer { self.isPaused = isPaused }
    return self.isPaused != isPaused
  }

  /// The store cannot be used; it is tried again until a job runs.
  mutating func fail(_ reason: String) { trouble = reason }

  /// Whether jobs wait that nothing keeps from being generated.
  var goesOn: Bool { jobs.unfinished > 0 && !isPaused && trouble == nil }

  // MARK: What is chosen

  /// The marked jobs in the queue's order; none where nothing is marked.
  var markedJobs: [Job] {
    guard !marked.isEmpty else { return [] }
    return (0..<jobs.rowCount(isOpen: true)).compactMap { row in
      guard case .job(let job)? = jobs.row(row, isOpen: true), marked.contains(job.id) else { return nil }
      return job
    }
  }

  mutating func move(_ rows: Int, count: Int, visible: Int?) { cursor.move(rows, count: count, visible: visible) }

  mutating func point(at row: Int, count: Int, visible: Int?) { cursor.point(at: row, count: count, visible: visible) }

  public mutating func select(row: Int) { cursor = ListCursor(row) }

  /// Marks a job or takes its mark away.
  mutating func toggleMark(_ job: Job) {
    if marked.remove(job.id) == nil { marked.insert(job.id) }
  }

  mutating func unmark() { marked = [] }

  // MARK: What the keys do with the chosen jobs

  mutating func cancel(_ chosen: [Job]) -> [Effect] {
    let jobs = chosen.filter { !$0.state.isFinal }
    marked = []
    return jobs.isEmpty ? [] : [.cancelJobs(jobs.map(\.id))]
  }

  /// How running jobs end; `skip` ends the chosen one, where a running one is chosen, else the first.
  func stop(_ kind: StopKind, _ chosen: [Job]) -> [Effect] {
    switch kind {
    case .now: [.pauseQueue(true, now: true)]
    case .afterThis: [.pauseQueue(true, now: false)]
    case .skip: (chosen.first { $0.state.isRunning } ?? jobs.running).map { [.cancelJobs([$0.id])] } ?? []
    }
  }

  mutating func retry(_ chosen: [Job]) -> [Effect] {
    marked = []
    return [.retryJobs(chosen.filter(\.state.canBeRetried).map(\.id))]
  }

  /// Before everything that waits, in the order they have.
  mutating func runNext(_ chosen: [Job]) -> [Effect] {
    let highest = jobs.inOrder.map(\.priority).max() ?? 0
    marked = []
    return [.prioritise(Dictionary(uniqueKeysWithValues: chosen.filter(\.state.isWaiting).map { ($0.id, highest + 1) }))]
  }

  /// The priorities that put a job one place earlier or later among those that wait; nil where it cannot go there.
  func priorities(moving job: Job, by step: Int) -> [JobID: Int]? {
    var waiting = jobs.inOrder.filter { if case .queued = $0.state { true } else { false } }
    guard let place = waiting.firstIndex(where: { $0.id == job.id }), waiting.indices.contains(place + step) else { return nil }
    waiting.swapAt(place, place + step)
    // Priorities rise from the end only as far as the order asks for: equal ones keep the order in which they were queued.
    var changes: [JobID: Int] = [:], below = waiting.last?.priority ?? 0
    for (job, next) in zip(waiting.dropLast().reversed(), waiting.reversed()) {
      let isInOrder = (jobs.place(of: job.id) ?? 0) < (jobs.place(of: next.id) ?? 0), least = isInOrder ? below : below + 1
      if job.priority < least { changes[job.id] = least }
      below = max(job.priority, least)
    }
    return changes
  }

  /// The same requests with other seeds.
  mutating func duplicate(_ chosen: [Job]) -> [Effect] {
    let requests = chosen.map { job in
      var request = job.request
      // A seed of 32 bits, as derived ones are; no other job of this support has it.
      repeat { request.seed = (request.seed &+ 1) & 0xFFFF_FFFF } while jobs.job(for: request) != nil
      return request
    }
    marked = []
    return [.enqueue(requests)]
  }

  /// The settings of a job; one that waits is cancelled.
  func edit(_ job: Job) -> [Effect] { [.adopt(job.request)] + (job.state.isWaiting ? [.cancelJobs([job.id])] : []) }
}

/// The three ways of stopping.
public enum StopKind: Hashable, Sendable, CaseIterable {
  /// At the next step; the running images are begun again when the queue goes on.
  case now
  /// When the running images are done.
  case afterThis
  /// One running image is cancelled, the others and the next go on.
  case skip
}
