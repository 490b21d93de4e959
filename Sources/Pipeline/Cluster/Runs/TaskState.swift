import Core
import Foundation

/// How far a task of a run is, as it says itself in its folder.
public struct TaskState: Codable, Hashable, Sendable {
  public enum Stage: String, Codable, Sendable {
    case running
    /// It ended before all was done, and goes on from there at its next start.
    case interrupted
    /// All was done, but for what `failures` counts.
    case finished
    /// It could not go on.
    case failed
  }

  /// `ClusterPlan.hash` of the plan that it works by.
  public var plan: String
  public var stage: Stage
  /// What is counted: `images` of a `generate`, else `episodes` over all settings.
  public var unit: String
  /// Done and to be done, in that unit; 0 of 0 before it is known.
  public var done = 0
  public var of = 0
  /// The part of the work that is done, 0...1.
  public var fraction = 0.0
  /// Images that are ready.
  public var images = 0
  /// Images or episodes that could not be made, and why not the first.
  public var failures = 0
  public var failure: String?
  /// Why it failed, and what to do.
  public var error: String?
  public var hint: String?
  /// The machine that it runs or ran on.
  public var node: String
  /// Slurm's job; nil outside of one.
  public var job: String?
  /// Starts of the task, this one included.
  public var starts = 1
  /// Of this start: seconds that it has run, by its own clock, and what was done of `fraction` and `images` before.
  public var seconds = 0.0
  public var fractionBefore = 0.0
  public var imagesBefore = 0
  /// Seconds since 1970 by the node's clock, when this was written.
  public var time = 0.0

  public init(plan: String, stage: Stage, unit: String, node: String, job: String?) {
    self.plan = plan
    self.stage = stage
    self.unit = unit
    self.node = node
    self.job = job
  }
}

extension TaskState {
  /// Images a second of this start; nil before there is one.
  public var imageRate: Double? {
    let made = images - imagesBefore
    return made > 0 && seconds > 0 ? Double(made) / seconds : nil
  }

  /// Seconds until it is done at the pace of this start; nil while that cannot be told.
  public var secondsLeft: Double? {
    let gained = fraction - fractionBefore
    return gained > 0 && seconds > 0 ? (1 - fraction) * seconds / gained : nil
  }
}
