import Foundation

/// Numbers as the screen writes them.
public enum NumberText {
  /// One decimal.
  static func percent(_ value: Double) -> String { String(format: "%.1f", value) }

  /// One decimal with its sign.
  static func signed(_ value: Double) -> String { String(format: "%+.1f", value) }

  /// The change from an episode's IoU to another, as it follows from both as `percent` writes them: whoever subtracts them finds it.
  /// Differences of means, which have errors, are given as they are.
  static func change(from before: Double, to after: Double) -> String {
    func written(_ value: Double) -> Double { Double(percent(value)) ?? value }
    return signed(written(after) - written(before))
  }

  /// `12.3 s` below a minute, then as `clock`.
  static func seconds(_ value: Double) -> String { value < 60 ? "\(percent(value)) s" : clock(value) }

  /// `m:ss`, or `h:mm:ss` from an hour on.
  public static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 360_000 else { return "long" }
    let whole = Int(max(0, seconds).rounded(.up))
    return whole < 3600
      ? String(format: "%d:%02d", whole / 60, whole % 60)
      : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
  }
}
