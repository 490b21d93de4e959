import Generation

/// How fast the networks are, from what the queue's events tell.
public struct Pace: Hashable, Sendable {
  /// Seconds that one step of what images are worth takes, smoothed; nil before the first one.
  public private(set) var secondsPerStep: Double?
  /// The same of the last steps alone, oldest first.
  public private(set) var recent: [Double] = []

  /// Steps that are remembered.
  static let most = 16

  init() {}

  /// Takes over a running job, with what was known of it before. `worth` are the steps that its image comes to.
  mutating func take(_ job: Job, after before: Job?, worth: Double) {
    guard case .running(let step, let count) = job.state, step > 0, count > 0, job.elapsed > 0, worth > 0 else { return }
    let size = worth / Double(count), rate = job.elapsed / (size * Double(step))
    secondsPerStep = secondsPerStep.map { 0.8 * $0 + 0.2 * rate } ?? rate
    var last = rate
    if case .running(let earlier, count)? = before?.state, let before, earlier > 0 {
      guard earlier < step, before.elapsed < job.elapsed else { return }
      last = (job.elapsed - before.elapsed) / (size * Double(step - earlier))
    }
    recent.append(last)
    if recent.count > Self.most { recent.removeFirst() }
  }

  /// Takes over what is known of earlier runs, until this one knows better.
  mutating func expect(_ seconds: Double?) { secondsPerStep = secondsPerStep ?? seconds }
}
