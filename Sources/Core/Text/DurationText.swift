import Foundation

/// Lengths of time in words.
public enum DurationText {
  private static let units: [(name: String, seconds: Int)] = [("days", 86400), ("h", 3600), ("min", 60), ("s", 1)]

  /// In two units at most, as estimates are read: `0.03 s`, `0.4 s`, `12 s`, `4 min 10 s`, `3 h 20 min`, `2 days 5 h`.
  public static func estimate(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e11 else { return "years" }
    if seconds < 9.95 { return String(format: "%.*f s", seconds < 0.095 ? 2 : 1, max(0, seconds)) }
    let whole = Int(seconds.rounded()), first = units.firstIndex { whole >= $0.seconds } ?? units.count - 1
    guard first + 1 < units.count else { return "\(whole) s" }
    let (large, small) = (units[first], units[first + 1])
    // Rounded in the smaller unit, which may fill up the larger one.
    let parts = (whole + small.seconds / 2) / small.seconds, inLarge = large.seconds / small.seconds
    if first > 0, parts / inLarge * large.seconds >= units[first - 1].seconds { return estimate(Double(units[first - 1].seconds)) }
    let count = parts / inLarge, rest = parts % inLarge, name = count == 1 && large.name == "days" ? "day" : large.name
    return rest == 0 ? "\(count) \(name)" : "\(count) \(name) \(rest) \(small.name)"
  }
}
