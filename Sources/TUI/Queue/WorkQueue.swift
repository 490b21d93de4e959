import Generation

/// The jobs as the events tell them, and how long they take. Made for tens of thousands: what a frame asks for is at hand, and of what is
/// finished only the last jobs are kept.
public struct WorkQueue: Sendable {
  /// A row of a list of all jobs.
  public enum Row: Hashable, Sendable {
    case job(Job)
    /// All that is generated; what evaluations have generated has no jobs that could be listed.
    case finished(Int)
  }

  /// Finished jobs that can be listed; of those before them there is only the number.
  public static let mostFinished = 200

  private struct Entry {
    var job: Job
    /// Steps that the image is worth (`ModelMenu.steps`).
    let steps: Double
  }

  /// By their places in the order queued.
  private var entries: [Int: Entry] = [:]
  private var nextPlace = 0
  private var places: [JobID: Int] = [:]
  /// The newest job of each request.
  private var latest: [GenerationRequest: Int] = [:]
  /// Of what has not ended, in the order in which it will be generated.
  private var unfinishedKeys: [Key] = []
  /// Places of what failed or was cancelled, and of what is finished, in the order of ending.
  private var failed: [Int] = []
  private var done: [Int] = []
  /// Finished jobs that are not listed any more.
  private var forgotten = 0
  /// Images that evaluations have generated since the start, without a job.
  public private(set) var evaluated = 0
  public private(set) var differences = SettingDifferences()
  public private(set) var pace = Pace()
  /// The most images that have been in the making at once, which is what the pace was measured with; 1 before the first.
  public private(set) var sideBySide = 1

  public init() {}

  /// A job's place in the order of generating: what runs, what was interrupted, then by priority, then in the order queued.
  private struct Key: Comparable {
    let rank: Int
    let priority: Int
    let place: Int

    static func < (left: Key, right: Key) -> Bool {
      if left.rank != right.rank { return left.rank < right.rank }
      return left.priority != right.priority ? left.priority > right.priority : left.place < right.place
    }
  }

  /// Takes over a job's new state. `steps` are those that its image is worth.
  public mutating func take(_ job: Job, steps worth: Double) {
    let place = places[job.id] ?? nextPlace, before = entries[place]?.job
    if let before {
      leave(before, at: place)
      entries[place]?.job = job
    } else {
      nextPlace += 1
      places[job.id] = place
      latest[job.request] = place
      entries[place] = Entry(job: job, steps: worth)
      differences.add(job.request.settings)
    }
    if let key = Self.key(job, place) {
      unfinishedKeys.insert(key, at: position(of: key))
    } else if job.state == .finished {
      done.append(place)
      if done.count > Self.mostFinished { forget(done.removeFirst()) }
    } else {
      failed.append(place)
    }
    if job.state.isRunning {
      pace.take(job, after: before, worth: entries[place]?.steps ?? worth)
      sideBySide = max(sideBySide, runningCount)
    }
  }

  /// An evaluation has generated an image; one of a request with a job is that job's.
  public mutating func takeEvaluated(_ request: GenerationRequest) { if latest[request] == nil { evaluated += 1 } }

  /// Takes a job's old state out of the lists.
  private mutating func leave(_ job: Job, at place: Int) {
    if let key = Self.key(job, place) {
      unfinishedKeys.remove(at: position(of: key))
    } else if job.state == .finished {
      done.removeAll { $0 == place }
    } else {
      failed.removeAll { $0 == place }
    }
  }

  /// Of a finished job only the number is kept.
  private mutating func forget(_ place: Int) {
    guard let job = entries.removeValue(forKey: place)?.job else { return }
    forgotten += 1
    places[job.id] = nil
    if latest[job.request] == place { latest[job.request] = nil }
    differences.remove(job.request.settings)
  }

  private static func key(_ job: Job, _ place: Int) -> Key? {
    switch job.state {
    case .running: Key(rank: 0, priority: job.priority, place: place)
    case .interrupted: Key(rank: 1, priority: job.priority, place: place)
    case .queued: Key(rank: 2, priority: job.priority, place: place)
    case .finished, .failed, .cancelled: nil
    }
  }

  /// Where a key is, or belongs.
  private func position(of key: Key) -> Int {
    var low = 0, high = unfinishedKeys.count
    while low < high {
      let middle = (low + high) / 2
      if unfinishedKeys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: What there is

  /// What has not ended, in the order in which it will be generated.
  public var inOrder: [Job] { jobs(unfinishedKeys.map(\.place)) }

  /// What is finished, as far as it is kept, in the order of ending.
  public var finishedJobs: [Job] { jobs(done) }

  private func jobs(_ places: [Int]) -> [Job] { places.compactMap { entries[$0]?.job } }

  /// Rows of a list of all jobs; `isOpen` lists what is finished too.
  public func rowCount(isOpen: Bool) -> Int { unfinished + failed.count + (generated > 0 ? 1 + (isOpen ? done.count : 0) : 0) }

  /// What runs and waits in its order, what failed or was cancelled, the newest first, then what is finished: its number and, where the list
  /// is open, its jobs, the newest first. Nil behind the last one.
  public func row(_ index: Int, isOpen: Bool) -> Row? {
    if let key = unfinishedKeys[safe: index] { return entries[key.place].map { .job($0.job) } }
    var rest = index - unfinishedKeys.count
    if let place = failed[safe: failed.count - 1 - rest] { return entries[place].map { .job($0.job) } }
    rest -= failed.count
    if rest == 0, generated > 0 { return .finished(generated) }
    guard isOpen, rest > 0, let place = done[safe: done.count - rest] else { return nil }
    return entries[place].map { .job($0.job) }
  }

  /// A job by its name.
  public subscript(id: JobID) -> Job? { places[id].flatMap { entries[$0]?.job } }

  /// The newest job for a request, unless it is long finished.
  public func job(for request: GenerationRequest) -> Job? { latest[request].flatMap { entries[$0]?.job } }

  /// Its place in the order queued.
  func place(of id: JobID) -> Int? { places[id] }

  /// The first of those that run.
  public var running: Job? {
    guard let first = unfinishedKeys.first, first.rank == 0 else { return nil }
    return entries[first.place]?.job
  }

  /// How many run, side by side.
  public var runningCount: Int { unfinishedKeys.firstIndex { $0.rank > 0 } ?? unfinishedKeys.count }

  public var waiting: Int { unfinished - runningCount }
  public var unfinished: Int { unfinishedKeys.count }
  public var finished: Int { forgotten + done.count }
  /// What is finished, and what evaluations have generated.
  public var generated: Int { finished + evaluated }

  // MARK: How long it takes

  /// Seconds that one step of what images are worth takes, smoothed; nil before the first one.
  public var secondsPerStep: Double? { pace.secondsPerStep }

  /// Takes over what is known of earlier runs' pace, until this run knows better.
  public mutating func expect(secondsPerStep: Double?) { pace.expect(secondsPerStep) }

  /// Seconds until the queue is empty, as far as one can tell; nil when nothing runs or no step was timed yet.
  public var secondsLeft: Double? {
    guard unfinished > 0, let secondsPerStep else { return nil }
    let left = unfinishedKeys.reduce(0.0) { sum, key in
      guard let entry = entries[key.place] else { return sum }
      guard case .running(let step, let count) = entry.job.state, count > 0 else { return sum + entry.steps }
      return sum + entry.steps * max(0, 1 - Double(step) / Double(count))
    }
    return secondsPerStep * left / Double(max(1, runningCount))
  }
}
