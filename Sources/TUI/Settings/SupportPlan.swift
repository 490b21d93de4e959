import Generation

/// Generated supports as asked for: the settings and their number.
package struct SupportPlan: Hashable, Sendable {
  package let options: GenerationOptions
  package let count: Int

  package init(options: GenerationOptions, count: Int) {
    self.options = options
    self.count = count
  }

  /// The control image that steers the images made from a real support.
  package func choice(of support: Int) -> ConditionChoice {
    let type = options.condition
    return ConditionChoice(support: support, type: type, settings: options.conditionSettings.relevant(to: type))
  }
}

/// A condition as asked for.
package struct ConditionChoice: Hashable, Sendable {
  /// The real support that it is made from, by its place in the episode.
  package let support: Int
  package let type: ConditionType
  package let settings: ConditionSettings
}

/// The supports of a plan that a prediction used: what the user rejects is left out.
package struct SupportUse: Hashable, Sendable {
  package let plan: SupportPlan
  package let rejected: Set<GenerationRequest>

  package init(plan: SupportPlan, rejected: Set<GenerationRequest> = []) {
    self.plan = plan
    self.rejected = rejected
  }
}
