/// Models that take the place of those which the library would choose, by their identifiers in it (`ModelLibrary`).
public struct PreferredModels: Codable, Hashable, Sendable {
  /// nil for the first one that has a ControlNet for the condition.
  public var diffusion: String?
  /// One for each condition that shall not take the first one that fits; those of other conditions do not matter.
  public var controlNets: [String]

  public init(diffusion: String? = nil, controlNets: [String] = []) {
    self.diffusion = diffusion
    self.controlNets = controlNets
  }

  /// Exactly those of a choice.
  init(_ choice: ModelChoice) { self.init(diffusion: choice.diffusion, controlNets: choice.controlNet.map { [$0] } ?? []) }

  /// nil when nothing is preferred: what is left to the library is said in one way only.
  public var orNone: PreferredModels? { diffusion == nil && controlNets.isEmpty ? nil : self }
}
