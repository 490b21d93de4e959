/// What generating takes of the machine, as far as it was looked at.
public struct ResourceState: Sendable {
  public private(set) var last: ResourceSample?
  /// Processors that were in use between the last two looks.
  public private(set) var processors: Double?
  /// When the last look was, in seconds of `ScreenState.now`.
  private var time = 0.0
  private var asked = -Double.infinity

  /// Seconds between two looks, while something is computed and otherwise.
  private static let interval = (busy: 2.0, idle: 10.0)

  /// Whether it is time for a look, which the caller takes.
  mutating func isDue(at now: Double, isBusy: Bool) -> Bool {
    guard now - asked >= (isBusy ? Self.interval.busy : Self.interval.idle) else { return false }
    asked = now
    return true
  }

  mutating func take(_ sample: ResourceSample, at now: Double) {
    if let last, sample.uptime > last.uptime + 0.1 {
      processors = max(0, sample.processors - last.processors) / (sample.uptime - last.uptime)
    }
    (last, time) = (sample, now)
  }

  /// What the clock shows in `seconds`, seen from `now`: `14:32`, and the days between; nil before the first look.
  func clock(in seconds: Double, at now: Double) -> String? {
    guard let last, seconds.isFinite, seconds < 8_640_000 else { return nil }
    let minutes = Int(max(0, last.clock + (now - time) + seconds) / 60)
    let days = minutes / 1440, minute = minutes % 60
    return "\(minutes / 60 % 24):\(minute < 10 ? "0" : "")\(minute)" + (days > 0 ? " +\(days) d" : "")
  }
}
