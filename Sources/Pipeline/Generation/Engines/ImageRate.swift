/// How many images an engine makes in a minute: of the last ones, and of the time in which it had some to make.
public struct ImageRate: Sendable {
  /// Images that count.
  private static let most = 64

  /// Images under way.
  public private(set) var runs = 0
  private var since: ContinuousClock.Instant?
  /// Time at work before `since`.
  private var worked = Duration.zero
  /// The time at work when each of the last images was whole, behind that when those before them were.
  private var marks = [Duration.zero]

  public init() {}

  /// An image begins.
  public mutating func begin(at now: ContinuousClock.Instant) {
    if runs == 0 { since = now }
    runs += 1
  }

  /// An image is no longer under way.
  public mutating func end(at now: ContinuousClock.Instant) {
    runs -= 1
    guard runs == 0, let begun = since else { return }
    worked += now - begun
    since = nil
  }

  /// An image under way is whole.
  public mutating func finish(at now: ContinuousClock.Instant) {
    marks.append(worked + (since.map { now - $0 } ?? .zero))
    if marks.count > Self.most + 1 { marks.removeFirst() }
  }

  /// Leaves out time that later images will not take, as far as there were images under way.
  public mutating func leaveOut(from start: ContinuousClock.Instant, to now: ContinuousClock.Instant) {
    if let since { worked -= max(.zero, now - max(start, since)) }
  }

  /// Nil before the first image.
  public var perMinute: Double? {
    guard let first = marks.first, let last = marks.last, last > first else { return nil }
    return Double(marks.count - 1) * 60 / ((last - first) / .seconds(1))
  }
}
