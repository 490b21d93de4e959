import Core
import Data

extension EvaluationReport {
  /// `3 of 500 episodes left out`; nil when none was.
  public var leftOutSummary: String? {
    guard let count = leftOut?.count, count > 0 else { return nil }
    return "\(count) of \(Counted(episodes.count + count, "episode")) left out"
  }

  /// The reasons, the most frequent first, each with its episodes.
  public var leftOutReasons: [(reason: String, episodes: [Episode])] {
    Dictionary(grouping: leftOut ?? [], by: \.reason).map { (reason: $0.key, episodes: $0.value.map(\.episode)) }
      .sorted { ($1.episodes.count, $0.episodes[0].index) < ($0.episodes.count, $1.episodes[0].index) }
  }

  /// The most reasons that a text names.
  private static let mostNamed = 20

  /// What was left out and why, a line a reason; nil when nothing was.
  public var leftOutText: String? {
    guard let summary = leftOutSummary else { return nil }
    let reasons = leftOutReasons
    var lines = reasons.prefix(Self.mostNamed).map { reason, episodes in
      let first = episodes[0], others = episodes.count > 1 ? " and \(episodes.count - 1) more" : ""
      return "- \(PlainText.clean(reason)) (episode \(first.index &+ 1), query \(PlainText.clean(first.query.id))\(others))"
    }
    if reasons.count > Self.mostNamed { lines.append("- \(reasons.count - Self.mostNamed) further reasons") }
    return (["\(summary) of the figures:"] + lines).joined(separator: "\n")
  }
}
