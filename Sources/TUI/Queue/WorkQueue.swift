import Generation

/// The jobs as the events tell them, and how long they take. Made for tens of thousands: what a frame asks for is at hand.
public struct WorkQueue: Sendable {
  /// In the order queued.
  public private(set) var all: [Job] = []
  /// Steps that the image of each is worth (`ModelMenu.steps`).
  private var steps: [Double] = []
  private var places: [JobID: Int] = [:]
  /// The newest job of each request.
  private var latest: [GenerationRequest: Int] = [:]
  /// Of what has not ended, in the order in which it will be generated.
  private var unfinishedKeys: [Key] = []
  /// Places of what has ended, in the order of ending.
  private var ended: [Int] = []
  public private(set) var finished = 0
  /// Seconds that one step of what images are worth takes, smoothed; nil before the first one.
  public private(set) var secondsPerStep: Double?
  /// The most images that have been in the making at once, which is what `secondsPerStep` was measured with; 1 before the first.
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
    let place = places[job.id] ?? all.count
    if place < all.count {
      forget(all[place], at: place)
      all[place] = job
    } else {
      places[job.id] = place
      latest[job.request] = place
      all.append(job)
      steps.append(worth)
    }
    if let key = Self.key(job, place) {
      unfinishedKeys.insert(key, at: position(of: key))
    } else {
      ended.append(place)
      if job.state == .finished { finished += 1 }
    }
    if case .running(let step, let count) = job.state, step > 0, job.elapsed > 0, worth > 0 {
      let rate = job.elapsed / (worth * Double(step) / Double(count))
      secondsPerStep = secondsPerStep.map { 0.8 * $0 + 0.2 * rate } ?? rate
      sideBySide = max(sideBySide, runningCount)
    }
  }

  /// Takes a job's old state out of the lists.
  private mutating func forget(_ job: Job, at place: Int) {
    if let key = Self.key(job, place) {
      unfinishedKeys.remove(at: position(of: key))
    } else {
      ended.removeAll { $0 == place }
      if job.state == .finished { finished -= 1 }
    }
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

  /// What has not ended, in the order in which it will be generated.
  public var inOrder: [Job] { unfinishedKeys.map { all[$0.place] } }

  /// Rows of a list of all jobs: what runs and waits in its order, then what has ended, newest first. Nil behind the last one.
  public func row(_ index: Int) -> Job? {
    if let key = unfinishedKeys[safe: index] { return all[key.place] }
    return ended[safe: ended.count - 1 - (index - unfinishedKeys.count)].map { all[$0] }
  }

  /// A job by its name.
  public subscript(id: JobID) -> Job? { places[id].map { all[$0] } }

  /// The newest job for a request.
  public func job(for request: GenerationRequest) -> Job? { latest[request].map { all[$0] } }

  /// Takes over what is known of earlier runs' pace, until this run knows better.
  public mutating func expect(secondsPerStep: Double?) { self.secondsPerStep = self.secondsPerStep ?? secondsPerStep }

  /// The first of those that run.
  public var running: Job? {
    guard let first = unfinishedKeys.first, first.rank == 0 else { return nil }
    return all[first.place]
  }

  /// How many run, side by side.
  public var runningCount: Int { unfinishedKeys.firstIndex { $0.rank > 0 } ?? unfinishedKeys.count }

  public var waiting: Int { unfinished - runningCount }
  public var unfinished: Int { unfinishedKeys.count }

  /// Seconds until the queue is empty, as far as one can tell; nil when nothing runs or no step was timed yet.
  public var secondsLeft: Double? {
    guard unfinished > 0, let secondsPerStep else { return nil }
    let left = unfinishedKeys.reduce(0.0) { sum, key in
      guard case .running(let step, let count) = all[key.place].state, count > 0 else { return sum + steps[key.place] }
      return sum + steps[key.place] * max(0, 1 - Double(step) / Double(count))
    }
    return secondsPerStep * left / Double(max(1, runningCount))
  }
}
