import Generation

/// Generated supports as asked for: the settings and their number.
public struct SupportPlan: Hashable, Sendable {
  public let options: GenerationOptions
  public let count: Int

  public init(options: GenerationOptions, count: Int) {
    self.options = options
    self.count = count
  }

  /// The control image that steers the images made from a real support.
  public func choice(of support: Int) -> ConditionChoice {
    let type = options.condition
    return ConditionChoice(support: support, type: type, settings: options.conditionSettings.relevant(to: type))
  }
}

/// A condition as asked for.
public struct ConditionChoice: Hashable, Sendable {
  /// The real support that it is made from, by its place in the episode.
  public let support: Int
  public let type: ConditionType
  public let settings: ConditionSettings
}

/// The supports of a plan that a prediction used: what the user rejects is left out.
public struct SupportUse: Hashable, Sendable {
  public let plan: SupportPlan
  public let rejected: Set<GenerationRequest>

  public init(plan: SupportPlan, rejected: Set<GenerationRequest> = []) {
    self.plan = plan
    self.rejected = rejected
  }
}
