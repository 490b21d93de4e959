import Foundation
import Synchronization

/// Progress of long work on standard error: a bar with rate and time left on a terminal, a plain line now and then otherwise.
final class ProgressLine: Sendable {
  private let title: String
  private let unit: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let lastDrawn = Mutex<(time: ContinuousClock.Instant, isAll: Bool)?>(nil)
  /// When the first update came: work of another kind may run before.
  private let start = Mutex<ContinuousClock.Instant?>(nil)

  /// `unit` is what is counted, in the plural.
  init(_ title: String, unit: String) {
    self.title = title
    self.unit = unit
  }

  /// Shows that `done` of `total` units are finished; `detail` is shown behind them.
  ///
  /// `free` of those done took no time, having been there before: rate and time left are those of the others.
  func update(_ done: Double, of total: Double, free: Double = 0, detail: String = "") {
    let now = ContinuousClock.now
    let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
    let isDue = lastDrawn.withLock { last in
      // The last line is due at once, but only once; what comes later is another round.
      if let last, now - last.time < interval || last.isAll && done >= total, done < total || last.isAll { return false }
      last = (now, done >= total)
      return true
    }
    guard isDue else { return }
    let start = self.start.withLock { start in
      if start == nil { start = now }
      return start ?? now
    }
    let seconds = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
    let rate = seconds > 0 ? (done - free) / seconds : 0
    // Bytes have parts; of images those that are whole are counted, though the bar and the rate know of the one under way.
    let counted = unit == "MB" ? done : done.rounded(.down)
    var text = String(format: "%@ %.*f/%.0f %@", title, counted == counted.rounded() ? 0 : 1, counted, total, unit)
    if rate > 0 {
      text += String(format: ", %.2f/s", rate)
      if done < total { text += ", \(Self.clock((total - done) / rate)) left" } else { text += ", \(Self.clock(seconds))" }
    }
    if !detail.isEmpty { text += "  \(detail)" }
    if isTerminal {
      let width = 24
      let filled = total > 0 ? Int((done / total * Double(width)).rounded(.down)) : 0
      let bar = String(repeating: "█", count: min(width, filled)) + String(repeating: "░", count: max(0, width - filled))
      writeError("\r\u{1B}[K\(bar) \(text)")
    } else {
      printError(text)
    }
  }

  /// Takes the bar off the screen, so that a line can be printed; the next update brings it back.
  func clear() {
    if isTerminal && lastDrawn.withLock({ $0 != nil }) { writeError("\r\u{1B}[K") }
  }

  /// Ends the bar's line.
  func finish() {
    if isTerminal && lastDrawn.withLock({ $0 != nil }) { writeError("\n") }
  }

  /// Seconds as `m:ss` or `h:mm:ss`.
  static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 360_000 else { return "long" }
    let whole = Int(seconds.rounded())
    return whole < 3600
      ? String(format: "%d:%02d", whole / 60, whole % 60)
      : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
  }
}
