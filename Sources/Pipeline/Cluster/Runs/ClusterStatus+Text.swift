import Core
import Foundation

extension ClusterStatus {
  /// For people, a line an element, with nothing in them that a terminal would obey.
  public var text: [String] { lines.map(PlainText.clean) }

  private var lines: [String] {
    var head = counts.map { "\($0.stage.rawValue) \($0.count)" }.joined(separator: ", ")
    head += String(format: "; %.0f %%", fraction * 100)
    var pace = ["\(Counted(images, "image"))"]
    if let rate = imageRate { pace.append(rate >= 1 ? String(format: "%.1f a second", rate) : String(format: "%.1f a minute", rate * 60)) }
    if let left = secondsLeft { pace.append("\(Self.clock(left)) left") }
    var all = [
      "run \(run): \(command.rawValue), \(tasks.count) task\(tasks.count == 1 ? "" : "s"), \(folder)",
      "\(head); \(pace.joined(separator: ", "))",
    ]
    if let stopped { all.append("stopped: \(stopped)") }
    for task in tasks where task.stage == .running { all.append(Self.line(task)) }
    for reason in Set(tasks.filter { $0.stage == .waiting }.compactMap(\.slurm)).sorted() {
      all.append("waiting: \(tasks.count { $0.slurm == reason && $0.stage == .waiting }) \(reason)")
    }
    let bad = tasks.filter { $0.stage.needsResubmission || ($0.state?.failures ?? 0) > 0 }
    for task in bad.prefix(Self.mostNamed) {
      all.append(Self.line(task))
      if let error = task.state?.error ?? task.state?.failure { all.append("  error: \(error)") }
      if let hint = task.state?.hint { all.append("  hint: \(hint)") }
      all += task.lines.map { "  | \($0)" }
    }
    if bad.count > Self.mostNamed { all.append("and \(bad.count - Self.mostNamed) more") }
    if isOver {
      all.append(
        isComplete
          ? "collect it with: diffss cluster collect \(run)" : "submit what is missing with: diffss cluster collect --resubmit \(run)")
    }
    return all + remarks.map { "note: \($0)" }
  }

  /// The most tasks whose failures are told one by one.
  private static let mostNamed = 20

  private static func line(_ task: Task) -> String {
    var line = "task \(task.number): \(task.stage.rawValue)"
    guard let state = task.state else { return line }
    line += " on \(state.node)"
    if state.of > 0 { line += ", \(state.done) of \(state.of) \(state.unit)" }
    line += String(format: ", %.0f %%", state.fraction * 100)
    if state.failures > 0 { line += ", \(state.failures) failed" }
    if task.stage == .running, let left = state.secondsLeft { line += ", \(Self.clock(left)) left" }
    return line + (state.starts > 1 ? ", start \(state.starts)" : "")
  }

  /// Seconds as minutes, as `h:mm`, or as days and hours.
  private static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "long" }
    let minutes = Int((seconds / 60).rounded(.up))
    if minutes < 60 { return "\(minutes) min" }
    return minutes < 48 * 60 ? String(format: "%d:%02d h", minutes / 60, minutes % 60) : "\(minutes / 60 / 24) d \(minutes / 60 % 24) h"
  }
}
