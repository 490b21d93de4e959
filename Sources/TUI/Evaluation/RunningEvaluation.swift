import Evaluation

/// An evaluation over the fold that is under way.
public struct RunningEvaluation: Hashable, Sendable {
  public var plan: EvaluationPlan
  public private(set) var progress: EvaluationProgress?
  public var isStopping = false
  /// When the first news of the present stage came, in seconds of `ScreenState.now`, and how far it was then.
  private var stageStart: Double?
  private var stageFraction = 0.0

  public init(plan: EvaluationPlan) { self.plan = plan }

  /// Takes over news: how far the present stage is, at `now`.
  public mutating func take(_ news: EvaluationProgress, now: Double) {
    let isSameStage =
      switch (progress, news) {
      case (.generating?, .generating), (.checking?, .checking), (.evaluating?, .evaluating), (.resuming?, .evaluating): true
      default: false
      }
    progress = news
    if !isSameStage { (stageStart, stageFraction) = (now, fraction ?? 0) }
  }

  /// Part of the present stage done, 0...1; nil before the first news.
  public var fraction: Double? {
    switch progress {
    case .generating(let done, let count, let step, let steps)?:
      (Double(done) + Double(step) / Double(max(1, steps))) / Double(max(1, count))
    case .checking(let done, let count)?, .resuming(let done, let count)?, .evaluating(let done, let count, _, _)?:
      Double(done) / Double(max(1, count))
    case nil: nil
    }
  }

  /// Seconds until the present stage (generating, then segmenting) is over, judged by its pace so far; nil when it is too early to say.
  public func secondsLeft(now: Double) -> Double? {
    guard let stageStart, let fraction, fraction >= stageFraction + 0.02, now > stageStart else { return nil }
    return (now - stageStart) * (1 - min(1, fraction)) / (fraction - stageFraction)
  }

  /// How far it has come, in few words.
  var text: String {
    if isStopping { return "stopping" }
    return switch progress {
    case .generating(let done, let count, _, _)?: "generating \(min(done + 1, count))/\(count)"
    case .checking(let done, let count)?: "checking drift \(done)/\(count)"
    case .resuming(let done, let count)?, .evaluating(let done, let count, _, _)?: "evaluating \(done)/\(count)"
    case nil: "preparing"
    }
  }
}
